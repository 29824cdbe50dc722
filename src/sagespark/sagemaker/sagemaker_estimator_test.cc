// Fits against a real S3, that of the local cloud in this process, and a scripted SageMaker.

#include "sagespark/sagemaker/sagemaker_estimator.h"

#include <cstdlib>
#include <filesystem>

#include "sagespark/base/exception.h"
#include "sagespark/sagemaker/kmeans_sagemaker_estimator.h"
#include "sagespark/sagemaker/sagemaker_clients.h"
#include "sagespark/sagemaker/training_run.h"
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
using ::testing::MatchesRegex;
using ::testing::Property;
using ::testing::SizeIs;
using ::testing::StartsWith;
using ::testing::StrEq;
using ::testing::Throws;
using testing::Calls;
using testing::EndpointThatIs;
using testing::JobThatIs;

constexpr char kRole[] = "arn:aws:iam::123456789012:role/SageMaker";
constexpr char kRoleKey[] = "com.amazonaws.services.sagemaker.sparksdk.sagemakerrole";
constexpr char kBucketKey[] = "com.amazonaws.services.sagemaker.sparksdk.s3-data-bucket";

class SageMakerEstimatorTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    data_dir_ = ::testing::TempDir() + "/estimator_test_cloud";
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

  SageMakerEstimatorTest() {
    sagemaker_->jobs = {JobThatIs("InProgress", "Starting"), JobThatIs("InProgress", "Training"),
                        JobThatIs("Completed", "Completed")};
    sagemaker_->endpoints = {EndpointThatIs("Creating"), EndpointThatIs("InService")};
    sagemaker_->on_call = [this](const std::string& operation) {
      if (operation == "CreateTrainingJob") staged_at_training_ = StagedKeys();
    };
  }

  static std::vector<std::string> StagedKeys() {
    std::vector<std::string> keys;
    EXPECT_OK(s3_->ListObjects("staging", {.prefix = "in/"}, [&](const aws::S3ObjectInfo& object) {
      keys.push_back(object.key);
      return true;
    }));
    return keys;
  }

  static sql::DataFrame Rows() {
    const sql::SparkSession spark = sql::SparkSession::builder().master("local[2]").getOrCreate();
    return spark.createDataFrame({{0.0, sql::Vectors::dense({1, 2})}, {1.0, sql::Vectors::dense({3, 4})}},
                                 std::vector<std::string>{"label", "features"});
  }

  KMeansSageMakerEstimatorOptions Options() {
    return {.sagemakerRole = IAMRole(kRole),
            .trainingInstanceType = "ml.p2.xlarge",
            .trainingInstanceCount = 1,
            .endpointInstanceType = "ml.c4.xlarge",
            .endpointInitialInstanceCount = 1,
            .trainingInputS3DataPath = S3DataPath("staging", "in"),
            .trainingOutputS3DataPath = S3DataPath("staging", "out"),
            .sagemakerClient = sagemaker_,
            .s3Client = std::make_shared<testing::FakeS3>(calls_),
            .stsClient = std::make_shared<testing::FakeSts>(calls_),
            .namePolicyFactory = CustomNamePolicyFactory("job", "model", "config", "endpoint"),
            .logsClient = logs_,
            .progress = [this](std::string_view line) { progress_.emplace_back(line); },
            .runId = "r1"};
  }

  static KMeansSageMakerEstimator Ready(KMeansSageMakerEstimatorOptions options) {
    return KMeansSageMakerEstimator(std::move(options)).setK(2).setFeatureDim(2);
  }

  static inline std::string data_dir_;
  static inline std::unique_ptr<server::LocalCloud> cloud_;
  static inline std::shared_ptr<aws::S3Client> s3_;

  std::shared_ptr<Calls> calls_ = std::make_shared<Calls>();
  std::shared_ptr<testing::FakeSageMaker> sagemaker_ = std::make_shared<testing::FakeSageMaker>(calls_);
  std::shared_ptr<testing::FakeLogs> logs_ = std::make_shared<testing::FakeLogs>();
  std::vector<std::string> staged_at_training_;
  std::vector<std::string> progress_;
};

TEST_F(SageMakerEstimatorTest, FitStagesTrainsHostsAndDeletesWhatItStaged) {
  const KMeansSageMakerEstimator estimator = Ready(Options());
  const SageMakerModel model = estimator.fit(Rows());
  EXPECT_THAT(*calls_, ElementsAre("CreateTrainingJob job", "DescribeTrainingJob job", "DescribeTrainingJob job",
                                   "DescribeTrainingJob job", "CreateModel model", "CreateEndpointConfig config",
                                   "CreateEndpoint endpoint", "DescribeEndpoint endpoint", "DescribeEndpoint endpoint"));
  EXPECT_THAT(staged_at_training_, Contains(MatchesRegex("in/sagespark-run-r1/job/train/part-.*")));
  EXPECT_THAT(StagedKeys(), IsEmpty());
  EXPECT_EQ(estimator.latestTrainingJob(), "job");
  EXPECT_EQ(model.endpointName(), "endpoint");
  EXPECT_EQ(model.modelPath(), S3DataPath("models", "job/output/model.tar.gz"));
  EXPECT_EQ(model.modelExecutionRoleARN(), kRole);
  EXPECT_EQ(model.modelImage(), "382416733822.dkr.ecr.us-east-1.amazonaws.com/kmeans:1");
  EXPECT_EQ(model.getCreatedResources(),
            (CreatedResources{.modelName = "model", .endpointConfigName = "config", .endpointName = "endpoint"}));
}

TEST_F(SageMakerEstimatorTest, TheRequestHasTheOriginalsFieldsTheRunsTagAndNoOthers) {
  Ready(Options()).fit(Rows());
  EXPECT_EQ(json::Dump(sagemaker_->requests.at("CreateTrainingJob")),
            R"({"AlgorithmSpecification":{"TrainingImage":"382416733822.dkr.ecr.us-east-1.amazonaws.com/kmeans:1",)"
            R"("TrainingInputMode":"File"},"HyperParameters":{"feature_dim":"2","k":"2","mini_batch_size":"5000"},)"
            R"("InputDataConfig":[{"ChannelName":"train","DataSource":{"S3DataSource":{)"
            R"("S3DataDistributionType":"ShardedByS3Key","S3DataType":"S3Prefix","S3Uri":"s3://staging/in/sagespark-run-r1/job/train/"}}}],)"
            R"("OutputDataConfig":{"S3OutputPath":"s3://staging/out/job"},)"
            R"("ResourceConfig":{"InstanceCount":1,"InstanceType":"ml.p2.xlarge","VolumeSizeInGB":1024},)"
            R"("RoleArn":"arn:aws:iam::123456789012:role/SageMaker","StoppingCondition":{"MaxRuntimeInSeconds":86400},)"
            R"("Tags":[{"Key":"sagespark:run","Value":"r1"}],"TrainingJobName":"job"})");
}

TEST_F(SageMakerEstimatorTest, OptionsThatAreSetAreSent) {
  auto options = Options();
  options.trainingContentType = "application/x-recordio-protobuf";
  options.trainingCompressionCodec = "None";
  options.trainingKmsKeyId = "key";
  options.trainingChannelName = "rows";
  options.trainingS3DataDistribution = "FullyReplicated";
  options.trainingMaxRuntimeInSeconds = 60;
  options.trainingInstanceVolumeSizeInGB = 5;
  Ready(options).fit(Rows());
  const std::string request = json::Dump(sagemaker_->requests.at("CreateTrainingJob"));
  for (const char* part :
       {R"("ContentType":"application/x-recordio-protobuf")", R"("CompressionType":"None")", R"("KmsKeyId":"key")",
        R"("ChannelName":"rows")", R"("S3DataDistributionType":"FullyReplicated")", R"("MaxRuntimeInSeconds":60)",
        R"("VolumeSizeInGB":5)"}) {
    EXPECT_THAT(request, HasSubstr(part));
  }
}

TEST_F(SageMakerEstimatorTest, AutoCreatedPathsAreInTheAccountsBucketUnderPrefixesOfTheirOwn) {
  ASSERT_OK(s3_->CreateBucket("123456789012-sagemaker-us-east-1"));
  auto options = Options();
  options.trainingInputS3DataPath = S3AutoCreatePath();
  options.trainingOutputS3DataPath = S3AutoCreatePath();
  Ready(options).fit(Rows());
  EXPECT_EQ(std::vector<std::string>(calls_->begin(), calls_->begin() + 3),
            (std::vector<std::string>{"GetCallerIdentity", "CreateBucket 123456789012-sagemaker-us-east-1",
                                      "CreateTrainingJob job"}));
  EXPECT_THAT(json::Dump(sagemaker_->requests.at("CreateTrainingJob")),
              AllOf(HasSubstr("\"S3Uri\":\"s3://123456789012-sagemaker-us-east-1/sagespark-run-r1/job/train/\""),
                    ::testing::ContainsRegex("\"S3OutputPath\":\"s3://123456789012-sagemaker-us-east-1/[0-9a-f]{12}/job\"")));
}

TEST_F(SageMakerEstimatorTest, RoleAndBucketComeFromTheSessionsConfigurationWhenAsked) {
  auto options = Options();
  options.sagemakerRole = IAMRoleFromConfig();
  options.trainingInputS3DataPath = S3PathFromConfig();
  const sql::DataFrame rows = Rows();
  EXPECT_THAT([&] { Ready(options).fit(rows); }, Throws<Exception>(Property(&Exception::what, HasSubstr(kRoleKey))));
  rows.sparkSession().conf().set(kRoleKey, kRole);
  EXPECT_THAT([&] { Ready(options).fit(rows); }, Throws<Exception>(Property(&Exception::what, HasSubstr(kBucketKey))));
  EXPECT_THAT(*calls_, IsEmpty());
  rows.sparkSession().conf().set(kBucketKey, "s3://staging/in/");
  Ready(options).fit(rows);
  rows.sparkSession().conf().unset(kRoleKey);
  rows.sparkSession().conf().unset(kBucketKey);
  EXPECT_THAT(json::Dump(sagemaker_->requests.at("CreateTrainingJob")),
              AllOf(HasSubstr(R"("S3Uri":"s3://staging/in/sagespark-run-r1/job/train/")"), HasSubstr(kRole)));
}

TEST_F(SageMakerEstimatorTest, AFailedJobIsAnErrorWithItsReasonAndLogAndTheStagingDataAreGone) {
  sagemaker_->jobs = {JobThatIs("InProgress", "Training"), JobThatIs("Failed", "Failed")};
  sagemaker_->jobs.back().failure_reason = "ClientError: k is larger than the number of rows";
  logs_->stream = "job/algo-1-1700000000";
  logs_->pages = {{"first line", "last line"}};
  const KMeansSageMakerEstimator estimator = Ready(Options());
  EXPECT_THAT([&] { estimator.fit(Rows()); },
              Throws<Exception>(AllOf(
                  Property(&Exception::kind, ErrorKind::kModelError),
                  Property(&Exception::what, StrEq("Training job did not complete: \"job\" is Failed (Failed): ClientError: k is "
                                                   "larger than the number of rows\nLast lines of its log:\nfirst line\n"
                                                   "last line")))));
  EXPECT_THAT(staged_at_training_, SizeIs(::testing::Ge(1)));
  EXPECT_THAT(StagedKeys(), IsEmpty());
  EXPECT_EQ(estimator.latestTrainingJob(), "job");
  EXPECT_THAT(sagemaker_->existing, IsEmpty());
}

TEST_F(SageMakerEstimatorTest, ARefusedJobLeavesNoStagingData) {
  sagemaker_->errors.emplace("CreateTrainingJob", ResourceLimit("no more instances"));
  EXPECT_THAT([&] { Ready(Options()).fit(Rows()); },
              Throws<Exception>(Property(&Exception::what, HasSubstr("no more instances"))));
  EXPECT_THAT(StagedKeys(), IsEmpty());
}

TEST_F(SageMakerEstimatorTest, StagingDataStayWhenAsked) {
  auto options = Options();
  options.deleteStagingDataAfterTraining = false;
  Ready(options).fit(Rows());
  const std::vector<std::string> kept = StagedKeys();
  EXPECT_EQ(kept, staged_at_training_);
  EXPECT_OK(s3_->DeleteObjects("staging", kept));
}

TEST_F(SageMakerEstimatorTest, BadInputIsRefusedBeforeAnythingIsCreated) {
  const sql::DataFrame rows = Rows();
  const auto with = [&](auto change) {
    auto options = Options();
    change(options);
    return Ready(options);
  };
  struct Case {
    const char* name;
    KMeansSageMakerEstimator estimator;
    sql::DataFrame rows;
    const char* message;
  };
  const std::vector<Case> cases = {
      {"no k", KMeansSageMakerEstimator(Options()).setFeatureDim(2), rows, "Required hyperparameters are not set: k"},
      {"no feature_dim", KMeansSageMakerEstimator(Options()).setK(2), rows, "are not set: feature_dim"},
      {"no features column", Ready(Options()), rows.select("label"), "\"features\""},
      {"features that are no vectors", Ready(Options()), rows.select(sql::col("label").alias("features")), "\"features\""},
      {"unknown projected column", with([](auto& o) { o.trainingProjectedColumns = {{"nothing"}}; }), rows, "nothing"},
      {"unknown format", with([](auto& o) { o.trainingSparkDataFormat = "parchment"; }), rows, "parchment"},
      {"no instances", with([](auto& o) { o.trainingInstanceCount = 0; }), rows, "trainingInstanceCount = 0"},
      {"no such instance type", with([](auto& o) { o.trainingInstanceType = "ml.p2"; }), rows, "nstanceType"},
      {"no such input mode", with([](auto& o) { o.trainingInputMode = "Stream"; }), rows, "rainingInputMode"},
      {"compression", with([](auto& o) { o.trainingCompressionCodec = "Gzip"; }), rows, "trainingCompressionCodec = \"Gzip\""},
      {"endpoint without instances", with([](auto& o) { o.endpointInitialInstanceCount = 0; }), rows, "nitialInstanceCount"},
      {"a channel of the training rows' name", with([&](auto& o) { o.additionalChannels = {{"train", {.data = rows}}}; }), rows,
       "Channel is that of the training rows already: \"train\""},
      {"a channel without features", with([&](auto& o) { o.additionalChannels = {{"test", {.data = rows.select("label")}}}; }), rows,
       "Channel \"test\""},
      {"a channel name that AWS refuses", with([&](auto& o) { o.additionalChannels = {{"a b", {.data = rows}}}; }), rows, "hannelName"},
      {"no such distribution",
       with([&](auto& o) { o.additionalChannels = {{"test", {.data = rows, .s3DataDistribution = "Half"}}}; }), rows,
       "DataDistributionType"},
      {"no time", with([](auto& o) { o.trainingTimeoutInSeconds = 0; }), rows, "trainingTimeoutInSeconds = 0; valid: >= 1"},
      {"a wait without spot", with([](auto& o) { o.trainingMaxWaitTimeInSeconds = 90000; }), rows, "enableManagedSpotTraining"},
      {"a wait shorter than training", with([](auto& o) {
         o.enableManagedSpotTraining = true;
         o.trainingMaxWaitTimeInSeconds = 60;
       }),
       rows, "trainingMaxWaitTimeInSeconds = 60; valid: >= 86400"},
      {"network without subnets", with([](auto& o) { o.vpcConfig = {.subnets = {}, .securityGroupIds = {"sg-1"}}; }), rows, "ubnets"},
      {"the run's own tag", with([](auto& o) { o.tags = {{"sagespark:run", "x"}}; }), rows, "sagespark:run"},
      {"a run id that is no folder", with([](auto& o) { o.runId = "a/b"; }), rows, "\"a/b\""},
      {"no requests", with([](auto& o) { o.requestOptions.requestsInFlight = 0; }), rows, "requestsInFlight = 0; valid: >= 1"},
      {"role that is no ARN", with([](auto& o) { o.sagemakerRole = IAMRole("me"); }), rows, "oleArn"},
  };
  for (const Case& test_case : cases) {
    SCOPED_TRACE(test_case.name);
    EXPECT_THAT([&] { test_case.estimator.fit(test_case.rows); },
                Throws<Exception>(Property(&Exception::what, HasSubstr(test_case.message))));
    EXPECT_THAT(*calls_, IsEmpty());
    calls_->clear();
  }
  EXPECT_THAT(StagedKeys(), IsEmpty());
}

TEST_F(SageMakerEstimatorTest, WithoutRowsThereIsNoTrainingJob) {
  EXPECT_THAT([&] { Ready(Options()).fit(Rows().limit(0)); },
              Throws<Exception>(Property(&Exception::what, HasSubstr("Training data have no rows"))));
  EXPECT_THAT(*calls_, IsEmpty());
  EXPECT_THAT(StagedKeys(), IsEmpty());
}

TEST_F(SageMakerEstimatorTest, ABucketThatDoesNotExistIsAnErrorThatNamesIt) {
  auto options = Options();
  options.trainingInputS3DataPath = S3DataPath("no-such-bucket", "in");
  EXPECT_THAT([&] { Ready(options).fit(Rows()); },
              Throws<Exception>(AllOf(Property(&Exception::kind, ErrorKind::kNotFound),
                                      Property(&Exception::what, HasSubstr("no-such-bucket")))));
  EXPECT_THAT(*calls_, IsEmpty());
}

TEST_F(SageMakerEstimatorTest, OnlyProjectedColumnsAreStaged) {
  auto options = Options();
  options.trainingProjectedColumns = {{"features"}};
  options.trainingSparkDataFormatOptions = {{"labelColumnName", "label"}};
  // The label column that the options name is not among the columns any more.
  EXPECT_THAT([&] { Ready(options).fit(Rows()); }, Throws<Exception>(Property(&Exception::what, HasSubstr("\"label\""))));
}

TEST_F(SageMakerEstimatorTest, ValidationRowsAreAChannelOfTheirOwnThatEveryInstanceSees) {
  Ready(Options()).fit(Rows(), Rows());
  EXPECT_THAT(staged_at_training_, AllOf(Contains(MatchesRegex("in/sagespark-run-r1/job/test/part-.*")),
                                         Contains(MatchesRegex("in/sagespark-run-r1/job/train/part-.*"))));
  EXPECT_THAT(StagedKeys(), IsEmpty());
  EXPECT_THAT(json::Dump(sagemaker_->requests.at("CreateTrainingJob")),
              HasSubstr(R"({"ChannelName":"test","DataSource":{"S3DataSource":{"S3DataDistributionType":"FullyReplicated",)"
                        R"("S3DataType":"S3Prefix","S3Uri":"s3://staging/in/sagespark-run-r1/job/test/"}}})"));
}

TEST_F(SageMakerEstimatorTest, FurtherChannelsHaveFormatColumnsAndContentTypeOfTheirOwnOrAreInS3Already) {
  auto options = Options();
  options.trainingContentType = "application/x-recordio-protobuf";
  options.additionalChannels = {
      {"test",
       {.data = Rows().withColumnRenamed("features", "pixels"),
        .contentType = "text/x-libsvm",
        .projectedColumns = {{"label", "features"}},
        .sparkDataFormat = "libsvm",
        .s3DataDistribution = "ShardedByS3Key"}},
      {"weights", {.data = S3DataPath("mine", "weights/"), .inputMode = "File"}}};
  EXPECT_THAT([&] { Ready(options).fit(Rows()); }, Throws<Exception>(Property(&Exception::what, HasSubstr("features"))));
  options.additionalChannels.at("test").data = Rows();
  Ready(options).fit(Rows());
  EXPECT_THAT(staged_at_training_, Contains(MatchesRegex("in/sagespark-run-r1/job/test/part-.*\\.libsvm")));
  EXPECT_THAT(StagedKeys(), IsEmpty());
  EXPECT_THAT(
      json::Dump(sagemaker_->requests.at("CreateTrainingJob")),
      AllOf(HasSubstr(R"({"ChannelName":"test","ContentType":"text/x-libsvm","DataSource":{"S3DataSource":{)"
                      R"("S3DataDistributionType":"ShardedByS3Key")"),
            HasSubstr(R"({"ChannelName":"weights","ContentType":"application/x-recordio-protobuf","DataSource":{"S3DataSource":{)"
                      R"("S3DataDistributionType":"FullyReplicated","S3DataType":"S3Prefix","S3Uri":"s3://mine/weights/"}},)"
                      R"("InputMode":"File"})")));
}

TEST_F(SageMakerEstimatorTest, AChannelWithoutRowsIsAnErrorThatNamesItAndNothingStays) {
  EXPECT_THAT([&] { Ready(Options()).fit(Rows(), Rows().limit(0)); },
              Throws<Exception>(Property(&Exception::what, HasSubstr("Channel has no rows: \"test\""))));
  EXPECT_THAT(*calls_, IsEmpty());
  EXPECT_THAT(StagedKeys(), IsEmpty());
}

TEST_F(SageMakerEstimatorTest, NetworkKeysSpotIsolationEnvironmentAndTagsAreSent) {
  auto options = Options();
  options.tags = {{"team", "digits"}};
  options.vpcConfig = {.subnets = {"subnet-1", "subnet-2"}, .securityGroupIds = {"sg-1"}};
  options.trainingVolumeKmsKeyId = "volume-key";
  options.endpointVolumeKmsKeyId = "endpoint-key";
  options.enableManagedSpotTraining = true;
  options.trainingMaxWaitTimeInSeconds = 90000;
  options.checkpointConfig = {.s3Uri = "s3://mine/checkpoints", .localPath = "/opt/ml/checkpoints"};
  options.enableNetworkIsolation = true;
  options.enableInterContainerTrafficEncryption = true;
  options.trainingEnvironmentVariables = {{"LEVEL", "debug"}};
  Ready(options).fit(Rows());
  const std::string vpc = R"("VpcConfig":{"SecurityGroupIds":["sg-1"],"Subnets":["subnet-1","subnet-2"]})";
  const std::string tags = R"("Tags":[{"Key":"sagespark:run","Value":"r1"},{"Key":"team","Value":"digits"}])";
  const std::string training = json::Dump(sagemaker_->requests.at("CreateTrainingJob"));
  for (const std::string& part :
       {vpc, tags, std::string(R"("VolumeKmsKeyId":"volume-key")"), std::string(R"("EnableManagedSpotTraining":true)"),
        std::string(R"("StoppingCondition":{"MaxRuntimeInSeconds":86400,"MaxWaitTimeInSeconds":90000})"),
        std::string(R"("CheckpointConfig":{"LocalPath":"/opt/ml/checkpoints","S3Uri":"s3://mine/checkpoints"})"),
        std::string(R"("EnableNetworkIsolation":true)"), std::string(R"("EnableInterContainerTrafficEncryption":true)"),
        std::string(R"("Environment":{"LEVEL":"debug"})")}) {
    EXPECT_THAT(training, HasSubstr(part));
  }
  EXPECT_THAT(json::Dump(sagemaker_->requests.at("CreateModel")),
              AllOf(HasSubstr(vpc), HasSubstr(tags), HasSubstr(R"("EnableNetworkIsolation":true)")));
  EXPECT_THAT(json::Dump(sagemaker_->requests.at("CreateEndpointConfig")),
              AllOf(HasSubstr(tags), HasSubstr(R"("KmsKeyId":"endpoint-key")")));
  EXPECT_THAT(json::Dump(sagemaker_->requests.at("CreateEndpoint")), HasSubstr(tags));
}

TEST_F(SageMakerEstimatorTest, SpotTrainingWaitsAsLongAsItMayTrainUnlessToldOtherwise) {
  auto options = Options();
  options.enableManagedSpotTraining = true;
  Ready(options).fit(Rows());
  EXPECT_THAT(json::Dump(sagemaker_->requests.at("CreateTrainingJob")), HasSubstr(R"("MaxWaitTimeInSeconds":86400)"));
}

TEST_F(SageMakerEstimatorTest, EveryFitIsARunOfItsOwnUnlessToldOtherwise) {
  auto options = Options();
  options.runId = std::nullopt;
  const KMeansSageMakerEstimator estimator = Ready(options);
  EXPECT_EQ(estimator.latestRunId(), std::nullopt);
  const SageMakerModel model = estimator.fit(Rows());
  const std::string first = estimator.latestRunId().value();
  EXPECT_THAT(first, MatchesRegex("[0-9a-f]{12}"));
  EXPECT_EQ(model.runId(), first);
  EXPECT_THAT(json::Dump(sagemaker_->requests.at("CreateEndpoint")), HasSubstr("\"" + first + "\""));
  sagemaker_->jobs = {JobThatIs("Completed", "Completed")};
  estimator.fit(Rows());
  EXPECT_NE(estimator.latestRunId(), first);
}

TEST_F(SageMakerEstimatorTest, FinalMetricsAreTheModelsAndShown) {
  sagemaker_->jobs = {JobThatIs("Completed", "Completed")};
  sagemaker_->jobs.back().final_metric_data_list = {{.metric_name = "train:msd", .value = 3.5},
                                                    {.metric_name = "test:msd", .value = 0.25},
                                                    {.metric_name = "no value"}};
  const SageMakerModel model = Ready(Options()).fit(Rows());
  EXPECT_THAT(model.trainingMetrics(), ElementsAre(std::pair("test:msd", 0.25), std::pair("train:msd", 3.5)));
  EXPECT_THAT(progress_, Contains(HasSubstr("Metrics - test:msd = 0.25, train:msd = 3.5")));
}

TEST_F(SageMakerEstimatorTest, AJobThatTakesTooLongIsToldToStopAndItsStagingDataAreDeleted) {
  FakeClock clock;
  sagemaker_->jobs = {JobThatIs("InProgress", "Training")};
  auto algorithm_options = Options();
  algorithm_options.trainingTimeoutInSeconds = 30;
  SageMakerEstimatorOptions options = WithImage(algorithm_options, "382416733822.dkr.ecr.us-east-1.amazonaws.com/kmeans:1", "uid");
  const auto names = options.namePolicyFactory->createNamePolicy();
  const aws::ClientConfig config{.region = "us-east-1"};
  TrainingRun run({.options = options,
                   .config = config,
                   .hyper_parameters = {},
                   .names = *names,
                   .run_id = "r1",
                   .training_data = Rows(),
                   .channels = {},
                   .on_job_created = {},
                   .clock = clock});
  EXPECT_THAT(run.Run(), IsError(ErrorKind::kTimeout, "Training took longer than trainingTimeoutInSeconds = 30; its training job "
                                                      "was told to stop: \"job\""));
  EXPECT_EQ(calls_->back(), "StopTrainingJob job");
  EXPECT_EQ(clock.sleeps().size(), 6u);  // Of 5 s.
  EXPECT_THAT(StagedKeys(), IsEmpty());
}

TEST_F(SageMakerEstimatorTest, ACancelledFitStopsItsJobAndDeletesItsStagingData) {
  CancellationSource source;
  auto options = Options();
  options.cancellation = source.token();
  sagemaker_->jobs = {JobThatIs("InProgress", "Training")};
  sagemaker_->on_call = [&](const std::string& operation) {
    if (operation == "DescribeTrainingJob") source.Cancel();
  };
  EXPECT_THAT([&] { Ready(options).fit(Rows()); },
              Throws<Exception>(AllOf(Property(&Exception::kind, ErrorKind::kCancelled),
                                      Property(&Exception::what, HasSubstr("was told to stop: \"job\"")))));
  EXPECT_EQ(calls_->back(), "StopTrainingJob job");
  EXPECT_THAT(StagedKeys(), IsEmpty());
}

TEST_F(SageMakerEstimatorTest, AnEndpointThatFailsDoesNotHideWhereTheTrainedModelIs) {
  sagemaker_->endpoints = {EndpointThatIs("Failed", "no ping")};
  EXPECT_THAT([&] { Ready(Options()).fit(Rows()); },
              Throws<Exception>(Property(&Exception::what, AllOf(HasSubstr("s3://models/job/output/model.tar.gz"),
                                                                 HasSubstr("no ping")))));
  EXPECT_THAT(sagemaker_->existing, IsEmpty());
}

TEST_F(SageMakerEstimatorTest, ShowsStatusChangesAndMetricLines) {
  auto& transitions = sagemaker_->jobs[1].secondary_status_transitions;
  transitions = {{.status = "Starting", .start_time = SystemTime(std::chrono::seconds(1700000000)), .status_message = "Preparing"}};
  sagemaker_->jobs[2].secondary_status_transitions = transitions;
  sagemaker_->jobs[2].secondary_status_transitions.push_back(
      {.status = "Training", .start_time = SystemTime(std::chrono::seconds(1700000001))});
  logs_->stream = "job/algo-1-1700000000";
  logs_->pages = {{"Docker entrypoint called with argument(s): train", "#quality_metric: host=algo-1, train msd <loss>=0.5"}};
  Ready(Options()).fit(Rows());
  EXPECT_THAT(progress_, ElementsAre("#quality_metric: host=algo-1, train msd <loss>=0.5", "2023-11-14 22:13:20 Starting - Preparing",
                                     "2023-11-14 22:13:21 Training", HasSubstr("Creating - endpoint endpoint"),
                                     HasSubstr("InService - endpoint endpoint")));
}

TEST_F(SageMakerEstimatorTest, TheEndpointIsCreatedWhenThePolicySaysSo) {
  auto options = Options();
  options.endpointCreationPolicy = EndpointCreationPolicy::DO_NOT_CREATE;
  const SageMakerModel none = Ready(options).fit(Rows());
  EXPECT_EQ(none.endpointName(), std::nullopt);
  EXPECT_THAT([&] { none.transform(Rows()); }, Throws<Exception>(Property(&Exception::what, HasSubstr("no endpoint"))));
  EXPECT_TRUE(none.getCreatedResources().empty());

  options.endpointCreationPolicy = EndpointCreationPolicy::CREATE_ON_TRANSFORM;
  sagemaker_->jobs = {JobThatIs("Completed", "Completed")};
  const SageMakerModel late = Ready(options).fit(Rows());
  EXPECT_THAT(sagemaker_->existing, IsEmpty());
  EXPECT_THAT([&] { late.transform(Rows().select("label")); }, Throws<Exception>(Property(&Exception::what, HasSubstr("features"))));
  EXPECT_THAT(sagemaker_->existing, IsEmpty());
  const SageMakerModel copy = late;
  late.transform(Rows());
  EXPECT_EQ(copy.endpointName(), "endpoint");
  calls_->clear();
  copy.transform(Rows());
  EXPECT_THAT(*calls_, IsEmpty());
}

TEST_F(SageMakerEstimatorTest, AnyAlgorithmTrainsByItsImagesAndHyperparameters) {
  const auto base = Options();
  SageMakerEstimator estimator({.trainingImage = "123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:2",
                                .modelImage = "123456789012.dkr.ecr.us-east-1.amazonaws.com/serving:2",
                                .sagemakerRole = IAMRole(kRole),
                                .trainingInstanceType = "ml.p2.xlarge",
                                .endpointInstanceType = "ml.c4.xlarge",
                                .requestRowSerializer = ProtobufRequestRowSerializer(),
                                .responseRowDeserializer = KMeansProtobufResponseRowDeserializer(),
                                .trainingInputS3DataPath = base.trainingInputS3DataPath,
                                .trainingOutputS3DataPath = base.trainingOutputS3DataPath,
                                .sagemakerClient = sagemaker_,
                                .namePolicyFactory = base.namePolicyFactory,
                                .hyperParameters = {{"k", "10"}, {"feature_dim", "784"}},
                                .logsClient = logs_,
                                .progress = nullptr});
  const SageMakerModel model = estimator.fit(Rows());
  EXPECT_THAT(json::Dump(sagemaker_->requests.at("CreateTrainingJob")),
              AllOf(HasSubstr(R"("HyperParameters":{"feature_dim":"784","k":"10"})"), HasSubstr("/mine:2")));
  EXPECT_EQ(model.modelImage(), "123456789012.dkr.ecr.us-east-1.amazonaws.com/serving:2");
}

}  // namespace
}  // namespace sagespark::sagemaker
