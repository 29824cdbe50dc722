#include "sagespark/sagemaker/pca_sagemaker_estimator.h"

#include <functional>

#include "sagespark/base/exception.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::sagemaker {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Pair;
using testing::Property;
using testing::StrEq;
using testing::Throws;

PCASageMakerEstimator EstimatorIn(const std::string& region) {
  return PCASageMakerEstimator({.sagemakerRole = IAMRole("arn:aws:iam::123456789012:role/SageMaker"),
                                .trainingInstanceType = "ml.m4.xlarge",
                                .trainingInstanceCount = 1,
                                .endpointInstanceType = "ml.c4.xlarge",
                                .endpointInitialInstanceCount = 1,
                                .region = region});
}

struct SetterCase {
  const char* name;
  std::function<void(PCASageMakerEstimator&)> set;
  const char* wire_value;    ///< What is sent; null when it is refused ...
  const char* message = "";  ///< ... with this message behind "Parameter is out of range: ".
};

#define SET(call) #call, [](PCASageMakerEstimator& estimator) { estimator.call; }

TEST(PCASageMakerEstimatorTest, SettersTakeTheirRangeAndNothingElse) {
  const std::vector<std::pair<std::string, std::vector<SetterCase>>> parameters = {
      {"num_components",
       {{SET(setNumComponents(1)), "1"}, {SET(setNumComponents(0)), nullptr, "num_components = 0; valid: > 0"}}},
      {"algorithm_mode",
       {{SET(setAlgorithmMode("regular")), "regular"},
        {SET(setAlgorithmMode("stable")), "stable"},
        {SET(setAlgorithmMode("randomized")), "randomized"},
        {SET(setAlgorithmMode("Regular")), nullptr,
         "algorithm_mode = Regular; valid: one of \"regular\", \"stable\", \"randomized\""}}},
      {"subtract_mean",
       {{SET(setSubtractMean("True")), "True"},
        {SET(setSubtractMean("False")), "False"},
        {SET(setSubtractMean(false)), "False"},
        {SET(setSubtractMean("true")), nullptr, "subtract_mean = true; valid: one of \"True\", \"False\""}}},
      {"extra_components", {{SET(setExtraComponents(-1)), "-1"}, {SET(setExtraComponents(5)), "5"}}},
      {"mini_batch_size",
       {{SET(setMiniBatchSize(1)), "1"}, {SET(setMiniBatchSize(0)), nullptr, "mini_batch_size = 0; valid: > 0"}}},
      {"feature_dim",
       {{SET(setFeatureDim(1)), "1"}, {SET(setFeatureDim(0)), nullptr, "feature_dim = 0; valid: > 0"}}},
  };
  EXPECT_EQ(parameters.size(), EstimatorIn("us-east-1").params().size());
  for (const auto& [wire_name, cases] : parameters) {
    for (const SetterCase& test_case : cases) {
      SCOPED_TRACE(wire_name + " " + test_case.name);
      PCASageMakerEstimator estimator = EstimatorIn("us-east-1");
      if (test_case.wire_value != nullptr) {
        test_case.set(estimator);
        EXPECT_EQ(estimator.makeHyperParameters().at(wire_name), test_case.wire_value);
        continue;
      }
      EXPECT_THAT([&] { test_case.set(estimator); },
                  Throws<Exception>(AllOf(
                      Property(&Exception::kind, ErrorKind::kInvalidArgument),
                      Property(&Exception::what, StrEq(std::string("Parameter is out of range: ") + test_case.message)))));
    }
  }
}

TEST(PCASageMakerEstimatorTest, GettersTellWhatWasSet) {
  const auto estimator = EstimatorIn("us-east-1")
                             .setNumComponents(20).setAlgorithmMode("randomized").setSubtractMean("True")
                             .setExtraComponents(7).setMiniBatchSize(100).setFeatureDim(50);
  EXPECT_EQ(estimator.getNumComponents(), 20);
  EXPECT_EQ(estimator.getAlgorithmMode(), "randomized");
  EXPECT_TRUE(estimator.getSubtractMean());
  EXPECT_EQ(estimator.getExtraComponents(), 7);
  EXPECT_EQ(estimator.getMiniBatchSize(), 100);
  EXPECT_EQ(estimator.getFeatureDim(), 50);
}

TEST(PCASageMakerEstimatorTest, OfTheHyperparametersOnlyTheBatchSizeHasADefault) {
  EXPECT_THAT(EstimatorIn("us-east-1").makeHyperParameters(), ElementsAre(Pair("mini_batch_size", "1000")));
  EXPECT_THAT([] { EstimatorIn("us-east-1").getNumComponents(); },
              Throws<Exception>(Property(&Exception::kind, ErrorKind::kNotFound)));
}

TEST(PCASageMakerEstimatorTest, HasTheOriginalsDefaults) {
  const PCASageMakerEstimator estimator = EstimatorIn("eu-west-1");
  EXPECT_EQ(estimator.trainingSparkDataFormat(), "sagemaker");
  EXPECT_EQ(estimator.trainingInputMode(), "File");
  EXPECT_EQ(estimator.trainingImage(), "438346466558.dkr.ecr.eu-west-1.amazonaws.com/pca:1");
  EXPECT_EQ(estimator.modelImage(), "438346466558.dkr.ecr.eu-west-1.amazonaws.com/pca:1");
  EXPECT_THAT(estimator.uid(), MatchesRegex("PCASageMakerEstimator_[0-9a-f]{12}"));
  EXPECT_THAT([] { EstimatorIn("mars-1"); }, Throws<Exception>(Property(&Exception::what, HasSubstr("pca in \"mars-1\""))));
}

TEST(PCASageMakerEstimatorTest, TheDefaultAnswerIsAColumnOfVectors) {
  const auto fields = std::shared_ptr<const codec::ResponseRowDeserializer>(PCAProtobufResponseRowDeserializer())->fields();
  ASSERT_EQ(fields.size(), 1);
  EXPECT_EQ(fields[0].name, "projection");
  EXPECT_EQ(fields[0].type, data::TypeId::kVector);
  const auto named =
      std::shared_ptr<const codec::ResponseRowDeserializer>(PCAProtobufResponseRowDeserializer{"projectionDim20"})->fields();
  EXPECT_EQ(named[0].name, "projectionDim20");
}

TEST(PCASageMakerEstimatorTest, ACopyWithExtraValuesKeepsTheUidAndLeavesTheFirstAsItIs) {
  const PCASageMakerEstimator estimator = EstimatorIn("us-east-1").setNumComponents(10);
  const auto copy = estimator.copyStage(ml::ParamMap().put(estimator, PCASageMakerEstimator::numComponents, 20));
  EXPECT_EQ(copy->uid(), estimator.uid());
  EXPECT_EQ(dynamic_cast<const PCASageMakerEstimator&>(*copy).getNumComponents(), 20);
  EXPECT_EQ(estimator.getNumComponents(), 10);
}

}  // namespace
}  // namespace sagespark::sagemaker
