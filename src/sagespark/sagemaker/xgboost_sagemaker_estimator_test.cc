#include "sagespark/sagemaker/xgboost_sagemaker_estimator.h"

#include <cmath>
#include <functional>

#include "sagespark/base/exception.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::sagemaker {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Property;
using testing::Throws;

XGBoostSageMakerEstimator Estimator(XGBoostSageMakerEstimatorOptions options = {}) {
  options.region = "us-east-1";
  options.trainingInstanceType = options.endpointInstanceType = "ml.m4.xlarge";
  return XGBoostSageMakerEstimator(std::move(options));
}

struct SetterCase {
  const char* wire_name;
  std::function<void(XGBoostSageMakerEstimator&)> set;
  const char* wire_value;                                  ///< What is sent.
  std::vector<std::function<void(XGBoostSageMakerEstimator&)>> refused;
  const char* range = "";
};

#define SET(call) [](XGBoostSageMakerEstimator& estimator) { estimator.call; }

TEST(XGBoostSageMakerEstimatorTest, SettersTakeTheirRangeAndNothingElse) {
  const std::vector<SetterCase> cases = {
      {"booster", SET(setBooster("gbtree")), "gbtree", {SET(setBooster("other"))}, "one of"},
      {"silent", SET(setSilent(1)), "1", {SET(setSilent(2)), SET(setSilent(-1))}, "one of"},
      {"nthread", SET(setNThread(1)), "1", {SET(setNThread(0))}, ">= 1"},
      {"eta", SET(setEta(0.2)), "0.2", {SET(setEta(-0.1)), SET(setEta(1.1)), SET(setEta(std::nan("")))}, "in [0, 1]"},
      {"gamma", SET(setGamma(0)), "0.0", {SET(setGamma(-1))}, ">= 0"},
      {"max_depth", SET(setMaxDepth(0)), "0", {SET(setMaxDepth(-1))}, ">= 0"},
      {"min_child_weight", SET(setMinChildWeight(0)), "0.0", {SET(setMinChildWeight(-1))}, ">= 0"},
      {"max_delta_step", SET(setMaxDeltaStep(0)), "0.0", {SET(setMaxDeltaStep(-1))}, ">= 0"},
      {"subsample", SET(setSubsample(1)), "1.0", {SET(setSubsample(0)), SET(setSubsample(1.1))}, "in (0, 1]"},
      {"colsample_bytree", SET(setColSampleByTree(1)), "1.0", {SET(setColSampleByTree(0)), SET(setColSampleByTree(1.1))}, "in (0, 1]"},
      {"colsample_bylevel", SET(setColSampleByLevel(1)), "1.0", {SET(setColSampleByLevel(0)), SET(setColSampleByLevel(1.1))}, "in (0, 1]"},
      {"lambda", SET(setLambda(-0.5)), "-0.5", {}, ""},
      {"alpha", SET(setAlpha(-0.5)), "-0.5", {}, ""},
      {"tree_method", SET(setTreeMethod("auto")), "auto", {SET(setTreeMethod("other"))}, "one of"},
      {"sketch_eps", SET(setSketchEps(0.5)), "0.5", {SET(setSketchEps(0)), SET(setSketchEps(1))}, "in (0, 1)"},
      {"scale_pos_weight", SET(setScalePosWeight(-0.5)), "-0.5", {}, ""},
      {"updater", SET(setUpdater("grow_colmaker,prune")), "grow_colmaker,prune", {}, ""},
      {"refresh_leaf", SET(setRefreshLeaf(1)), "1", {SET(setRefreshLeaf(2)), SET(setRefreshLeaf(-1))}, "one of"},
      {"process_type", SET(setProcessType("default")), "default", {SET(setProcessType("other"))}, "one of"},
      {"grow_policy", SET(setGrowPolicy("depthwise")), "depthwise", {SET(setGrowPolicy("other"))}, "one of"},
      {"max_leaves", SET(setMaxLeaves(0)), "0", {SET(setMaxLeaves(-1))}, ">= 0"},
      {"max_bin", SET(setMaxBin(1)), "1", {SET(setMaxBin(0))}, ">= 1"},
      {"sample_type", SET(setSampleType("uniform")), "uniform", {SET(setSampleType("other"))}, "one of"},
      {"normalize_type", SET(setNormalizeType("tree")), "tree", {SET(setNormalizeType("other"))}, "one of"},
      {"rate_drop", SET(setRateDrop(0.2)), "0.2", {SET(setRateDrop(-0.1)), SET(setRateDrop(1.1)), SET(setRateDrop(std::nan("")))}, "in [0, 1]"},
      {"one_drop", SET(setOneDrop(1)), "1", {SET(setOneDrop(2)), SET(setOneDrop(-1))}, "one of"},
      {"skip_drop", SET(setSkipDrop(0.2)), "0.2", {SET(setSkipDrop(-0.1)), SET(setSkipDrop(1.1)), SET(setSkipDrop(std::nan("")))}, "in [0, 1]"},
      {"lambda_bias", SET(setLambdaBias(0.2)), "0.2", {SET(setLambdaBias(-0.1)), SET(setLambdaBias(1.1)), SET(setLambdaBias(std::nan("")))}, "in [0, 1]"},
      {"tweedie_variance_power", SET(setTweedieVariancePower(1.5)), "1.5", {SET(setTweedieVariancePower(1)), SET(setTweedieVariancePower(2))}, "in (1, 2)"},
      {"objective", SET(setObjective("multi:softmax")), "multi:softmax", {SET(setObjective("multi:hardmax")), SET(setObjective(""))}, "one of"},
      {"num_class", SET(setNumClasses(1)), "1", {SET(setNumClasses(0))}, ">= 1"},
      {"base_score", SET(setBaseScore(-0.5)), "-0.5", {}, ""},
      {"eval_metric", SET(setEvalMetric("error@0.7")), "error@0.7", {SET(setEvalMetric("good")), SET(setEvalMetric("error@")), SET(setEvalMetric("rmse@1")), SET(setEvalMetric("rmse,"))}, "a comma-separated list of"},
      {"seed", SET(setSeed(-7)), "-7", {}, ""},
      {"num_round", SET(setNumRound(1)), "1", {SET(setNumRound(0))}, ">= 1"},
  };
  EXPECT_EQ(cases.size(), Estimator().params().size());
  for (const SetterCase& test_case : cases) {
    SCOPED_TRACE(test_case.wire_name);
    XGBoostSageMakerEstimator estimator = Estimator();
    test_case.set(estimator);
    EXPECT_EQ(estimator.makeHyperParameters().at(test_case.wire_name), test_case.wire_value);
    for (const auto& set : test_case.refused) {
      EXPECT_THAT([&] { set(estimator); },
                  Throws<Exception>(testing::AllOf(
                      Property(&Exception::kind, ErrorKind::kInvalidArgument),
                      Property(&Exception::what, HasSubstr("Parameter is out of range: " + std::string(test_case.wire_name))),
                      Property(&Exception::what, HasSubstr(test_case.range)))));
    }
    EXPECT_EQ(estimator.makeHyperParameters().at(test_case.wire_name), test_case.wire_value);
  }
}

TEST(XGBoostSageMakerEstimatorTest, TakesEveryMetricOfTheOriginalAndLists) {
  for (const char* metric : {"rmse", "mae", "logloss", "error", "error@t", "merror", "mlogloss", "auc", "ndcg", "map", "ndcg@n", "ndcg-",
                             "ndcg@n-", "map-", "map@n-", "ndcg@5-", "map@3", "merror,mlogloss"}) {
    EXPECT_EQ(Estimator().setEvalMetric(metric).getEvalMetric(), metric);
  }
}

TEST(XGBoostSageMakerEstimatorTest, GettersTellWhatWasSet) {
  auto estimator = Estimator()
                       .setBooster("gbtree")
                       .setSilent(1)
                       .setNThread(1)
                       .setEta(0.2)
                       .setGamma(0)
                       .setMaxDepth(0)
                       .setMinChildWeight(0)
                       .setMaxDeltaStep(0)
                       .setSubsample(1)
                       .setColSampleByTree(1)
                       .setColSampleByLevel(1)
                       .setLambda(-0.5)
                       .setAlpha(-0.5)
                       .setTreeMethod("auto")
                       .setSketchEps(0.5)
                       .setScalePosWeight(-0.5)
                       .setUpdater("grow_colmaker,prune")
                       .setRefreshLeaf(1)
                       .setProcessType("default")
                       .setGrowPolicy("depthwise")
                       .setMaxLeaves(0)
                       .setMaxBin(1)
                       .setSampleType("uniform")
                       .setNormalizeType("tree")
                       .setRateDrop(0.2)
                       .setOneDrop(1)
                       .setSkipDrop(0.2)
                       .setLambdaBias(0.2)
                       .setTweedieVariancePower(1.5)
                       .setObjective("multi:softmax")
                       .setNumClasses(1)
                       .setBaseScore(-0.5)
                       .setEvalMetric("error@0.7")
                       .setSeed(-7)
                       .setNumRound(1);
  EXPECT_EQ(estimator.getBooster(), "gbtree");
  EXPECT_EQ(estimator.getSilent(), 1);
  EXPECT_EQ(estimator.getNThread(), 1);
  EXPECT_EQ(estimator.getEta(), 0.2);
  EXPECT_EQ(estimator.getGamma(), 0);
  EXPECT_EQ(estimator.getMaxDepth(), 0);
  EXPECT_EQ(estimator.getMinChildWeight(), 0);
  EXPECT_EQ(estimator.getMaxDeltaStep(), 0);
  EXPECT_EQ(estimator.getSubsample(), 1);
  EXPECT_EQ(estimator.getColSampleByTree(), 1);
  EXPECT_EQ(estimator.getColSampleByLevel(), 1);
  EXPECT_EQ(estimator.getLambda(), -0.5);
  EXPECT_EQ(estimator.getAlpha(), -0.5);
  EXPECT_EQ(estimator.getTreeMethod(), "auto");
  EXPECT_EQ(estimator.getSketchEps(), 0.5);
  EXPECT_EQ(estimator.getScalePosWeight(), -0.5);
  EXPECT_EQ(estimator.getUpdater(), "grow_colmaker,prune");
  EXPECT_EQ(estimator.getRefreshLeaf(), 1);
  EXPECT_EQ(estimator.getProcessType(), "default");
  EXPECT_EQ(estimator.getGrowPolicy(), "depthwise");
  EXPECT_EQ(estimator.getMaxLeaves(), 0);
  EXPECT_EQ(estimator.getMaxBin(), 1);
  EXPECT_EQ(estimator.getSampleType(), "uniform");
  EXPECT_EQ(estimator.getNormalizeType(), "tree");
  EXPECT_EQ(estimator.getRateDrop(), 0.2);
  EXPECT_EQ(estimator.getOneDrop(), 1);
  EXPECT_EQ(estimator.getSkipDrop(), 0.2);
  EXPECT_EQ(estimator.getLambdaBias(), 0.2);
  EXPECT_EQ(estimator.getTweedieVariancePower(), 1.5);
  EXPECT_EQ(estimator.getObjective(), "multi:softmax");
  EXPECT_EQ(estimator.getNumClasses(), 1);
  EXPECT_EQ(estimator.getBaseScore(), -0.5);
  EXPECT_EQ(estimator.getEvalMetric(), "error@0.7");
  EXPECT_EQ(estimator.getSeed(), -7);
  EXPECT_EQ(estimator.getNumRound(), 1);
}

TEST(XGBoostSageMakerEstimatorTest, NoHyperparameterHasADefault) {
  EXPECT_THAT(Estimator().makeHyperParameters(), IsEmpty());
  EXPECT_THAT([] { Estimator().getNumRound(); }, Throws<Exception>(Property(&Exception::kind, ErrorKind::kNotFound)));
}

TEST(XGBoostSageMakerEstimatorTest, HasTheOriginalsDefaults) {
  const XGBoostSageMakerEstimator estimator = Estimator();
  EXPECT_EQ(estimator.trainingSparkDataFormat(), "libsvm");
  EXPECT_EQ(estimator.trainingContentType(), std::nullopt);
  EXPECT_EQ(estimator.trainingImage(), "811284229777.dkr.ecr.us-east-1.amazonaws.com/xgboost:1");
  EXPECT_EQ(estimator.requestRowSerializer()->content_type(), "text/x-libsvm");
  EXPECT_EQ(estimator.responseRowDeserializer()->accept(), "text/csv");
  EXPECT_EQ(estimator.responseRowDeserializer()->fields()[0].name, "prediction");
  EXPECT_THAT(estimator.uid(), testing::MatchesRegex("XGBoostSageMakerEstimator_[0-9a-f]{12}"));
}

TEST(XGBoostSageMakerEstimatorTest, ContentTypeAndRequestsFollowTheTrainingFormat) {
  const std::vector<std::pair<std::string, std::string>> formats = {
      {"csv", "text/csv"}, {"parquet", "application/x-parquet"}, {"sagemaker", "application/x-recordio-protobuf"}};
  for (const auto& [format, content_type] : formats) {
    const auto estimator = Estimator({.trainingSparkDataFormat = format});
    EXPECT_EQ(estimator.trainingContentType(), content_type);
    EXPECT_EQ(estimator.requestRowSerializer()->content_type(), "text/csv");
    // What is given, stays.
    const auto given = Estimator({.requestRowSerializer = LibSVMRequestRowSerializer(),
                                  .trainingContentType = "text/csv;label_size=1",
                                  .trainingSparkDataFormat = format});
    EXPECT_EQ(given.trainingContentType(), "text/csv;label_size=1");
    EXPECT_EQ(given.requestRowSerializer()->content_type(), "text/x-libsvm");
  }
}

TEST(XGBoostSageMakerEstimatorTest, ACopyWithExtraValuesLeavesTheFirstAsItIs) {
  const XGBoostSageMakerEstimator estimator = Estimator().setNumRound(10);
  const auto copy = estimator.copyStage(ml::ParamMap().put(estimator, XGBoostSageMakerEstimator::numRound, 20));
  EXPECT_EQ(dynamic_cast<const XGBoostSageMakerEstimator&>(*copy).getNumRound(), 20);
  EXPECT_EQ(estimator.getNumRound(), 10);
}

}  // namespace
}  // namespace sagespark::sagemaker
