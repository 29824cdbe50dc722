#include "sagespark/cleanup/leftovers.h"

#include <map>
#include <set>

#include "sagespark/cleanup/run_tags.h"
#include "sagespark/sagemaker/testing/fake_aws.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::cleanup {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace sm = aws::sagemaker;

const SystemTime kNow{std::chrono::seconds(1'700'000'000)};
const SystemTime kOld = kNow - std::chrono::hours(3);
const SystemTime kYoung = kNow - std::chrono::hours(1);

struct Resource {
  std::string name;
  std::string run;  ///< "" for another's.
  SystemTime created = kOld;
  std::string status = "InProgress";
};

/// Lists what it is given, one a page, and knows the tags.
class Account final : public sagemaker::testing::FakeSageMaker {
 public:
  std::vector<Resource> resources_of_kind[5];  ///< Endpoints, configurations, models, training jobs, transform jobs.

  Result<sm::ListEndpointsResponse> ListEndpoints(const sm::ListEndpointsRequest& request, const aws::CallOptions&) override {
    return Page<sm::ListEndpointsResponse>(0, request, [](auto& page, const Resource& resource) {
      page.endpoints.push_back({.endpoint_name = resource.name, .endpoint_arn = resource.name, .creation_time = resource.created,
                                .endpoint_status = resource.status});
    });
  }
  Result<sm::ListEndpointConfigsResponse> ListEndpointConfigs(const sm::ListEndpointConfigsRequest& request,
                                                              const aws::CallOptions&) override {
    return Page<sm::ListEndpointConfigsResponse>(1, request, [](auto& page, const Resource& resource) {
      page.endpoint_configs.push_back(
          {.endpoint_config_name = resource.name, .endpoint_config_arn = resource.name, .creation_time = resource.created});
    });
  }
  Result<sm::ListModelsResponse> ListModels(const sm::ListModelsRequest& request, const aws::CallOptions&) override {
    return Page<sm::ListModelsResponse>(2, request, [](auto& page, const Resource& resource) {
      page.models.push_back({.model_name = resource.name, .model_arn = resource.name, .creation_time = resource.created});
    });
  }
  Result<sm::ListTrainingJobsResponse> ListTrainingJobs(const sm::ListTrainingJobsRequest& request, const aws::CallOptions&) override {
    return Page<sm::ListTrainingJobsResponse>(3, request, [](auto& page, const Resource& resource) {
      page.training_job_summaries.push_back({.training_job_name = resource.name, .training_job_arn = resource.name,
                                             .creation_time = resource.created, .training_job_status = resource.status});
    });
  }
  Result<sm::ListTransformJobsResponse> ListTransformJobs(const sm::ListTransformJobsRequest& request, const aws::CallOptions&) override {
    return Page<sm::ListTransformJobsResponse>(4, request, [](auto& page, const Resource& resource) {
      page.transform_job_summaries.push_back({.transform_job_name = resource.name, .transform_job_arn = resource.name,
                                              .creation_time = resource.created, .transform_job_status = resource.status});
    });
  }
  Result<sm::ListTagsResponse> ListTags(const sm::ListTagsRequest& request, const aws::CallOptions&) override {
    sm::ListTagsResponse tags{.tags = {{.key = "team", .value = "digits"}}};
    for (const auto& resources : resources_of_kind) {
      for (const Resource& resource : resources) {
        if (resource.name == request.resource_arn && !resource.run.empty()) tags.tags.push_back({.key = kRunTagKey, .value = resource.run});
      }
    }
    return tags;
  }

 private:
  template <typename Response, typename Request, typename AddOne>
  Result<Response> Page(size_t kind, const Request& request, AddOne add) {
    const size_t index = request.next_token ? std::stoul(*request.next_token) : 0;
    const auto& resources = resources_of_kind[kind];
    Response page;
    if (index < resources.size()) add(page, resources[index]);
    if (index + 1 < resources.size()) page.next_token = std::to_string(index + 1);
    return page;
  }
};

/// Buckets of keys, all of one age.
class Buckets final : public sagemaker::testing::FakeS3 {
 public:
  Buckets() : FakeS3(std::make_shared<sagemaker::testing::Calls>()) {}
  std::map<std::string, std::map<std::string, SystemTime>> objects;  ///< By bucket and key.
  std::vector<aws::S3Upload> uploads;
  std::vector<std::string> deleted;

  Result<aws::S3Page> ListPage(const std::string& bucket, const aws::S3ListOptions& list, const std::string&,
                               const aws::CallOptions&) override {
    if (objects.count(bucket) == 0) return NotFound("NoSuchBucket");
    aws::S3Page page;
    for (const auto& [key, changed] : objects[bucket]) {
      if (key.starts_with(list.prefix)) page.objects.push_back({.key = key, .last_modified = changed});
    }
    return page;
  }
  Result<std::vector<aws::S3Upload>> ListMultipartUploads(const std::string&, const std::string& prefix,
                                                          const aws::CallOptions&) override {
    std::vector<aws::S3Upload> found;
    for (const auto& upload : uploads) {
      if (upload.key.starts_with(prefix)) found.push_back(upload);
    }
    return found;
  }
  Status DeleteObjects(const std::string& bucket, const std::vector<std::string>& keys, const aws::CallOptions&) override {
    for (const std::string& key : keys) deleted.push_back(bucket + "/" + key);
    return Status::Ok();
  }
  Status AbortMultipartUpload(const std::string& bucket, const std::string& key, const std::string& id, const aws::CallOptions&) override {
    deleted.push_back("upload " + id + " of " + bucket + "/" + key);
    return Status::Ok();
  }
};

class LeftoversTest : public ::testing::Test {
 protected:
  LeftoversTest() { account_.jobs = {{}}, account_.transform_jobs = {{}}; }

  std::vector<std::string> Find(const Selection& selection) {
    std::vector<std::string> lines;
    const auto found = FindLeftovers(account_, s3_, selection);
    EXPECT_OK(found);
    if (found.ok()) {
      for (const Leftover& leftover : *found) lines.push_back(std::string(VerbFor(leftover.kind)) + " " + Describe(leftover));
    }
    return lines;
  }

  Account account_;
  Buckets s3_;
  const Selection old_{.created_before = kNow - std::chrono::hours(2)};
};

TEST_F(LeftoversTest, FindsWhatCarriesTheTagAndIsOldOnEveryPage) {
  account_.resources_of_kind[0] = {{"theirs", ""}, {"e1", "r1"}, {"young", "r1", kYoung}, {"e2", "r2"}, {"going", "r2", kOld, "Deleting"}};
  account_.resources_of_kind[1] = {{"c1", "r1"}};
  account_.resources_of_kind[2] = {{"m0", ""}, {"m1", "r1"}};
  account_.resources_of_kind[3] = {{"j1", "r1"}, {"ended", "r1", kOld, "Completed"}};
  account_.resources_of_kind[4] = {{"t1", "r1"}, {"t2", ""}};
  EXPECT_THAT(Find(old_),
              ElementsAre("delete endpoint e1 (run r1, 2023-11-14T19:13:20.000Z)", "delete endpoint e2 (run r2, 2023-11-14T19:13:20.000Z)",
                          "delete endpoint configuration c1 (run r1, 2023-11-14T19:13:20.000Z)",
                          "delete model m1 (run r1, 2023-11-14T19:13:20.000Z)", "stop training job j1 (run r1, 2023-11-14T19:13:20.000Z)",
                          "stop transform job t1 (run r1, 2023-11-14T19:13:20.000Z)"));
}

TEST_F(LeftoversTest, ARunsOwnAreFoundByItsId) {
  account_.resources_of_kind[0] = {{"e1", "r1"}, {"e2", "r2"}};
  EXPECT_THAT(Find({.created_before = kNow, .run_id = "r2"}), ElementsAre(HasSubstr("endpoint e2")));
}

TEST_F(LeftoversTest, FoldersOfRunsAreFoundWhereAskedAndWhereJobsReadFrom) {
  account_.resources_of_kind[3] = {{"ended", "r1", kOld, "Failed"}};
  account_.jobs.front().input_data_config = {
      {.data_source = {.s3_data_source = sm::S3DataSource{.s3_uri = "s3://mine/in/sagespark-run-r1/job/train/"}}},
      {.data_source = {.s3_data_source = sm::S3DataSource{.s3_uri = "s3://mine/own/rows/"}}}};
  s3_.objects["mine"] = {{"in/sagespark-run-r1/job/test/part-0", kOld}, {"in/sagespark-run-r1/job/train/part-0", kOld},
                         {"in/sagespark-run-r9/x", kOld}, {"own/rows/1", kOld}};
  s3_.objects["auto"] = {{"sagespark-run-r2/job/train/part-0", kOld}, {"sagespark-run-r3/old", kOld}, {"sagespark-run-r3/young", kYoung},
                         {"models/x", kOld}};
  s3_.uploads = {{"sagespark-run-r4/job/train/part-0", "id-4", kOld}};
  Selection selection = old_;
  selection.folders = {{.bucket = "auto", .prefix = ""}, {.bucket = "auto", .prefix = "sagespark-run-"}, {.bucket = "no-such", .prefix = ""}};
  const auto found = FindLeftovers(account_, s3_, selection);
  ASSERT_OK(found);
  std::vector<std::string> lines;
  for (const Leftover& leftover : *found) {
    lines.push_back(Describe(leftover));
    EXPECT_OK(RemoveLeftover(account_, s3_, leftover));
  }
  EXPECT_THAT(lines, ElementsAre("staging data s3://auto/sagespark-run-r2/ (run r2, 1 objects, 0 unfinished uploads, 2023-11-14T19:13:20.000Z)",
                                 "staging data s3://auto/sagespark-run-r4/ (run r4, 0 objects, 1 unfinished uploads, 2023-11-14T19:13:20.000Z)",
                                 "staging data s3://mine/in/sagespark-run-r1/ (run r1, 2 objects, 0 unfinished uploads, 2023-11-14T19:13:20.000Z)"));
  EXPECT_THAT(s3_.deleted, ElementsAre("auto/sagespark-run-r2/job/train/part-0", "upload id-4 of auto/sagespark-run-r4/job/train/part-0",
                                       "mine/in/sagespark-run-r1/job/test/part-0", "mine/in/sagespark-run-r1/job/train/part-0"));
}

TEST_F(LeftoversTest, WhatIsGoneMeanwhileIsNoErrorAndOtherErrorsNameIt) {
  const Leftover endpoint{.kind = LeftoverKind::kEndpoint, .name = "e1", .run_id = "r1", .created = kOld};
  const Leftover job{.kind = LeftoverKind::kTrainingJob, .name = "j1", .run_id = "r1", .created = kOld};
  account_.errors.emplace("DeleteEndpoint", NotFound("Could not find endpoint"));
  account_.errors.emplace("StopTrainingJob", InvalidArgument("is in status Completed"));
  EXPECT_OK(RemoveLeftover(account_, s3_, endpoint));
  EXPECT_OK(RemoveLeftover(account_, s3_, job));
  account_.errors.insert_or_assign("DeleteEndpoint", InvalidArgument("Cannot update in-progress endpoint"));
  EXPECT_THAT(RemoveLeftover(account_, s3_, endpoint),
              IsError(ErrorKind::kInvalidArgument, HasSubstr("Cannot delete endpoint \"e1\": Cannot update in-progress endpoint")));
  EXPECT_THAT(account_.calls(), ElementsAre("DeleteEndpoint e1", "StopTrainingJob j1", "DeleteEndpoint e1"));
}

}  // namespace
}  // namespace sagespark::cleanup
