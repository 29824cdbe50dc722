#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sagespark/aws/client/logs_client.h"
#include "sagespark/aws/client/s3_client.h"
#include "sagespark/aws/client/sagemaker_client.h"
#include "sagespark/aws/client/sts_client.h"
#include "sagespark/base/json/value.h"

namespace sagespark::sagemaker::testing {

/// What the fakes were asked, in order: "CreateModel model-1".
using Calls = std::vector<std::string>;

/// A control plane that plays a script. Everything exists that was created, or put into `existing`.
class FakeSageMaker : public aws::SageMakerClient {
 public:
  explicit FakeSageMaker(std::shared_ptr<Calls> calls = std::make_shared<Calls>()) : calls_(std::move(calls)) {}

  const Calls& calls() const { return *calls_; }

  /// The request last sent, by operation.
  std::map<std::string, json::Value> requests;

  /// Errors by operation, instead of doing it.
  std::map<std::string, Error> errors;

  /// What DescribeTrainingJob, DescribeEndpoint and DescribeTransformJob answer in turn; the last stays.
  std::deque<aws::sagemaker::DescribeTrainingJobResponse> jobs;
  std::deque<aws::sagemaker::DescribeEndpointResponse> endpoints;
  std::deque<aws::sagemaker::DescribeTransformJobResponse> transform_jobs;

  /// Called at each operation, before it is done.
  std::function<void(const std::string& operation)> on_call;

  /// Models, configurations and endpoints, as "model NAME", "config NAME", "endpoint NAME".
  std::set<std::string> existing;

  Result<aws::sagemaker::CreateTrainingJobResponse> CreateTrainingJob(
      const aws::sagemaker::CreateTrainingJobRequest& request, const aws::CallOptions&) override {
    SAGESPARK_RETURN_IF_ERROR(Note("CreateTrainingJob", request.training_job_name, ToJson(request)));
    return aws::sagemaker::CreateTrainingJobResponse{.training_job_arn = "arn"};
  }
  Result<aws::sagemaker::DescribeTrainingJobResponse> DescribeTrainingJob(
      const aws::sagemaker::DescribeTrainingJobRequest& request, const aws::CallOptions& options) override {
    SAGESPARK_RETURN_IF_ERROR(options.cancellation.Check());
    SAGESPARK_RETURN_IF_ERROR(Note("DescribeTrainingJob", request.training_job_name, ToJson(request)));
    auto job = Next(jobs);
    job.training_job_name = request.training_job_name;
    return job;
  }
  Result<aws::sagemaker::ListTrainingJobsResponse> ListTrainingJobs(const aws::sagemaker::ListTrainingJobsRequest&,
                                                                    const aws::CallOptions&) override {
    return Unimplemented("ListTrainingJobs");
  }
  Status StopTrainingJob(const aws::sagemaker::StopTrainingJobRequest& request, const aws::CallOptions&) override {
    return Note("StopTrainingJob", request.training_job_name, ToJson(request));
  }

  Result<aws::sagemaker::CreateTransformJobResponse> CreateTransformJob(
      const aws::sagemaker::CreateTransformJobRequest& request, const aws::CallOptions&) override {
    SAGESPARK_RETURN_IF_ERROR(Note("CreateTransformJob", request.transform_job_name, ToJson(request)));
    return aws::sagemaker::CreateTransformJobResponse{.transform_job_arn = "arn"};
  }
  Result<aws::sagemaker::DescribeTransformJobResponse> DescribeTransformJob(
      const aws::sagemaker::DescribeTransformJobRequest& request, const aws::CallOptions& options) override {
    SAGESPARK_RETURN_IF_ERROR(options.cancellation.Check());
    SAGESPARK_RETURN_IF_ERROR(Note("DescribeTransformJob", request.transform_job_name, ToJson(request)));
    auto job = Next(transform_jobs);
    job.transform_job_name = request.transform_job_name;
    return job;
  }
  Result<aws::sagemaker::ListTransformJobsResponse> ListTransformJobs(const aws::sagemaker::ListTransformJobsRequest&,
                                                                      const aws::CallOptions&) override {
    return Unimplemented("ListTransformJobs");
  }
  Status StopTransformJob(const aws::sagemaker::StopTransformJobRequest& request, const aws::CallOptions&) override {
    return Note("StopTransformJob", request.transform_job_name, ToJson(request));
  }

  Result<aws::sagemaker::CreateModelResponse> CreateModel(const aws::sagemaker::CreateModelRequest& request,
                                                          const aws::CallOptions&) override {
    SAGESPARK_RETURN_IF_ERROR(Note("CreateModel", request.model_name, ToJson(request)));
    existing.insert("model " + request.model_name);
    return aws::sagemaker::CreateModelResponse{.model_arn = "arn"};
  }
  Result<aws::sagemaker::DescribeModelResponse> DescribeModel(const aws::sagemaker::DescribeModelRequest& request,
                                                              const aws::CallOptions&) override {
    SAGESPARK_RETURN_IF_ERROR(Note("DescribeModel", request.model_name, ToJson(request)));
    SAGESPARK_RETURN_IF_ERROR(RequireExisting("model " + request.model_name));
    return aws::sagemaker::DescribeModelResponse{};
  }
  Result<aws::sagemaker::ListModelsResponse> ListModels(const aws::sagemaker::ListModelsRequest&,
                                                        const aws::CallOptions&) override {
    return Unimplemented("ListModels");
  }
  Status DeleteModel(const aws::sagemaker::DeleteModelRequest& request, const aws::CallOptions&) override {
    SAGESPARK_RETURN_IF_ERROR(Note("DeleteModel", request.model_name, ToJson(request)));
    existing.erase("model " + request.model_name);
    return Status::Ok();
  }

  Result<aws::sagemaker::CreateEndpointConfigResponse> CreateEndpointConfig(
      const aws::sagemaker::CreateEndpointConfigRequest& request, const aws::CallOptions&) override {
    SAGESPARK_RETURN_IF_ERROR(Note("CreateEndpointConfig", request.endpoint_config_name, ToJson(request)));
    existing.insert("config " + request.endpoint_config_name);
    return aws::sagemaker::CreateEndpointConfigResponse{.endpoint_config_arn = "arn"};
  }
  Result<aws::sagemaker::DescribeEndpointConfigResponse> DescribeEndpointConfig(
      const aws::sagemaker::DescribeEndpointConfigRequest& request, const aws::CallOptions&) override {
    SAGESPARK_RETURN_IF_ERROR(Note("DescribeEndpointConfig", request.endpoint_config_name, ToJson(request)));
    SAGESPARK_RETURN_IF_ERROR(RequireExisting("config " + request.endpoint_config_name));
    return aws::sagemaker::DescribeEndpointConfigResponse{
        .production_variants = {{.variant_name = "AllRequests", .model_name = "model of " + request.endpoint_config_name}}};
  }
  Result<aws::sagemaker::ListEndpointConfigsResponse> ListEndpointConfigs(
      const aws::sagemaker::ListEndpointConfigsRequest&, const aws::CallOptions&) override {
    return Unimplemented("ListEndpointConfigs");
  }
  Status DeleteEndpointConfig(const aws::sagemaker::DeleteEndpointConfigRequest& request,
                              const aws::CallOptions&) override {
    SAGESPARK_RETURN_IF_ERROR(Note("DeleteEndpointConfig", request.endpoint_config_name, ToJson(request)));
    existing.erase("config " + request.endpoint_config_name);
    return Status::Ok();
  }

  Result<aws::sagemaker::CreateEndpointResponse> CreateEndpoint(const aws::sagemaker::CreateEndpointRequest& request,
                                                                const aws::CallOptions&) override {
    SAGESPARK_RETURN_IF_ERROR(Note("CreateEndpoint", request.endpoint_name, ToJson(request)));
    existing.insert("endpoint " + request.endpoint_name);
    return aws::sagemaker::CreateEndpointResponse{.endpoint_arn = "arn"};
  }
  Result<aws::sagemaker::DescribeEndpointResponse> DescribeEndpoint(
      const aws::sagemaker::DescribeEndpointRequest& request, const aws::CallOptions& options) override {
    SAGESPARK_RETURN_IF_ERROR(options.cancellation.Check());
    SAGESPARK_RETURN_IF_ERROR(Note("DescribeEndpoint", request.endpoint_name, ToJson(request)));
    SAGESPARK_RETURN_IF_ERROR(RequireExisting("endpoint " + request.endpoint_name));
    auto endpoint = Next(endpoints);
    endpoint.endpoint_name = request.endpoint_name;
    return endpoint;
  }
  Result<aws::sagemaker::ListEndpointsResponse> ListEndpoints(const aws::sagemaker::ListEndpointsRequest&,
                                                              const aws::CallOptions&) override {
    return Unimplemented("ListEndpoints");
  }
  Status DeleteEndpoint(const aws::sagemaker::DeleteEndpointRequest& request, const aws::CallOptions&) override {
    SAGESPARK_RETURN_IF_ERROR(Note("DeleteEndpoint", request.endpoint_name, ToJson(request)));
    existing.erase("endpoint " + request.endpoint_name);
    return Status::Ok();
  }

  Result<aws::sagemaker::ListTagsResponse> ListTags(const aws::sagemaker::ListTagsRequest&,
                                                    const aws::CallOptions&) override {
    return Unimplemented("ListTags");
  }

 private:
  Status Note(const std::string& operation, const std::string& name, json::Value request) {
    calls_->push_back(operation + " " + name);
    if (on_call) on_call(operation);
    requests.insert_or_assign(operation, std::move(request));
    const auto error = errors.find(operation);
    return error == errors.end() ? Status::Ok() : Status(error->second);
  }

  Status RequireExisting(const std::string& what) const {
    return existing.count(what) > 0 ? Status::Ok() : Status(NotFound("Could not find " + what));
  }

  template <typename T>
  static T Next(std::deque<T>& script) {
    T answer = script.front();
    if (script.size() > 1) script.pop_front();
    return answer;
  }

  std::shared_ptr<Calls> calls_;
};

inline aws::sagemaker::DescribeEndpointResponse EndpointThatIs(std::string status, std::string failure_reason = "") {
  aws::sagemaker::DescribeEndpointResponse endpoint{.endpoint_status = std::move(status)};
  if (!failure_reason.empty()) endpoint.failure_reason = std::move(failure_reason);
  return endpoint;
}

inline aws::sagemaker::DescribeTrainingJobResponse JobThatIs(std::string status, std::string secondary_status) {
  return {.model_artifacts = {.s3_model_artifacts = "s3://models/job/output/model.tar.gz"},
          .training_job_status = std::move(status),
          .secondary_status = std::move(secondary_status)};
}

/// One log stream that grows by a page a call.
class FakeLogs final : public aws::LogsClient {
 public:
  std::string stream;                           ///< "" while there is none.
  std::deque<std::vector<std::string>> pages;   ///< Lines that come with each GetLogEvents.

  Result<aws::logs::DescribeLogStreamsResponse> DescribeLogStreams(const aws::logs::DescribeLogStreamsRequest& request,
                                                                   const aws::CallOptions&) override {
    aws::logs::DescribeLogStreamsResponse response;
    if (stream.starts_with(request.log_stream_name_prefix.value_or("")) && !stream.empty()) {
      response.log_streams.push_back({.log_stream_name = stream});
    }
    return response;
  }
  Result<aws::logs::GetLogEventsResponse> GetLogEvents(const aws::logs::GetLogEventsRequest& request,
                                                       const aws::CallOptions&) override {
    aws::logs::GetLogEventsResponse response;
    response.next_forward_token = request.next_token.value_or("f/0");
    if (pages.empty()) return response;
    for (const std::string& line : pages.front()) response.events.push_back({.message = line});
    pages.pop_front();
    response.next_forward_token = "f/" + std::to_string(pages.size() + 1000);
    return response;
  }
};

class FakeSts final : public aws::StsClient {
 public:
  explicit FakeSts(std::shared_ptr<Calls> calls) : calls_(std::move(calls)) {}
  Result<aws::CallerIdentity> GetCallerIdentity(const aws::CallOptions&) override {
    calls_->push_back("GetCallerIdentity");
    return aws::CallerIdentity{.account = "123456789012"};
  }

 private:
  std::shared_ptr<Calls> calls_;
};

/// Of S3 what a fit asks its client for: buckets.
class FakeS3 : public aws::S3Client {
 public:
  explicit FakeS3(std::shared_ptr<Calls> calls) : calls_(std::move(calls)) {}
  Status CreateBucket(const std::string& bucket, const aws::CallOptions&) override {
    calls_->push_back("CreateBucket " + bucket);
    return Status::Ok();
  }
  Result<std::string> PutObject(const std::string&, const std::string&, std::string, const aws::S3PutOptions&,
                                const aws::CallOptions&) override {
    return Unimplemented("PutObject");
  }
  Result<std::unique_ptr<aws::S3ObjectReader>> GetObject(const std::string&, const std::string&, const aws::S3GetOptions&,
                                                         const aws::CallOptions&) override {
    return Unimplemented("GetObject");
  }
  Result<aws::S3ObjectInfo> HeadObject(const std::string&, const std::string&, const aws::CallOptions&) override {
    return Unimplemented("HeadObject");
  }
  Status DeleteObject(const std::string&, const std::string&, const aws::CallOptions&) override {
    return Unimplemented("DeleteObject");
  }
  Status DeleteObjects(const std::string&, const std::vector<std::string>&, const aws::CallOptions&) override {
    return Unimplemented("DeleteObjects");
  }
  Result<aws::S3Page> ListPage(const std::string&, const aws::S3ListOptions&, const std::string&,
                               const aws::CallOptions&) override {
    return Unimplemented("ListPage");
  }
  Status HeadBucket(const std::string&, const aws::CallOptions&) override { return Unimplemented("HeadBucket"); }
  Result<std::string> GetBucketLocation(const std::string&, const aws::CallOptions&) override { return Unimplemented("GetBucketLocation"); }
  Result<std::string> CreateMultipartUpload(const std::string&, const std::string&, const aws::S3PutOptions&,
                                            const aws::CallOptions&) override {
    return Unimplemented("CreateMultipartUpload");
  }
  Result<aws::S3Part> UploadPart(const std::string&, const std::string&, const std::string&, int32_t,
                                 std::shared_ptr<const std::string>, const aws::CallOptions&) override {
    return Unimplemented("UploadPart");
  }
  Result<std::string> CompleteMultipartUpload(const std::string&, const std::string&, const std::string&,
                                              const std::vector<aws::S3Part>&, const aws::CallOptions&) override {
    return Unimplemented("CompleteMultipartUpload");
  }
  Status AbortMultipartUpload(const std::string&, const std::string&, const std::string&,
                              const aws::CallOptions&) override {
    return Unimplemented("AbortMultipartUpload");
  }
  Result<std::vector<aws::S3Upload>> ListMultipartUploads(const std::string&, const std::string&,
                                                          const aws::CallOptions&) override {
    return Unimplemented("ListMultipartUploads");
  }

 private:
  std::shared_ptr<Calls> calls_;
};

}  // namespace sagespark::sagemaker::testing
