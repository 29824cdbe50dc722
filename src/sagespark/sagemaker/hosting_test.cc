#include "sagespark/sagemaker/hosting.h"

#include "sagespark/sagemaker/testing/fake_aws.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::sagemaker {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::EndpointThatIs;
using testing::FakeSageMaker;

class CreateHostingTest : public ::testing::Test {
 protected:
  Result<CreatedResources> Create(const HostingSpec& spec, const CancellationToken& cancellation = {}) {
    return CreateHosting({.client = client_, .config = config_, .progress = nullptr, .cancellation = cancellation, .clock = clock_},
                         spec, names_);
  }

  FakeSageMaker client_;
  FakeClock clock_;
  aws::ClientConfig config_{.region = "us-east-1"};
  const CustomNamePolicy names_{"job", "model", "config", "endpoint"};
  const HostingSpec spec_{.model_image = "382416733822.dkr.ecr.us-east-1.amazonaws.com/kmeans:1",
                          .model_path = {.bucket = "models", .objectPath = "job/output/model.tar.gz"},
                          .environment = {{"A", "b"}},
                          .role_arn = "arn:aws:iam::123456789012:role/SageMaker",
                          .instance_type = "ml.c4.xlarge",
                          .instance_count = 2};
};

TEST_F(CreateHostingTest, SendsWhatSageMakerSparkSendsAndWaitsForTheEndpoint) {
  client_.endpoints = {EndpointThatIs("Creating"), EndpointThatIs("Creating"), EndpointThatIs("InService")};
  EXPECT_THAT(Create(spec_), HasValue(CreatedResources{
                                 .modelName = "model", .endpointConfigName = "config", .endpointName = "endpoint"}));
  EXPECT_THAT(client_.calls(), ElementsAre("CreateModel model", "CreateEndpointConfig config", "CreateEndpoint endpoint",
                                           "DescribeEndpoint endpoint", "DescribeEndpoint endpoint",
                                           "DescribeEndpoint endpoint"));
  EXPECT_EQ(json::Dump(client_.requests.at("CreateModel")),
            R"({"ExecutionRoleArn":"arn:aws:iam::123456789012:role/SageMaker","ModelName":"model","PrimaryContainer":{)"
            R"("ContainerHostname":"model","Environment":{"A":"b"},)"
            R"("Image":"382416733822.dkr.ecr.us-east-1.amazonaws.com/kmeans:1",)"
            R"("ModelDataUrl":"s3://models/job/output/model.tar.gz"}})");
  EXPECT_EQ(json::Dump(client_.requests.at("CreateEndpointConfig")),
            R"({"EndpointConfigName":"config","ProductionVariants":[{"InitialInstanceCount":2,)"
            R"("InstanceType":"ml.c4.xlarge","ModelName":"model","VariantName":"AllRequests"}]})");
  EXPECT_EQ(json::Dump(client_.requests.at("CreateEndpoint")),
            R"({"EndpointConfigName":"config","EndpointName":"endpoint"})");
  EXPECT_THAT(clock_.sleeps(), ElementsAre(milliseconds(5000), milliseconds(5000)));
}

TEST_F(CreateHostingTest, LooksMoreOftenAtACloudOnThisMachine) {
  config_.endpoints[aws::Service::kSageMaker] = "http://127.0.0.1:4566";
  client_.endpoints = {EndpointThatIs("Creating"), EndpointThatIs("Creating"), EndpointThatIs("InService")};
  ASSERT_OK(Create(spec_));
  EXPECT_THAT(clock_.sleeps(), ElementsAre(milliseconds(20), milliseconds(30)));
}

TEST_F(CreateHostingTest, TellsHowLongItWaited) {
  client_.endpoints = {EndpointThatIs("Creating"), EndpointThatIs("Creating"), EndpointThatIs("InService")};
  std::string last_line;
  ASSERT_OK(CreateHosting({.client = client_,
                           .config = config_,
                           .progress = [&](std::string_view line) { last_line = line; },
                           .cancellation = {},
                           .clock = clock_},
                          spec_, names_));
  EXPECT_THAT(last_line, EndsWith("InService - endpoint endpoint, waited 10.00 s"));  // Two waits of 5 s.
}

TEST_F(CreateHostingTest, AnEndpointThatFailsIsAnErrorWithItsReasonAndNothingStays) {
  client_.endpoints = {EndpointThatIs("Creating"), EndpointThatIs("Failed", "The container did not pass the ping check")};
  EXPECT_THAT(Create(spec_),
              IsError(ErrorKind::kModelError, "Endpoint did not come up: \"endpoint\" is Failed: The container did not pass "
                                              "the ping check"));
  EXPECT_THAT(client_.existing, IsEmpty());
}

TEST_F(CreateHostingTest, AnEndpointThatNeverComesUpIsATimeoutAndNothingStays) {
  client_.endpoints = {EndpointThatIs("Creating")};
  EXPECT_THAT(Create(spec_), IsError(ErrorKind::kTimeout, HasSubstr("within 30 minutes: \"endpoint\"")));
  EXPECT_THAT(client_.existing, IsEmpty());
}

TEST_F(CreateHostingTest, ACancellationDeletesWhatWasCreated) {
  client_.endpoints = {EndpointThatIs("Creating")};
  CancellationSource source;
  source.Cancel();
  EXPECT_THAT(Create(spec_, source.token()), IsError(ErrorKind::kCancelled, HasSubstr("")));
  EXPECT_THAT(client_.existing, IsEmpty());
}

TEST_F(CreateHostingTest, WhatCannotBeDeletedIsNamed) {
  client_.endpoints = {EndpointThatIs("Failed", "x")};
  client_.errors.emplace("DeleteEndpoint", Unavailable("busy"));
  EXPECT_THAT(Create(spec_), IsError(ErrorKind::kModelError,
                                     HasSubstr("and cleaning up failed: Cannot delete endpoint \"endpoint\": busy")));
}

TEST_F(CreateHostingTest, ARefusedEndpointConfigurationTakesTheModelWithIt) {
  client_.errors.emplace("CreateEndpointConfig", ResourceLimit("too many"));
  EXPECT_THAT(Create(spec_), IsError(ErrorKind::kResourceLimit, "too many"));
  EXPECT_THAT(client_.existing, IsEmpty());
  EXPECT_THAT(client_.calls(), Contains("DeleteModel model"));
}

TEST_F(CreateHostingTest, APassingFaultWhileWaitingIsLivedThroughButNotForever) {
  client_.endpoints = {EndpointThatIs("Creating")};
  client_.errors.emplace("DescribeEndpoint", Unavailable("connection refused"));
  EXPECT_THAT(Create(spec_), IsError(ErrorKind::kUnavailable, HasSubstr("connection refused")));
  EXPECT_EQ(clock_.sleeps().size(), 9u);
}

TEST_F(CreateHostingTest, RequestsThatAwsWouldRefuseAreRefusedBeforeAnythingIsCreated) {
  HostingSpec spec = spec_;
  spec.instance_count = 0;
  EXPECT_THAT(Create(spec), IsError(ErrorKind::kInvalidArgument,
                                    ::testing::AllOf(HasSubstr("CreateEndpointConfig: "), HasSubstr("nitialInstanceCount"))));
  spec = spec_;
  spec.role_arn = "me";
  EXPECT_THAT(Create(spec), IsError(ErrorKind::kInvalidArgument, HasSubstr("xecutionRoleArn")));
  EXPECT_THAT(client_.calls(), IsEmpty());
}

}  // namespace
}  // namespace sagespark::sagemaker
