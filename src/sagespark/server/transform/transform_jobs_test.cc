#include "sagespark/server/transform/transform_jobs.h"

#include "sagespark/aws/model/sagemaker.h"
#include "sagespark/base/archive/tar_gz.h"
#include "sagespark/server/testing/fake_container.h"
#include "sagespark/server/testing/folder_objects.h"
#include "sagespark/testing/temporary_folder.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::server {
namespace {

namespace fs = std::filesystem;
namespace sm = aws::sagemaker;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class TransformJobsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    database_ = *Database::Open((temporary_ / "x.db").string());
    records_ = *RecordStore::Open(*database_);
    logs_ = *LogStore::Open((temporary_ / "logs.db").string());
    images_.Add("fake", testing::FakeContainer(temporary_.path()));
    fs::create_directories(temporary_ / "model");
    std::ofstream(temporary_ / "model/weights") << "w8";
    ASSERT_OK(archive::PackTarGz(temporary_ / "model", temporary_ / "model.tar.gz"));
    objects_.Put("b/model.tar.gz", ReadFile(temporary_ / "model.tar.gz"));
    fs::create_directories(objects_.folder() / "out");
    job_.transform_input = {.data_source = {.s3_data_source = {.s3_data_type = "S3Prefix", .s3_uri = "s3://b/in/"}},
                            .content_type = "text/csv",
                            .split_type = "Line"};
    job_.transform_output = {.s3_output_path = "s3://out/results", .assemble_with = "Line"};
    job_.transform_resources = {.instance_type = "ml.m5.large", .instance_count = 1};
    Open();
  }

  void Open() {
    limits_.stop_grace = milliseconds(200);
    auto jobs = TransformJobs::Open({.folder = temporary_ / "transforms", .limits = limits_, .first_backoff = milliseconds(1)}, *records_, *logs_,
                                    objects_, images_);
    ASSERT_OK(jobs);
    jobs_ = *std::move(jobs);
  }

  /// Records job_ and its model.
  void Insert(const std::string& mode = "echo", const std::string& model_data = "s3://b/model.tar.gz") {
    sm::DescribeModelResponse model{.model_name = "m"};
    model.primary_container = {.image = "r/fake:1", .model_data_url = model_data, .environment = {{"MODE", mode}}};
    ASSERT_OK(records_->Insert(RecordKind::kModel, {.name = "m", .document = ToJson(model)}));
    job_.transform_job_name = "j";
    job_.transform_job_arn = "arn:aws:sagemaker:eu-west-1:000000000000:transform-job/j";
    job_.model_name = "m";
    job_.transform_job_status = "InProgress";
    ASSERT_OK(records_->Insert(RecordKind::kTransformJob, {.name = "j", .arn = job_.transform_job_arn, .status = "InProgress", .document = ToJson(job_)}));
  }

  sm::DescribeTransformJobResponse Describe() {
    return *aws::FromJson<sm::DescribeTransformJobResponse>(records_->Get(RecordKind::kTransformJob, "j")->document);
  }

  sm::DescribeTransformJobResponse Wait() {
    const Deadline deadline = Deadline::After(std::chrono::seconds(60));
    while (Describe().transform_job_status == "InProgress" || Describe().transform_job_status == "Stopping") {
      EXPECT_FALSE(deadline.passed());
      if (deadline.passed()) break;
      std::this_thread::yield();
    }
    return Describe();
  }

  sm::DescribeTransformJobResponse Transform(const std::string& mode = "echo") {
    Insert(mode);
    jobs_->Start("j");
    return Wait();
  }

  std::string Output(const std::string& key) { return ReadFile(objects_.folder() / "out/results" / key); }

  std::string DataLog() {
    const auto streams = logs_->Streams(kTransformLogGroup, "j/", LogStreamOrder::kName, false, 0, 50);
    if (!streams.ok()) return "";  // No container was started yet.
    std::string text;
    for (const LogStreamInfo& stream : *streams) {
      if (!stream.name.ends_with("/data-log")) continue;
      const auto events = logs_->Events(kTransformLogGroup, stream.name, {});
      for (const LogEvent& event : *events) text += event.message + "\n";
    }
    return text;
  }

  TemporaryFolder temporary_;
  testing::FolderObjects objects_{temporary_ / "objects"};
  sm::DescribeTransformJobResponse job_;
  HostingLimits limits_;
  ContainerImages images_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<RecordStore> records_;
  std::unique_ptr<LogStore> logs_;
  std::unique_ptr<TransformJobs> jobs_;
};

TEST_F(TransformJobsTest, EveryObjectBecomesAnOutputOfItsName) {
  objects_.Put("b/in/a.csv", "1\n2\n3");
  objects_.Put("b/in/deep/b.csv", "4\n");
  objects_.Put("b/in/empty", "");
  const auto job = Transform();
  ASSERT_EQ(job.transform_job_status, "Completed") << job.failure_reason.value_or("");
  EXPECT_EQ(Output("a.csv.out"), "1\n2\n3\n");
  EXPECT_EQ(Output("deep/b.csv.out"), "4\n");
  EXPECT_TRUE(objects_.Has("out/results/empty.out"));
  EXPECT_EQ(Output("empty.out"), "");
  EXPECT_TRUE(job.transform_start_time <= job.transform_end_time);
  EXPECT_EQ(DataLog(), "MaxConcurrentTransforms=1, MaxPayloadInMB=6, BatchStrategy=MULTI_RECORD\n");
  EXPECT_TRUE(fs::is_empty(temporary_ / "transforms"));
}

TEST_F(TransformJobsTest, KeepsTheOrderWithManyRequestsAndInstances) {
  std::string rows;
  for (int i = 0; i < 300; ++i) rows += std::to_string(i) + "\n";
  for (const char* key : {"b/in/0", "b/in/1", "b/in/2"}) objects_.Put(key, rows);
  job_.transform_resources.instance_count = 2;
  job_.max_concurrent_transforms = 4;
  job_.batch_strategy = "SingleRecord";
  ASSERT_EQ(Transform().transform_job_status, "Completed");
  for (const char* key : {"0.out", "1.out", "2.out"}) EXPECT_EQ(Output(key), rows);
}

TEST_F(TransformJobsTest, WithoutALimitEachObjectIsOneRequestInChunks) {
  std::string rows;
  for (int i = 0; rows.size() < (size_t{9} << 20); ++i) rows += std::to_string(i) + "\n";
  objects_.Put("b/in/framing", "framing");
  objects_.Put("b/in/rows", rows);
  job_.max_payload_in_mb = 0;
  const auto job = Transform("flaky");
  ASSERT_EQ(job.transform_job_status, "Completed") << job.failure_reason.value_or("");
  EXPECT_EQ(Output("framing.out"), "chunked\n");
  EXPECT_EQ(Output("rows.out"), rows);
}

TEST_F(TransformJobsTest, AnObjectThatIsRefusedWithoutALimitIsNamed) {
  objects_.Put("b/in/x", "bad");
  job_.max_payload_in_mb = 0;
  const auto job = Transform();
  EXPECT_EQ(job.transform_job_status, "Failed");
  EXPECT_EQ(job.failure_reason, "ClientError: Bad HTTP status received from algorithm: 400, with message \"bad record\": s3://b/in/x");
  EXPECT_FALSE(objects_.Has("out/results/x.out"));
}

TEST_F(TransformJobsTest, TheContainerKnowsTheJobAndItsModel) {
  job_.transform_input.split_type = "None";
  job_.max_payload_in_mb = 2;
  job_.environment = {{"PARAMETERS", R"({"MaxConcurrentTransforms": 3})"}};
  objects_.Put("b/in/batch", "batch");
  objects_.Put("b/in/model", "model");
  ASSERT_EQ(Transform().transform_job_status, "Completed");
  EXPECT_EQ(Output("batch.out"), "SAGEMAKER_BATCH=true;SAGEMAKER_MAX_PAYLOAD_IN_MB=2;\n");
  EXPECT_EQ(Output("model.out"), "w8\n");
  EXPECT_THAT(DataLog(), HasSubstr("MaxConcurrentTransforms=3, MaxPayloadInMB=2"));
}

TEST_F(TransformJobsTest, AnObjectThatFailsIsNamedAndTheOthersAreTransformed) {
  objects_.Put("b/in/0", "good\n");
  objects_.Put("b/in/1", "good\nbad\n");
  objects_.Put("b/in/2", "good\n");
  const auto job = Transform();
  EXPECT_EQ(job.transform_job_status, "Failed");
  EXPECT_EQ(job.failure_reason, "ClientError: Bad HTTP status received from algorithm: 400, with message \"bad record\": s3://b/in/1");
  EXPECT_EQ(Output("0.out") + Output("2.out"), "good\ngood\n");
  EXPECT_FALSE(objects_.Has("out/results/1.out"));
  EXPECT_THAT(DataLog(), HasSubstr("s3://b/in/1"));
}

TEST_F(TransformJobsTest, ARequestThatTheContainerCouldNotTakeIsSentAgain) {
  objects_.Put("b/in/0", "1\n2\n");
  job_.batch_strategy = "SingleRecord";
  EXPECT_EQ(Transform("flaky").transform_job_status, "Completed");
  EXPECT_EQ(Output("0.out"), "1\n2\n");
}

TEST_F(TransformJobsTest, ButNotWithoutRetries) {
  objects_.Put("b/in/0", "1\n");
  job_.model_client_config = {.invocations_max_retries = 0};
  EXPECT_THAT(*Transform("flaky").failure_reason, StartsWith("AlgorithmError: Bad HTTP status received from algorithm: 503"));
}

TEST_F(TransformJobsTest, AContainerThatDiesOnARecordFailsTheJobAfterItsRetries) {
  objects_.Put("b/in/0", "die");
  job_.model_client_config = {.invocations_max_retries = 1};
  const auto job = Transform();
  EXPECT_EQ(job.transform_job_status, "Failed");
  EXPECT_THAT(*job.failure_reason, AllOf(StartsWith("AlgorithmError: "), HasSubstr("s3://b/in/0")));
}

TEST_F(TransformJobsTest, ReadsManifestsAndGzip) {
  // printf 'hello\n' | gzip -n9
  const std::string hello("\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\xe7\x02\x00\x20\x30\x3a\x36\x06\x00\x00\x00", 26);
  objects_.Put("b/data/x.gz", hello);
  objects_.Put("b/data/not.gz", hello);
  objects_.Put("b/manifest", R"([{"prefix": "s3://b/data/"}, "x.gz"])");
  job_.transform_input.data_source.s3_data_source = {"ManifestFile", "s3://b/manifest"};
  job_.transform_input.compression_type = "Gzip";
  ASSERT_EQ(Transform().transform_job_status, "Completed");
  EXPECT_EQ(Output("x.gz.out"), "hello\n");
  EXPECT_FALSE(objects_.Has("out/results/not.gz.out"));
}

TEST_F(TransformJobsTest, BadInputsFailTheJobWithTheirReasons) {
  objects_.Put("b/in/0", std::string((1 << 20) + 1, 'x'));
  job_.max_payload_in_mb = 1;
  EXPECT_THAT(*Transform().failure_reason, AllOf(StartsWith("ClientError: Too much data for max payload size"), HasSubstr("s3://b/in/0")));
}

TEST_F(TransformJobsTest, NoInputFailsTheJob) { EXPECT_THAT(*Transform().failure_reason, StartsWith("ClientError: Data download failed:")); }

TEST_F(TransformJobsTest, AModelWithoutDataFailsTheJob) {
  objects_.Put("b/in/0", "1");
  Insert("echo", "s3://b/none.tar.gz");
  jobs_->Start("j");
  EXPECT_THAT(*Wait().failure_reason, StartsWith("ClientError: Failed to download model data for transform job j"));
}

TEST_F(TransformJobsTest, AContainerThatDoesNotComeUpFailsTheJob) {
  objects_.Put("b/in/0", "1");
  EXPECT_THAT(*Transform("exit").failure_reason, StartsWith("AlgorithmError: The container did not pass the ping health check"));
}

TEST_F(TransformJobsTest, AStoppedJobLeavesNoHalfOutput) {
  objects_.Put("b/in/0", "1\n");
  Insert("slow");
  jobs_->Start("j");
  while (DataLog().empty()) std::this_thread::yield();
  jobs_->Stop("j");
  const auto job = Wait();
  EXPECT_EQ(job.transform_job_status, "Stopped");
  EXPECT_FALSE(job.failure_reason);
  EXPECT_FALSE(objects_.Has("out/results/0.out"));
  EXPECT_TRUE(fs::is_empty(temporary_ / "transforms"));
}

TEST_F(TransformJobsTest, AServerThatEndsFailsItsJobsAtOnce) {
  objects_.Put("b/in/0", "1\n");
  Insert("slow");
  jobs_->Start("j");
  while (DataLog().empty()) std::this_thread::yield();
  jobs_.reset();
  EXPECT_THAT(*Describe().failure_reason, HasSubstr("The local server ended"));
}

TEST_F(TransformJobsTest, JobsThatAServerLeftBehindAreFailedWithTheReason) {
  jobs_.reset();
  Insert();
  fs::create_directories(temporary_ / "transforms/j/i-0");
  Open();
  EXPECT_EQ(Describe().transform_job_status, "Failed");
  EXPECT_THAT(*Describe().failure_reason, HasSubstr("The local server ended while the transform job ran"));
  EXPECT_TRUE(fs::is_empty(temporary_ / "transforms"));
}

}  // namespace
}  // namespace sagespark::server
