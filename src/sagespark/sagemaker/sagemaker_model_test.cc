#include "sagespark/sagemaker/sagemaker_model.h"

#include <cstdlib>

#include "sagespark/base/exception.h"
#include "sagespark/sagemaker/testing/fake_aws.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::sagemaker {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Property;
using ::testing::Throws;
using testing::EndpointThatIs;
using testing::JobThatIs;

constexpr char kImage[] = "382416733822.dkr.ecr.us-east-1.amazonaws.com/kmeans:1";
constexpr char kRole[] = "arn:aws:iam::123456789012:role/SageMaker";

class SageMakerModelTest : public ::testing::Test {
 protected:
  SageMakerModelTest() {
    setenv("AWS_REGION", "us-east-1", 1);
    setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9", 1);  // Nothing is sent there; waits are short.
    client_->endpoints = {EndpointThatIs("InService")};
    client_->jobs = {JobThatIs("Completed", "Completed")};
  }

  TrainingJobModelOptions OfJob() const {
    return {.trainingJobName = "job",
            .modelImage = kImage,
            .modelExecutionRoleARN = kRole,
            .endpointInstanceType = "ml.t2.medium",
            .endpointInitialInstanceCount = 1,
            .requestRowSerializer = ProtobufRequestRowSerializer(),
            .responseRowDeserializer = KMeansProtobufResponseRowDeserializer(),
            .sagemakerClient = client_,
            .namePolicy = CustomNamePolicy("job", "model", "config", "endpoint"),
            .progress = nullptr};
  }

  std::shared_ptr<testing::FakeSageMaker> client_ = std::make_shared<testing::FakeSageMaker>();
};

TEST_F(SageMakerModelTest, AttachesToAnEndpointAndNeverCallsItCreated) {
  client_->existing = {"endpoint mine"};
  const SageMakerModel model = SageMakerModel::fromEndpoint({.endpointName = "mine",
                                                             .requestRowSerializer = ProtobufRequestRowSerializer(),
                                                             .responseRowDeserializer = KMeansProtobufResponseRowDeserializer(),
                                                             .sagemakerClient = client_});
  EXPECT_EQ(model.endpointName(), "mine");
  EXPECT_TRUE(model.getCreatedResources().empty());
  EXPECT_EQ(model.endpointCreationPolicy(), EndpointCreationPolicy::DO_NOT_CREATE);
  client_->endpoints = {EndpointThatIs("Updating")};
  EXPECT_THAT(
      [&] {
        SageMakerModel::fromEndpoint({.endpointName = "mine",
                                      .requestRowSerializer = ProtobufRequestRowSerializer(),
                                      .responseRowDeserializer = KMeansProtobufResponseRowDeserializer(),
                                      .sagemakerClient = client_});
      },
      Throws<Exception>(Property(&Exception::what, HasSubstr("Endpoint is not InService: \"mine\" is Updating"))));
}

TEST_F(SageMakerModelTest, TakesTheModelDataOfATrainingJobThatIsDone) {
  const SageMakerModel model = SageMakerModel::fromTrainingJob(OfJob());
  EXPECT_EQ(model.modelPath(), S3DataPath("models", "job/output/model.tar.gz"));
  EXPECT_EQ(model.endpointName(), "endpoint");
  client_->jobs = {JobThatIs("Failed", "Failed")};
  EXPECT_THAT([&] { SageMakerModel::fromTrainingJob(OfJob()); },
              Throws<Exception>(Property(&Exception::what, HasSubstr("\"job\" is Failed"))));
}

TEST_F(SageMakerModelTest, KnowsTheMetricsOfItsTrainingJobAndSendsTagsAndNetwork) {
  client_->jobs.back().final_metric_data_list = {{.metric_name = "train:msd", .value = 3.5}};
  auto options = OfJob();
  options.tags = {{"team", "digits"}};
  options.runId = "r2";
  options.vpcConfig = {.subnets = {"subnet-1"}, .securityGroupIds = {"sg-1"}};
  options.enableNetworkIsolation = true;
  options.endpointVolumeKmsKeyId = "key";
  const SageMakerModel model = SageMakerModel::fromTrainingJob(options);
  EXPECT_THAT(model.trainingMetrics(), ElementsAre(std::pair("train:msd", 3.5)));
  EXPECT_EQ(model.runId(), "r2");
  EXPECT_THAT(json::Dump(client_->requests.at("CreateModel")),
              AllOf(HasSubstr(R"("Tags":[{"Key":"sagespark:run","Value":"r2"},{"Key":"team","Value":"digits"}])"),
                    HasSubstr(R"("VpcConfig":{"SecurityGroupIds":["sg-1"],"Subnets":["subnet-1"]})"),
                    HasSubstr(R"("EnableNetworkIsolation":true)")));
  EXPECT_THAT(json::Dump(client_->requests.at("CreateEndpointConfig")), HasSubstr(R"("KmsKeyId":"key")"));
}

TEST_F(SageMakerModelTest, RequestOptionsOutOfRangeAreRefused) {
  const auto refuses = [&](auto change, const char* message) {
    auto options = OfJob();
    change(options.requestOptions);
    EXPECT_THAT([&] { SageMakerModel::fromTrainingJob(options); }, Throws<Exception>(Property(&Exception::what, HasSubstr(message))));
  };
  refuses([](auto& o) { o.requestsInFlight = 0; }, "requestsInFlight = 0; valid: >= 1");
  refuses([](auto& o) { o.maxRowsPerRequest = 0; }, "maxRowsPerRequest = 0; valid: >= 1");
  refuses([](auto& o) { o.maxBytesPerRequest = 26214401; }, "maxBytesPerRequest = 26214401; valid: 1 to 26214400");
  refuses([](auto& o) { o.maxBytesInFlight = 0; }, "maxBytesInFlight = 0; valid: >= 1");
  refuses([](auto& o) { o.timeoutInSeconds = 0; }, "timeoutInSeconds = 0; valid: >= 1");
  refuses([](auto& o) { o.errorColumnName = ""; }, "errorColumnName");
}

TEST_F(SageMakerModelTest, AnErrorColumnComesBehindThePredictions) {
  auto options = OfJob();
  options.requestOptions.errorColumnName = "error";
  options.prependResultRows = false;
  const data::Schema input({{"features", data::TypeId::kVector}});
  const data::Schema output = SageMakerModel::fromTrainingJob(options).transformSchema(input);
  ASSERT_EQ(output.size(), 3u);
  EXPECT_EQ(output.fields()[2], (data::Field{"error", data::TypeId::kString}));
}

TEST_F(SageMakerModelTest, TakesModelDataInS3) {
  const SageMakerModel model =
      SageMakerModel::fromModelS3Path({.modelPath = "s3a://models/x/model.tar.gz",
                                       .modelImage = kImage,
                                       .modelExecutionRoleARN = kRole,
                                       .endpointInstanceType = "ml.t2.medium",
                                       .requestRowSerializer = ProtobufRequestRowSerializer(),
                                       .responseRowDeserializer = KMeansProtobufResponseRowDeserializer(),
                                       .endpointCreationPolicy = EndpointCreationPolicy::CREATE_ON_TRANSFORM,
                                       .sagemakerClient = client_,
                                       .progress = nullptr});
  EXPECT_EQ(model.modelPath()->toS3UriString(), "s3://models/x/model.tar.gz");
  EXPECT_EQ(model.endpointName(), std::nullopt);
  EXPECT_THAT(client_->calls(), IsEmpty());
}

TEST_F(SageMakerModelTest, OptionsThatDoNotFitEachOtherAreRefused) {
  SageMakerModelOptions options{.requestRowSerializer = ProtobufRequestRowSerializer(),
                                .responseRowDeserializer = KMeansProtobufResponseRowDeserializer(),
                                .sagemakerClient = client_};
  EXPECT_THAT([&] { SageMakerModel{options}; },
              Throws<Exception>(Property(&Exception::what, HasSubstr("not set: modelImage, modelPath, modelExecutionRoleARN, "
                                                                     "endpointInstanceType, endpointInitialInstanceCount"))));
  options.existingEndpointName = "mine";
  EXPECT_THAT([&] { SageMakerModel{options}; }, Throws<Exception>(Property(&Exception::what, HasSubstr("must be DO_NOT_CREATE"))));
  auto of_job = OfJob();
  of_job.endpointCreationPolicy = EndpointCreationPolicy::DO_NOT_CREATE;
  EXPECT_THAT([&] { SageMakerModel::fromTrainingJob(of_job); },
              Throws<Exception>(Property(&Exception::what, HasSubstr("must not be DO_NOT_CREATE in fromTrainingJob"))));
  EXPECT_THAT(client_->calls(), IsEmpty());
}

TEST_F(SageMakerModelTest, TheSchemaGainsThePredictionsOrIsReplacedByThem) {
  const data::Schema input({{"label", data::TypeId::kDouble}, {"features", data::TypeId::kVector}});
  auto options = OfJob();
  options.endpointCreationPolicy = EndpointCreationPolicy::CREATE_ON_TRANSFORM;
  const auto names = [](const data::Schema& schema) {
    std::vector<std::string> names;
    for (const auto& field : schema.fields()) names.push_back(field.name);
    return names;
  };
  EXPECT_THAT(names(SageMakerModel::fromTrainingJob(options).transformSchema(input)),
              ElementsAre("label", "features", "distance_to_cluster", "closest_cluster"));
  options.prependResultRows = false;
  EXPECT_THAT(names(SageMakerModel::fromTrainingJob(options).transformSchema(input)),
              ElementsAre("distance_to_cluster", "closest_cluster"));
}

}  // namespace
}  // namespace sagespark::sagemaker
