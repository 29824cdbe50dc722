#include "sagespark/sagemaker/sagemaker_model.h"

#include <cstdlib>

#include "sagespark/base/exception.h"
#include "sagespark/sagemaker/testing/fake_aws.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::sagemaker {
namespace {

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
