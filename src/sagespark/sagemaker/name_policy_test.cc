#include "sagespark/sagemaker/name_policy.h"

#include "sagespark/base/exception.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::sagemaker {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Property;
using testing::StartsWith;
using testing::Throws;

const char kStamp[] = "-[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}-[0-9]{2}-[0-9]{2}-[0-9]{3}";

TEST(RandomNamePolicyTest, NamesHavePrefixKindRandomDigitsAndTime) {
  const RandomNamePolicy policy("sparksm-1a-");
  const std::string tail = std::string("-[0-9a-f]{12}") + kStamp;
  EXPECT_THAT(policy.trainingJobName(), MatchesRegex("sparksm-1a-trainingJob" + tail));
  EXPECT_THAT(policy.modelName(), MatchesRegex("sparksm-1a-model" + tail));
  EXPECT_THAT(policy.endpointConfigName(), MatchesRegex("sparksm-1a-endpointConfig" + tail));
  EXPECT_THAT(policy.endpointName(), MatchesRegex("sparksm-1a-endpoint" + tail));
}

TEST(RandomNamePolicyTest, EachPolicyOfAFactoryHasOtherNames) {
  const RandomNamePolicyFactory factory("p-");
  EXPECT_NE(factory.createNamePolicy()->endpointName(), factory.createNamePolicy()->endpointName());
}

TEST(RandomNamePolicyTest, TakesPrefixesUpToTheLengthThatFitsAllFourNames) {
  EXPECT_EQ(RandomNamePolicy("sparksm-1a2-").endpointConfigName().size(), 63u);
  EXPECT_THAT([] { RandomNamePolicyFactory("sparksm-1a23-"); },
              Throws<Exception>(Property(
                  &Exception::what, testing::AllOf(HasSubstr("endpointConfigName \"sparksm-1a23-endpointConfig-"),
                                                   HasSubstr("1 to 63"), HasSubstr("of 64 characters")))));
}

TEST(CustomNamePolicyTest, KeepsTheNamesAndAppendsTheTimeOnlyWhenAsked) {
  const auto plain = CustomNamePolicyFactory("job", "model", "config", "endpoint").createNamePolicy();
  EXPECT_EQ(plain->trainingJobName(), "job");
  EXPECT_EQ(plain->modelName(), "model");
  EXPECT_EQ(plain->endpointConfigName(), "config");
  EXPECT_EQ(plain->endpointName(), "endpoint");
  const auto stamped = CustomNamePolicyWithTimeStampSuffixFactory("job", "model", "config", "endpoint").createNamePolicy();
  EXPECT_THAT(stamped->trainingJobName(), MatchesRegex(std::string("job") + kStamp));
  EXPECT_THAT(stamped->modelName(), MatchesRegex(std::string("model") + kStamp));
  EXPECT_THAT(stamped->endpointConfigName(), MatchesRegex(std::string("config") + kStamp));
  EXPECT_THAT(stamped->endpointName(), MatchesRegex(std::string("endpoint") + kStamp));
}

TEST(CustomNamePolicyTest, RefusesNamesThatAwsWouldRefuse) {
  const std::vector<std::string> names = {"", "-a", "a-", "a_b", "a.b", "a b", "\xC3\xA4", std::string(64, 'a')};
  for (const std::string& name : names) {
    SCOPED_TRACE(name);
    EXPECT_THAT([&] { CustomNamePolicy("job", name, "config", "endpoint"); },
                Throws<Exception>(Property(&Exception::what, HasSubstr("modelName \"" + name + "\""))));
  }
  CustomNamePolicy(std::string(63, 'a'), "a", "a--b", "0");
}

}  // namespace
}  // namespace sagespark::sagemaker
