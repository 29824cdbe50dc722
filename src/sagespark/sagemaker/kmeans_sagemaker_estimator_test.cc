#include "sagespark/sagemaker/kmeans_sagemaker_estimator.h"

#include <cmath>
#include <functional>

#include "sagespark/base/exception.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::sagemaker {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Pair;
using testing::Property;
using testing::StrEq;
using testing::Throws;

KMeansSageMakerEstimator EstimatorIn(const std::string& region) {
  return KMeansSageMakerEstimator({.sagemakerRole = IAMRole("arn:aws:iam::123456789012:role/SageMaker"),
                                   .trainingInstanceType = "ml.p2.xlarge",
                                   .trainingInstanceCount = 1,
                                   .endpointInstanceType = "ml.c4.xlarge",
                                   .endpointInitialInstanceCount = 1,
                                   .region = region});
}

struct SetterCase {
  const char* name;
  std::function<void(KMeansSageMakerEstimator&)> set;
  const char* wire_value;  ///< What is sent; null when it is refused ...
  const char* message = "";  ///< ... with this message behind "Parameter is out of range: ".
};

#define SET(call) #call, [](KMeansSageMakerEstimator& estimator) { estimator.call; }

TEST(KMeansSageMakerEstimatorTest, SettersTakeTheirRangeAndNothingElse) {
  const char* kOneOf = "valid: one of \"random\", \"kmeans++\"";
  const std::vector<std::pair<std::string, std::vector<SetterCase>>> parameters = {
      {"k", {{SET(setK(2)), "2"}, {SET(setK(1)), nullptr, "k = 1; valid: >= 2"}, {SET(setK(-5)), nullptr, "k = -5; valid: >= 2"}}},
      {"feature_dim",
       {{SET(setFeatureDim(1)), "1"}, {SET(setFeatureDim(0)), nullptr, "feature_dim = 0; valid: > 0"}}},
      {"mini_batch_size",
       {{SET(setMiniBatchSize(1)), "1"}, {SET(setMiniBatchSize(0)), nullptr, "mini_batch_size = 0; valid: > 0"}}},
      {"init_method",
       {{SET(setInitMethod("random")), "random"},
        {SET(setInitMethod("kmeans++")), "kmeans++"},
        {SET(setInitMethod("KMeans++")), nullptr, "init_method = KMeans++; "}}},
      {"local_lloyd_max_iter",
       {{SET(setMaxIter(1)), "1"}, {SET(setMaxIter(0)), nullptr, "local_lloyd_max_iter = 0; valid: >= 1"}}},
      {"local_lloyd_tol",
       {{SET(setTol(0)), "0.0"},
        {SET(setTol(1)), "1.0"},
        {SET(setTol(0.0001)), "1.0E-4"},
        {SET(setTol(1.01)), nullptr, "local_lloyd_tol = 1.01; valid: in [0, 1]"},
        {SET(setTol(-0.5)), nullptr, "local_lloyd_tol = -0.5; valid: in [0, 1]"},
        {SET(setTol(std::nan(""))), nullptr, "local_lloyd_tol = NaN; valid: in [0, 1]"}}},
      {"local_lloyd_num_trials",
       {{SET(setTrialNum("auto")), "auto"},
        {SET(setTrialNum("7")), "7"},
        {SET(setTrialNum(7)), "7"},
        {SET(setTrialNum(0)), nullptr, "local_lloyd_num_trials = 0; valid: \"auto\" or > 0"},
        {SET(setTrialNum("many")), nullptr, "local_lloyd_num_trials = many; valid: \"auto\" or > 0"}}},
      {"local_lloyd_init_method",
       {{SET(setLocalInitMethod("kmeans++")), "kmeans++"},
        {SET(setLocalInitMethod("best")), nullptr, "local_lloyd_init_method = best; "}}},
      {"half_life_time_size",
       {{SET(setHalflifeTime(0)), "0"}, {SET(setHalflifeTime(-1)), nullptr, "half_life_time_size = -1; valid: >= 0"}}},
      {"epochs", {{SET(setEpochs(1)), "1"}, {SET(setEpochs(0)), nullptr, "epochs = 0; valid: >= 1"}}},
      {"extra_center_factor",
       {{SET(setCenterFactor("auto")), "auto"},
        {SET(setCenterFactor(40)), "40"},
        {SET(setCenterFactor("0")), nullptr, "extra_center_factor = 0; valid: \"auto\" or > 0"}}},
      {"eval_metrics",
       {{SET(setEvalMetrics("msd")), "msd"},
        {SET(setEvalMetrics("[msd, ssd]")), "[msd, ssd]"},
        {SET(setEvalMetrics("rmse")), nullptr, "eval_metrics = rmse; valid: a comma-separated list of \"msd\", \"ssd\""},
        {SET(setEvalMetrics("")), nullptr, "eval_metrics = ; valid: a comma-separated list of \"msd\", \"ssd\""}}},
  };
  EXPECT_EQ(parameters.size(), EstimatorIn("us-east-1").params().size());
  for (const auto& [wire_name, cases] : parameters) {
    for (const SetterCase& test_case : cases) {
      SCOPED_TRACE(wire_name + " " + test_case.name);
      KMeansSageMakerEstimator estimator = EstimatorIn("us-east-1");
      if (test_case.wire_value != nullptr) {
        test_case.set(estimator);
        EXPECT_EQ(estimator.makeHyperParameters().at(wire_name), test_case.wire_value);
        continue;
      }
      const std::string message = std::string("Parameter is out of range: ") + test_case.message +
                                  (std::string(test_case.message).ends_with("; ") ? kOneOf : "");
      EXPECT_THAT([&] { test_case.set(estimator); },
                  Throws<Exception>(testing::AllOf(Property(&Exception::kind, ErrorKind::kInvalidArgument),
                                                   Property(&Exception::what, StrEq(message)))));
    }
  }
}

TEST(KMeansSageMakerEstimatorTest, GettersTellWhatWasSet) {
  auto estimator = EstimatorIn("us-east-1")
                       .setK(10).setFeatureDim(784).setMiniBatchSize(100).setInitMethod("kmeans++").setMaxIter(5).setTol(0.5)
                       .setTrialNum(3).setLocalInitMethod("random").setHalflifeTime(9).setEpochs(2).setCenterFactor("auto")
                       .setEvalMetrics("[msd,ssd]");
  EXPECT_EQ(estimator.getK(), 10);
  EXPECT_EQ(estimator.getFeatureDim(), 784);
  EXPECT_EQ(estimator.getMiniBatchSize(), 100);
  EXPECT_EQ(estimator.getInitMethod(), "kmeans++");
  EXPECT_EQ(estimator.getMaxIter(), 5);
  EXPECT_EQ(estimator.getTol(), 0.5);
  EXPECT_EQ(estimator.getTrialNum(), "3");
  EXPECT_EQ(estimator.getLocalInitMethod(), "random");
  EXPECT_EQ(estimator.getHalflifeTime(), 9);
  EXPECT_EQ(estimator.getEpochs(), 2);
  EXPECT_EQ(estimator.getCenterFactor(), "auto");
  EXPECT_EQ(estimator.getEvalMetrics(), "msd,ssd");
}

TEST(KMeansSageMakerEstimatorTest, OfTheHyperparametersOnlyTheBatchSizeHasADefault) {
  EXPECT_THAT(EstimatorIn("us-east-1").makeHyperParameters(), ElementsAre(Pair("mini_batch_size", "5000")));
  EXPECT_THAT([] { EstimatorIn("us-east-1").getK(); },
              Throws<Exception>(Property(&Exception::kind, ErrorKind::kNotFound)));
}

TEST(KMeansSageMakerEstimatorTest, HasTheOriginalsDefaults) {
  const KMeansSageMakerEstimator estimator = EstimatorIn("us-east-1");
  EXPECT_TRUE(std::holds_alternative<S3AutoCreatePath>(estimator.trainingInputS3DataPath()));
  EXPECT_TRUE(std::holds_alternative<S3AutoCreatePath>(estimator.trainingOutputS3DataPath()));
  EXPECT_EQ(estimator.trainingInstanceVolumeSizeInGB(), 1024);
  EXPECT_EQ(estimator.trainingProjectedColumns(), std::nullopt);
  EXPECT_EQ(estimator.trainingChannelName(), "train");
  EXPECT_EQ(estimator.trainingContentType(), std::nullopt);
  EXPECT_EQ(estimator.trainingS3DataDistribution(), "ShardedByS3Key");
  EXPECT_EQ(estimator.trainingSparkDataFormat(), "sagemaker");
  EXPECT_TRUE(estimator.trainingSparkDataFormatOptions().empty());
  EXPECT_EQ(estimator.trainingInputMode(), "File");
  EXPECT_EQ(estimator.trainingCompressionCodec(), std::nullopt);
  EXPECT_EQ(estimator.trainingMaxRuntimeInSeconds(), 86400);
  EXPECT_EQ(estimator.trainingKmsKeyId(), std::nullopt);
  EXPECT_TRUE(estimator.modelEnvironmentVariables().empty());
  EXPECT_EQ(estimator.endpointCreationPolicy(), EndpointCreationPolicy::CREATE_ON_CONSTRUCT);
  EXPECT_TRUE(estimator.modelPrependInputRowsToTransformationRows());
  EXPECT_TRUE(estimator.deleteStagingDataAfterTraining());
  EXPECT_THAT(estimator.namePolicyFactory().createNamePolicy()->trainingJobName(), MatchesRegex("trainingJob-.*"));
  EXPECT_EQ(estimator.latestTrainingJob(), std::nullopt);
  EXPECT_THAT(estimator.uid(), MatchesRegex("KMeansSageMakerEstimator_[0-9a-f]{12}"));
}

TEST(KMeansSageMakerEstimatorTest, TheImageIsTheRegions) {
  EXPECT_EQ(EstimatorIn("eu-west-1").trainingImage(), "438346466558.dkr.ecr.eu-west-1.amazonaws.com/kmeans:1");
  EXPECT_EQ(EstimatorIn("eu-west-1").modelImage(), "438346466558.dkr.ecr.eu-west-1.amazonaws.com/kmeans:1");
  EXPECT_THAT([] { EstimatorIn("mars-1"); }, Throws<Exception>(Property(&Exception::what, HasSubstr("kmeans in \"mars-1\""))));
}

TEST(KMeansSageMakerEstimatorTest, ACopyWithExtraValuesKeepsTheUidAndLeavesTheFirstAsItIs) {
  const KMeansSageMakerEstimator estimator = EstimatorIn("us-east-1").setK(10);
  const auto copy = estimator.copyStage(ml::ParamMap().put(estimator, KMeansSageMakerEstimator::k, 20));
  EXPECT_EQ(copy->uid(), estimator.uid());
  EXPECT_EQ(dynamic_cast<const KMeansSageMakerEstimator&>(*copy).getK(), 20);
  EXPECT_EQ(estimator.getK(), 10);
}

}  // namespace
}  // namespace sagespark::sagemaker
