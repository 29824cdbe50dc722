#include "sagespark/sagemaker/lda_sagemaker_estimator.h"

#include <cmath>
#include <functional>

#include "sagespark/base/exception.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::sagemaker {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Property;
using testing::StrEq;
using testing::Throws;

LDASageMakerEstimatorOptions OptionsIn(const std::string& region) {
  return {.sagemakerRole = IAMRole("arn:aws:iam::123456789012:role/SageMaker"),
          .trainingInstanceType = "ml.c4.xlarge",
          .trainingInstanceCount = 1,
          .endpointInstanceType = "ml.c4.xlarge",
          .endpointInitialInstanceCount = 1,
          .region = region};
}

LDASageMakerEstimator EstimatorIn(const std::string& region) { return LDASageMakerEstimator(OptionsIn(region)); }

struct SetterCase {
  const char* name;
  std::function<void(LDASageMakerEstimator&)> set;
  const char* wire_value;  ///< What is sent; null when it is refused ...
  const char* message = "";  ///< ... with this message behind "Parameter is out of range: ".
};

#define SET(call) #call, [](LDASageMakerEstimator& estimator) { estimator.call; }

TEST(LDASageMakerEstimatorTest, SettersTakeTheirRangeAndNothingElse) {
  const std::vector<std::pair<std::string, std::vector<SetterCase>>> parameters = {
      {"num_topics", {{SET(setNumTopics(1)), "1"}, {SET(setNumTopics(0)), nullptr, "num_topics = 0; valid: >= 1"}}},
      {"alpha0",
       {{SET(setAlpha0(0.1)), "0.1"},
        {SET(setAlpha0(0)), nullptr, "alpha0 = 0.0; valid: > 0"},
        {SET(setAlpha0(std::nan(""))), nullptr, "alpha0 = NaN; valid: > 0"}}},
      {"max_restarts", {{SET(setMaxRestarts(1)), "1"}, {SET(setMaxRestarts(0)), nullptr, "max_restarts = 0; valid: >= 1"}}},
      {"max_iterations",
       {{SET(setMaxIterations(1)), "1"}, {SET(setMaxIterations(-1)), nullptr, "max_iterations = -1; valid: >= 1"}}},
      {"tol", {{SET(setTol(1e-8)), "1.0E-8"}, {SET(setTol(0)), nullptr, "tol = 0.0; valid: > 0"}}},
      {"mini_batch_size",
       {{SET(setMiniBatchSize(1)), "1"}, {SET(setMiniBatchSize(0)), nullptr, "mini_batch_size = 0; valid: > 0"}}},
      {"feature_dim", {{SET(setFeatureDim(1)), "1"}, {SET(setFeatureDim(0)), nullptr, "feature_dim = 0; valid: > 0"}}},
  };
  EXPECT_EQ(parameters.size(), EstimatorIn("us-east-1").params().size());
  for (const auto& [wire_name, cases] : parameters) {
    for (const SetterCase& test_case : cases) {
      SCOPED_TRACE(wire_name + " " + test_case.name);
      LDASageMakerEstimator estimator = EstimatorIn("us-east-1");
      if (test_case.wire_value != nullptr) {
        test_case.set(estimator);
        EXPECT_EQ(estimator.makeHyperParameters().at(wire_name), test_case.wire_value);
        continue;
      }
      EXPECT_THAT([&] { test_case.set(estimator); },
                  Throws<Exception>(testing::AllOf(
                      Property(&Exception::kind, ErrorKind::kInvalidArgument),
                      Property(&Exception::what, StrEq(std::string("Parameter is out of range: ") + test_case.message)))));
    }
  }
}

TEST(LDASageMakerEstimatorTest, GettersTellWhatWasSet) {
  auto estimator = EstimatorIn("us-east-1")
                       .setNumTopics(10).setAlpha0(0.5).setMaxRestarts(3).setMaxIterations(7).setTol(0.25)
                       .setMiniBatchSize(5000).setFeatureDim(25);
  EXPECT_EQ(estimator.getNumTopics(), 10);
  EXPECT_EQ(estimator.getAlpha0(), 0.5);
  EXPECT_EQ(estimator.getMaxRestarts(), 3);
  EXPECT_EQ(estimator.getMaxIterations(), 7);
  EXPECT_EQ(estimator.getTol(), 0.25);
  EXPECT_EQ(estimator.getMiniBatchSize(), 5000);
  EXPECT_EQ(estimator.getFeatureDim(), 25);
}

TEST(LDASageMakerEstimatorTest, HasTheOriginalsDefaults) {
  const LDASageMakerEstimator estimator = EstimatorIn("us-east-1");
  EXPECT_THAT(estimator.makeHyperParameters(), IsEmpty());
  EXPECT_THAT([&] { estimator.getNumTopics(); }, Throws<Exception>(Property(&Exception::kind, ErrorKind::kNotFound)));
  EXPECT_EQ(estimator.trainingSparkDataFormat(), "sagemaker");
  EXPECT_EQ(estimator.trainingInputMode(), "File");
  EXPECT_EQ(estimator.trainingS3DataDistribution(), "ShardedByS3Key");
  EXPECT_THAT(estimator.uid(), MatchesRegex("LDASageMakerEstimator_[0-9a-f]{12}"));
}

TEST(LDASageMakerEstimatorTest, TrainsOnOneInstanceOnly) {
  LDASageMakerEstimatorOptions options = OptionsIn("us-east-1");
  options.trainingInstanceCount = 2;
  EXPECT_THAT([&] { LDASageMakerEstimator{options}; },
              Throws<Exception>(Property(&Exception::what, StrEq("LDA trains on one instance: trainingInstanceCount = 2"))));
}

TEST(LDASageMakerEstimatorTest, TheImageIsTheRegions) {
  EXPECT_EQ(EstimatorIn("eu-west-1").trainingImage(), "999678624901.dkr.ecr.eu-west-1.amazonaws.com/lda:1");
  EXPECT_EQ(EstimatorIn("eu-west-1").modelImage(), "999678624901.dkr.ecr.eu-west-1.amazonaws.com/lda:1");
  EXPECT_THAT([] { EstimatorIn("cn-north-1"); },
              Throws<Exception>(Property(&Exception::what, HasSubstr("lda in \"cn-north-1\""))));
}

TEST(LDASageMakerEstimatorTest, ACopyWithExtraValuesKeepsTheUidAndLeavesTheFirstAsItIs) {
  const LDASageMakerEstimator estimator = EstimatorIn("us-east-1").setNumTopics(10);
  const auto copy = estimator.copyStage(ml::ParamMap().put(estimator, LDASageMakerEstimator::numTopics, 20));
  EXPECT_EQ(copy->uid(), estimator.uid());
  EXPECT_EQ(dynamic_cast<const LDASageMakerEstimator&>(*copy).getNumTopics(), 20);
  EXPECT_EQ(estimator.getNumTopics(), 10);
}

}  // namespace
}  // namespace sagespark::sagemaker
