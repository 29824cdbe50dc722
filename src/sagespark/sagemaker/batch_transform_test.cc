// Batch transforms against a real S3, that of the local cloud in this process, and a scripted SageMaker that answers objects.

#include "sagespark/sagemaker/batch_transform.h"

#include <cstdlib>
#include <filesystem>

#include "sagespark/base/exception.h"
#include "sagespark/base/uri.h"
#include "sagespark/data/batch_builder.h"
#include "sagespark/sagemaker/sagemaker_clients.h"
#include "sagespark/sagemaker/sagemaker_model.h"
#include "sagespark/sagemaker/testing/fake_aws.h"
#include "sagespark/server/cloud/local_cloud.h"
#include "sagespark/server/data_folder.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::sagemaker {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Property;
using ::testing::StartsWith;
using ::testing::Throws;
using testing::Calls;

/// One line a row: how many there are in the body.
class CountingDeserializer final : public codec::ResponseRowDeserializer {
 public:
  std::string accept() const override { return "text/plain"; }
  std::vector<data::Field> fields() const override { return {{"size", data::TypeId::kDouble}}; }
  Result<data::Batch> Deserialize(std::string_view body, int64_t) const override {
    SAGESPARK_ASSIGN_OR_RETURN(auto builder, data::BatchBuilder::Make(std::make_shared<const data::Schema>(fields())));
    for (const char c : body) {
      if (c == '\n') builder.AppendDouble(0, static_cast<double>(body.size()));
    }
    return builder.Finish();
  }
};

class BatchTransformTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    data_dir_ = ::testing::TempDir() + "/batch_transform_test_cloud";
    std::filesystem::remove_all(data_dir_);
    auto cloud = server::LocalCloud::Start({.data_dir = data_dir_});
    ASSERT_TRUE(cloud.ok()) << cloud.error().message();
    cloud_ = *std::move(cloud);
    const auto folder = server::DataFolder::OpenForClient(data_dir_);
    ASSERT_TRUE(folder.ok());
    setenv("AWS_ENDPOINT_URL", cloud_->url().c_str(), 1);
    setenv("AWS_ACCESS_KEY_ID", folder->credentials().access_key_id.c_str(), 1);
    setenv("AWS_SECRET_ACCESS_KEY", folder->credentials().secret_access_key.c_str(), 1);
    setenv("AWS_REGION", "us-east-1", 1);
    setenv("AWS_CONFIG_FILE", "/dev/null", 1);
    setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null", 1);
    s3_ = SageMakerClients::createS3DefaultClient();
    ASSERT_OK(s3_->CreateBucket("staging"));
  }
  static void TearDownTestSuite() {
    s3_.reset();
    cloud_.reset();
    std::filesystem::remove_all(data_dir_);
  }

  BatchTransformTest() {
    sagemaker_->transform_jobs = {{.transform_job_status = "InProgress"}, {.transform_job_status = "Completed"}};
    sagemaker_->on_call = [this](const std::string& operation) {
      if (operation == "DescribeTransformJob") AnswerObjects();
    };
  }

  /// Answers every staged object with itself.
  void AnswerObjects() {
    for (const std::string& key : Keys()) {
      const size_t in = key.find("/in/");
      if (in == std::string::npos) continue;
      const auto reader = s3_->GetObject("staging", key);
      ASSERT_TRUE(reader.ok());
      std::string body(static_cast<size_t>((*reader)->info().size), '\0');
      for (size_t read = 0; read < body.size();) read += *(*reader)->Read(std::span(body).subspan(read));
      ASSERT_OK(s3_->PutObject("staging", key.substr(0, in) + "/out/" + key.substr(in + 4) + ".out", body));
    }
  }

  static std::vector<std::string> Keys() {
    std::vector<std::string> keys;
    EXPECT_OK(s3_->ListObjects("staging", {}, [&](const aws::S3ObjectInfo& object) {
      keys.push_back(object.key);
      return true;
    }));
    return keys;
  }

  static sql::DataFrame Rows() {
    const sql::SparkSession spark = sql::SparkSession::builder().master("local[2]").getOrCreate();
    return spark.createDataFrame({{1.0, sql::Vectors::dense({1, 2})}, {2.0, sql::Vectors::dense({3, 4})}, {3.0, sql::Vectors::dense({5, 600})}},
                                 std::vector<std::string>{"label", "features"});
  }

  SageMakerModelOptions Options() {
    return {.endpointInstanceType = "ml.c4.xlarge",
            .endpointInitialInstanceCount = 1,
            .requestRowSerializer = UnlabeledCSVRequestRowSerializer(),
            .responseRowDeserializer = CountingDeserializer(),
            .modelImage = "123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:2",
            .modelPath = S3DataPath("models", "job/output/model.tar.gz"),
            .modelExecutionRoleARN = "arn:aws:iam::123456789012:role/SageMaker",
            .endpointCreationPolicy = EndpointCreationPolicy::CREATE_ON_TRANSFORM,
            .sagemakerClient = sagemaker_,
            .cancellation = cancellation_.token(),
            .progress = nullptr,
            .requestOptions = {.maxRowsPerRequest = 2},
            .tags = {{"team", "digits"}},
            .runId = "r1"};
  }

  static BatchTransformOptions Job() {
    return {.inputS3DataPath = S3DataPath("staging", "batch"), .transformJobName = "job"};
  }

  static inline std::string data_dir_;
  static inline std::unique_ptr<server::LocalCloud> cloud_;
  static inline std::shared_ptr<aws::S3Client> s3_;
  CancellationSource cancellation_;
  std::shared_ptr<testing::FakeSageMaker> sagemaker_ = std::make_shared<testing::FakeSageMaker>();
};

TEST_F(BatchTransformTest, PredictsRowsInOrderOnAModelOfItsOwnAndLeavesNothing) {
  {
    const sql::DataFrame predicted = SageMakerModel(Options()).batchTransform(Rows().coalesce(1), Job());
    EXPECT_THAT(sagemaker_->calls(), ElementsAre("CreateModel job", "CreateTransformJob job", "DescribeTransformJob job",
                                                 "DescribeTransformJob job", "DeleteModel job"));
    std::vector<std::string> rows;
    for (const sql::Row& row : predicted.select("label", "size").collect()) rows.push_back(row.toString());
    EXPECT_THAT(rows, ElementsAre("[1.0,16.0]", "[2.0,16.0]", "[3.0,10.0]"));
    EXPECT_THAT(Keys(), ::testing::Each(StartsWith("batch/sagespark-run-r1/job/out/")));
  }
  EXPECT_THAT(Keys(), IsEmpty());
}

TEST_F(BatchTransformTest, TheRequestSaysWhatTheOptionsSay) {
  BatchTransformOptions job = Job();
  job.instanceType = "ml.m4.xlarge";
  job.instanceCount = 2;
  job.splitType = "Line";
  job.batchStrategy = "MultiRecord";
  job.maxPayloadInMB = 2;
  job.maxConcurrentTransforms = 4;
  job.assembleWith = "Line";
  job.volumeKmsKeyId = "volume-key";
  job.outputKmsKeyId = "output-key";
  job.environment = {{"LEVEL", "debug"}};
  SageMakerModel(Options()).batchTransform(Rows(), job);
  EXPECT_EQ(json::Dump(sagemaker_->requests.at("CreateTransformJob")),
            R"({"BatchStrategy":"MultiRecord","Environment":{"LEVEL":"debug"},"MaxConcurrentTransforms":4,"MaxPayloadInMB":2,)"
            R"("ModelName":"job","Tags":[{"Key":"sagespark:run","Value":"r1"},{"Key":"team","Value":"digits"}],)"
            R"("TransformInput":{"ContentType":"text/csv","DataSource":{"S3DataSource":{"S3DataType":"S3Prefix",)"
            R"("S3Uri":"s3://staging/batch/sagespark-run-r1/job/in/"}},"SplitType":"Line"},"TransformJobName":"job",)"
            R"("TransformOutput":{"Accept":"text/plain","AssembleWith":"Line","KmsKeyId":"output-key",)"
            R"("S3OutputPath":"s3://staging/batch/sagespark-run-r1/job/out/"},)"
            R"("TransformResources":{"InstanceCount":2,"InstanceType":"ml.m4.xlarge","VolumeKmsKeyId":"volume-key"}})");
  EXPECT_THAT(json::Dump(sagemaker_->requests.at("CreateModel")), HasSubstr(R"({"Key":"sagespark:run","Value":"r1"})"));
}

TEST_F(BatchTransformTest, ObjectsInS3BecomeObjectsOfPredictions) {
  BatchTransformOptions job = Job();
  job.outputS3DataPath = S3DataPath("staging", "out");
  job.contentType = "text/x-libsvm";
  job.accept = "application/json";
  EXPECT_EQ(SageMakerModel(Options()).batchTransform(S3DataPath("mine", "rows/"), job), S3DataPath("staging", "out/job"));
  EXPECT_THAT(json::Dump(sagemaker_->requests.at("CreateTransformJob")),
              AllOf(HasSubstr(R"("ContentType":"text/x-libsvm")"), HasSubstr(R"("S3Uri":"s3://mine/rows/")"),
                    HasSubstr(R"("Accept":"application/json","S3OutputPath":"s3://staging/out/job")")));
}

TEST_F(BatchTransformTest, AFailedJobIsAnErrorWithItsReasonAndNothingIsLeft) {
  sagemaker_->transform_jobs = {{.transform_job_status = "Failed", .failure_reason = "ClientError: no such column"}};
  EXPECT_THAT([&] { SageMakerModel(Options()).batchTransform(Rows(), Job()); },
              Throws<Exception>(AllOf(Property(&Exception::kind, ErrorKind::kModelError),
                                      Property(&Exception::what, HasSubstr("\"job\" is Failed: ClientError: no such column")))));
  EXPECT_THAT(Keys(), IsEmpty());
  EXPECT_THAT(sagemaker_->existing, IsEmpty());
}

TEST_F(BatchTransformTest, ACancelledOneStopsItsJobAndLeavesNothing) {
  sagemaker_->transform_jobs = {{.transform_job_status = "InProgress"}, {.transform_job_status = "Stopping"}, {.transform_job_status = "Stopped"}};
  int looks = 0;
  sagemaker_->on_call = [&](const std::string& operation) {
    if (operation != "DescribeTransformJob") return;
    cancellation_.Cancel();
    if (++looks == 3) AnswerObjects();  // It writes until it has stopped.
  };
  EXPECT_THAT([&] { SageMakerModel(Options()).batchTransform(Rows(), Job()); },
              Throws<Exception>(AllOf(Property(&Exception::kind, ErrorKind::kCancelled),
                                      Property(&Exception::what, HasSubstr("its job was stopped: \"job\"")))));
  EXPECT_EQ(looks, 3);
  EXPECT_THAT(sagemaker_->calls(), Contains("StopTransformJob job"));
  EXPECT_THAT(Keys(), IsEmpty());
  EXPECT_THAT(sagemaker_->existing, IsEmpty());
}

TEST_F(BatchTransformTest, AnExistingEndpointsModelIsUsed) {
  sagemaker_->existing = {"endpoint mine", "config theirs"};
  sagemaker_->endpoints = {{.endpoint_config_name = "theirs", .endpoint_status = "InService"}};
  SageMakerModelOptions options = Options();
  options.existingEndpointName = "mine";
  options.modelPath = std::nullopt;
  options.endpointCreationPolicy = EndpointCreationPolicy::DO_NOT_CREATE;
  SageMakerModel(options).batchTransform(Rows(), Job());
  EXPECT_THAT(json::Dump(sagemaker_->requests.at("CreateTransformJob")), HasSubstr(R"("ModelName":"model of theirs")"));
}

TEST_F(BatchTransformTest, ADatasetWithoutRowsNeedsNoJob) {
  EXPECT_EQ(SageMakerModel(Options()).batchTransform(Rows().limit(0), Job()).count(), 0);
  EXPECT_THAT(sagemaker_->calls(), IsEmpty());
  EXPECT_THAT(Keys(), IsEmpty());
}

TEST_F(BatchTransformTest, OptionsThatDoNotFitAreRefusedBeforeAnythingIsCreated) {
  const auto refuses = [&](auto change, const char* message) {
    BatchTransformOptions job = Job();
    change(job);
    EXPECT_THAT([&] { SageMakerModel(Options()).batchTransform(Rows(), job); },
                Throws<Exception>(Property(&Exception::what, HasSubstr(message))));
  };
  refuses([](auto& o) { o.instanceCount = 0; }, "nstanceCount");
  refuses([](auto& o) { o.splitType = "Comma"; }, "plitType");
  refuses([](auto& o) { o.batchStrategy = "Any"; }, "atchStrategy");
  refuses([](auto& o) { o.maxPayloadInMB = -1; }, "axPayloadInMB");
  refuses([](auto& o) { o.maxPayloadInMB = 50, o.maxConcurrentTransforms = 3; }, "150; valid: <= 100");
  refuses([](auto& o) { o.timeoutInSeconds = 0; }, "timeoutInSeconds = 0; valid: >= 1");
  refuses([](auto& o) { o.transformJobName = "a b"; }, "ame");
  EXPECT_THAT([&] { SageMakerModel(Options()).batchTransform(Rows().select("label"), Job()); },
              Throws<Exception>(Property(&Exception::what, HasSubstr("features"))));
  EXPECT_THAT(sagemaker_->calls(), IsEmpty());
  EXPECT_THAT(Keys(), IsEmpty());
}

TEST(TransformJobTest, AJobThatTakesTooLongIsStoppedAndAwaited) {
  testing::FakeSageMaker client;
  client.transform_jobs = {{.transform_job_status = "InProgress"}};
  client.on_call = [&](const std::string& operation) {
    if (operation == "StopTransformJob") client.transform_jobs = {{.transform_job_status = "Stopping"}, {.transform_job_status = "Stopped"}};
  };
  const FakeClock clock;
  const aws::ClientConfig config{.region = "us-east-1"};
  const TransformJob job({.client = client, .config = config, .progress = nullptr, .cancellation = {}, .timeout_in_seconds = 10, .clock = clock},
                         {.transform_job_name = "job"});
  EXPECT_THAT(job.Run(), IsError(ErrorKind::kTimeout, "Batch transform took longer than timeoutInSeconds = 10; its job was "
                                                      "stopped: \"job\""));
  const std::vector<std::string> calls = client.calls();
  const std::vector<std::string> last(calls.end() - 3, calls.end());
  EXPECT_THAT(last, ElementsAre("StopTransformJob job", "DescribeTransformJob job", "DescribeTransformJob job"));
}

TEST(TransformJobTest, AJobThatDoesNotStopIsNamed) {
  testing::FakeSageMaker client;
  client.transform_jobs = {{.transform_job_status = "Stopping"}};
  const FakeClock clock;
  const aws::ClientConfig config{.region = "us-east-1"};
  const TransformJob job({.client = client, .config = config, .progress = nullptr, .cancellation = {}, .timeout_in_seconds = 10, .clock = clock},
                         {.transform_job_name = "job"});
  EXPECT_THAT(job.Run(), IsError(ErrorKind::kTimeout, HasSubstr("its job may still run: \"job\" could not be stopped: it is still stopping")));
}

}  // namespace
}  // namespace sagespark::sagemaker
