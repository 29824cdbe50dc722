#include "sagespark/sagemaker/resource_cleanup.h"

#include "sagespark/base/exception.h"
#include "sagespark/sagemaker/testing/fake_aws.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::sagemaker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Property;
using ::testing::Throws;
using testing::EndpointThatIs;
using testing::FakeSageMaker;

std::shared_ptr<FakeSageMaker> WithResources() {
  auto client = std::make_shared<FakeSageMaker>();
  client->endpoints = {EndpointThatIs("InService")};
  client->existing = {"model m", "config c", "endpoint e"};
  return client;
}

const CreatedResources kAll{.modelName = "m", .endpointConfigName = "c", .endpointName = "e"};

TEST(SageMakerResourceCleanupTest, DeletesWhatItFindsEndpointFirstAndModelLast) {
  const auto client = WithResources();
  SageMakerResourceCleanup(client).deleteResources(kAll);
  EXPECT_THAT(client->calls(), ElementsAre("DescribeEndpoint e", "DeleteEndpoint e", "DescribeEndpointConfig c",
                                           "DeleteEndpointConfig c", "DescribeModel m", "DeleteModel m"));
  EXPECT_TRUE(client->existing.empty());
}

TEST(SageMakerResourceCleanupTest, LeavesOutWhatDoesNotExistAnyMore) {
  const auto client = WithResources();
  client->existing = {"model m"};
  SageMakerResourceCleanup(client).deleteResources(kAll);
  EXPECT_THAT(client->calls(),
              ElementsAre("DescribeEndpoint e", "DescribeEndpointConfig c", "DescribeModel m", "DeleteModel m"));
}

TEST(SageMakerResourceCleanupTest, LeavesOutWhatWasNotCreated) {
  const auto client = WithResources();
  SageMakerResourceCleanup(client).deleteResources({.modelName = "m"});
  EXPECT_THAT(client->calls(), ElementsAre("DescribeModel m", "DeleteModel m"));
}

TEST(SageMakerResourceCleanupTest, StopsAtTheFirstThatCannotBeDeletedAndCanBeCalledAgain) {
  const auto client = WithResources();
  client->errors.emplace("DeleteEndpointConfig", Unavailable("busy"));
  EXPECT_THAT([&] { SageMakerResourceCleanup(client).deleteResources(kAll); },
              Throws<Exception>(Property(&Exception::what, HasSubstr("Cannot delete endpoint configuration \"c\": busy"))));
  EXPECT_THAT(client->existing, ElementsAre("config c", "model m"));
  client->errors.clear();
  SageMakerResourceCleanup(client).deleteResources(kAll);
  EXPECT_TRUE(client->existing.empty());
}

TEST(SageMakerResourceCleanupTest, WithoutTheRightToLookItDeletesNothingAndSaysSo) {
  const auto client = WithResources();
  client->errors.emplace("DescribeEndpoint", Error(ErrorKind::kPermissionDenied, "not allowed"));
  EXPECT_THAT([&] { SageMakerResourceCleanup(client).deleteEndpoint("e"); },
              Throws<Exception>(Property(&Exception::kind, ErrorKind::kPermissionDenied)));
  EXPECT_EQ(client->existing.count("endpoint e"), 1u);
}

}  // namespace
}  // namespace sagespark::sagemaker
