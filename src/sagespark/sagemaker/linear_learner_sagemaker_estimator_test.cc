#include "sagespark/sagemaker/linear_learner_sagemaker_estimator.h"

#include <functional>

#include "sagespark/base/exception.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::sagemaker {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Pair;
using testing::Property;
using testing::Throws;
using testing::UnorderedElementsAre;

template <typename Estimator, typename Options>
Estimator Make(const std::string& region = "us-east-1") {
  return Estimator(Options{.sagemakerRole = IAMRole("arn:aws:iam::123456789012:role/SageMaker"),
                           .trainingInstanceType = "ml.p2.xlarge",
                           .trainingInstanceCount = 1,
                           .endpointInstanceType = "ml.c4.xlarge",
                           .endpointInitialInstanceCount = 1,
                           .region = region});
}

LinearLearnerBinaryClassifier Binary() {
  return Make<LinearLearnerBinaryClassifier, LinearLearnerBinaryClassifierOptions>();
}
LinearLearnerMultiClassClassifier Multiclass() {
  return Make<LinearLearnerMultiClassClassifier, LinearLearnerMultiClassClassifierOptions>();
}
LinearLearnerRegressor Regressor() { return Make<LinearLearnerRegressor, LinearLearnerRegressorOptions>(); }

template <typename Estimator>
struct SetterCase {
  const char* name;
  std::function<void(Estimator&)> set;
  const char* wire_value;    ///< What is sent; null when it is refused ...
  const char* message = "";  ///< ... with this start of a message behind "Parameter is out of range: ".
};

template <typename Estimator>
using Parameters = std::vector<std::pair<std::string, std::vector<SetterCase<Estimator>>>>;

template <typename Estimator>
void ExpectRanges(const std::function<Estimator()>& make, const Parameters<Estimator>& parameters) {
  for (const auto& [wire_name, cases] : parameters) {
    for (const SetterCase<Estimator>& test_case : cases) {
      SCOPED_TRACE(wire_name + " " + test_case.name);
      Estimator estimator = make();
      if (test_case.wire_value != nullptr) {
        test_case.set(estimator);
        EXPECT_EQ(estimator.makeHyperParameters().at(wire_name), test_case.wire_value);
        continue;
      }
      EXPECT_THAT([&] { test_case.set(estimator); },
                  Throws<Exception>(testing::AllOf(
                      Property(&Exception::kind, ErrorKind::kInvalidArgument),
                      Property(&Exception::what,
                               HasSubstr(std::string("Parameter is out of range: ") + test_case.message)))));
    }
  }
}

#define SET(call) #call, [](auto& estimator) { estimator.call; }

TEST(LinearLearnerEstimatorTest, SharedSettersTakeTheirRangeAndNothingElse) {
  const Parameters<LinearLearnerRegressor> parameters = {
      {"feature_dim",
       {{SET(setFeatureDim(1)), "1"},
        {SET(setFeatureDim(0)), nullptr, "feature_dim = 0; valid: > 0"}}},
      {"mini_batch_size",
       {{SET(setMiniBatchSize(1)), "1"},
        {SET(setMiniBatchSize(0)), nullptr, "mini_batch_size = 0; valid: > 0"}}},
      {"epochs", {{SET(setEpochs(1)), "1"}, {SET(setEpochs(0)), nullptr, "epochs = 0; valid: > 0"}}},
      {"use_bias",
       {{SET(setUseBias(true)), "True"},
        {SET(setUseBias("False")), "False"},
        {SET(setUseBias("yes")), nullptr, "use_bias = yes; valid: one of \"True\", \"False\""}}},
      {"num_models",
       {{SET(setNumModels("auto")), "auto"},
        {SET(setNumModels(7)), "7"},
        {SET(setNumModels(0)), nullptr, "num_models = 0; valid: \"auto\" or > 0"}}},
      {"num_calibration_samples",
       {{SET(setNumCalibrationSamples(1)), "1"},
        {SET(setNumCalibrationSamples(0)), nullptr, "num_calibration_samples = 0; valid: > 0"}}},
      {"init_method",
       {{SET(setInitMethod("uniform")), "uniform"},
        {SET(setInitMethod("normal")), "normal"},
        {SET(setInitMethod("best")), nullptr, "init_method = best; valid: one of "}}},
      {"init_scale",
       {{SET(setInitScale(0.5)), "0.5"},
        {SET(setInitScale(0)), nullptr, "init_scale = 0.0; valid: > 0"}}},
      {"init_sigma",
       {{SET(setInitSigma(0.5)), "0.5"},
        {SET(setInitSigma(0)), nullptr, "init_sigma = 0.0; valid: > 0"}}},
      {"init_bias", {{SET(setInitBias(-2.5)), "-2.5"}}},
      {"optimizer",
       {{SET(setOptimizer("sgd")), "sgd"},
        {SET(setOptimizer("adam")), "adam"},
        {SET(setOptimizer("best")), nullptr, "optimizer = best; valid: one of "}}},
      {"loss",
       {{SET(setLoss("auto")), "auto"},
        {SET(setLoss("hinge_loss")), "hinge_loss"},
        {SET(setLoss("best")), nullptr, "loss = best; valid: one of "}}},
      {"wd", {{SET(setWd(0)), "0.0"}, {SET(setWd(-1)), nullptr, "wd = -1.0; valid: >= 0"}}},
      {"l1", {{SET(setL1(0)), "0.0"}, {SET(setL1(-1)), nullptr, "l1 = -1.0; valid: >= 0"}}},
      {"momentum",
       {{SET(setMomentum(0)), "0.0"},
        {SET(setMomentum(1)), nullptr, "momentum = 1.0; valid: in [0, 1)"}}},
      {"learning_rate",
       {{SET(setLearningRate("auto")), "auto"},
        {SET(setLearningRate(0.5)), "0.5"},
        {SET(setLearningRate("fast")), nullptr, "learning_rate = fast; valid: \"auto\" or > 0"}}},
      {"beta_1", {{SET(setBeta1(0)), "0.0"}, {SET(setBeta1(1)), nullptr, "beta_1 = 1.0; valid: in [0, 1)"}}},
      {"beta_2", {{SET(setBeta2(0)), "0.0"}, {SET(setBeta2(1)), nullptr, "beta_2 = 1.0; valid: in [0, 1)"}}},
      {"bias_lr_mult",
       {{SET(setBiasLrMult(0.5)), "0.5"},
        {SET(setBiasLrMult(0)), nullptr, "bias_lr_mult = 0.0; valid: > 0"}}},
      {"bias_wd_mult",
       {{SET(setBiasWdMult(0)), "0.0"},
        {SET(setBiasWdMult(-1)), nullptr, "bias_wd_mult = -1.0; valid: >= 0"}}},
      {"use_lr_scheduler",
       {{SET(setUseLrScheduler(true)), "True"},
        {SET(setUseLrScheduler("False")), "False"},
        {SET(setUseLrScheduler("yes")), nullptr, "use_lr_scheduler = yes; valid: one of \"True\", \"False\""}}},
      {"lr_scheduler_step",
       {{SET(setLrSchedulerStep(1)), "1"},
        {SET(setLrSchedulerStep(0)), nullptr, "lr_scheduler_step = 0; valid: > 0"}}},
      {"lr_scheduler_factor",
       {{SET(setLrSchedulerFactor(0.25)), "0.25"},
        {SET(setLrSchedulerFactor(0)), nullptr, "lr_scheduler_factor = 0.0; valid: in (0, 1)"},
        {SET(setLrSchedulerFactor(1)), nullptr, "lr_scheduler_factor = 1.0; valid: in (0, 1)"}}},
      {"lr_scheduler_minimum_lr",
       {{SET(setLrSchedulerMinimumLr(0.5)), "0.5"},
        {SET(setLrSchedulerMinimumLr(0)), nullptr, "lr_scheduler_minimum_lr = 0.0; valid: > 0"}}},
      {"normalize_data",
       {{SET(setNormalizeData(true)), "True"},
        {SET(setNormalizeData("False")), "False"},
        {SET(setNormalizeData("yes")), nullptr, "normalize_data = yes; valid: one of \"True\", \"False\""}}},
      {"normalize_label",
       {{SET(setNormalizeLabel(true)), "True"},
        {SET(setNormalizeLabel("False")), "False"},
        {SET(setNormalizeLabel("yes")), nullptr, "normalize_label = yes; valid: one of \"True\", \"False\""}}},
      {"unbias_data",
       {{SET(setUnbiasData(true)), "True"},
        {SET(setUnbiasData("False")), "False"},
        {SET(setUnbiasData("yes")), nullptr, "unbias_data = yes; valid: one of \"True\", \"False\""}}},
      {"unbias_label",
       {{SET(setUnbiasLabel(true)), "True"},
        {SET(setUnbiasLabel("False")), "False"},
        {SET(setUnbiasLabel("yes")), nullptr, "unbias_label = yes; valid: one of \"True\", \"False\""}}},
      {"num_point_for_scaler",
       {{SET(setNumPointForScaler(1)), "1"},
        {SET(setNumPointForScaler(0)), nullptr, "num_point_for_scaler = 0; valid: > 0"}}},
      {"early_stopping_patience",
       {{SET(setEarlyStoppingPatience(1)), "1"},
        {SET(setEarlyStoppingPatience(0)), nullptr, "early_stopping_patience = 0; valid: > 0"}}},
      {"early_stopping_tolerance",
       {{SET(setEarlyStoppingTolerance(0.5)), "0.5"},
        {SET(setEarlyStoppingTolerance(0)), nullptr, "early_stopping_tolerance = 0.0; valid: > 0"}}},
      {"margin", {{SET(setMargin(0.5)), "0.5"}, {SET(setMargin(0)), nullptr, "margin = 0.0; valid: > 0"}}},
      {"quantile",
       {{SET(setQuantile(0.25)), "0.25"},
        {SET(setQuantile(0)), nullptr, "quantile = 0.0; valid: in (0, 1)"},
        {SET(setQuantile(1)), nullptr, "quantile = 1.0; valid: in (0, 1)"}}},
      {"loss_insensitivity",
       {{SET(setLossInsensitivity(0.5)), "0.5"},
        {SET(setLossInsensitivity(0)), nullptr, "loss_insensitivity = 0.0; valid: > 0"}}},
      {"huber_delta",
       {{SET(setHuberDelta(0.5)), "0.5"},
        {SET(setHuberDelta(0)), nullptr, "huber_delta = 0.0; valid: > 0"}}},
      {"f_beta", {{SET(setFBeta(0.5)), "0.5"}, {SET(setFBeta(0)), nullptr, "f_beta = 0.0; valid: > 0"}}},
  };
  EXPECT_EQ(parameters.size() + 1, Regressor().params().size());  // And predictor_type.
  ExpectRanges<LinearLearnerRegressor>(Regressor, parameters);
}

TEST(LinearLearnerEstimatorTest, BinaryClassifierHasSettersOfItsOwn) {
  const Parameters<LinearLearnerBinaryClassifier> parameters = {
      {"binary_classifier_model_selection_criteria",
       {{SET(setBinaryClassifierModelSelectionCriteria("f1")), "f1"},
        {SET(setBinaryClassifierModelSelectionCriteria("loss_function")), "loss_function"},
        {SET(setBinaryClassifierModelSelectionCriteria("best")), nullptr,
         "binary_classifier_model_selection_criteria = best; valid: one of "}}},
      {"target_recall",
       {{SET(setTargetRecall(0.25)), "0.25"},
        {SET(setTargetRecall(0)), nullptr, "target_recall = 0.0; valid: in (0, 1)"},
        {SET(setTargetRecall(1)), nullptr, "target_recall = 1.0; valid: in (0, 1)"}}},
      {"target_precision",
       {{SET(setTargetPrecision(0.25)), "0.25"},
        {SET(setTargetPrecision(0)), nullptr, "target_precision = 0.0; valid: in (0, 1)"},
        {SET(setTargetPrecision(1)), nullptr, "target_precision = 1.0; valid: in (0, 1)"}}},
      {"positive_example_weight_mult",
       {{SET(setPositiveExampleWeightMult("balanced")), "balanced"},
        {SET(setPositiveExampleWeightMult("auto")), "auto"},
        {SET(setPositiveExampleWeightMult(2.5)), "2.5"},
        {SET(setPositiveExampleWeightMult(-1.0)), nullptr, "positive_example_weight_mult = -1.0; valid: "}}},
  };
  EXPECT_EQ(parameters.size() + Regressor().params().size(), Binary().params().size());
  ExpectRanges<LinearLearnerBinaryClassifier>(Binary, parameters);
}

TEST(LinearLearnerEstimatorTest, MulticlassClassifierHasSettersOfItsOwn) {
  const Parameters<LinearLearnerMultiClassClassifier> parameters = {
      {"num_classes",
       {{SET(setNumClasses(3)), "3"},
        {SET(setNumClasses(1000000)), "1000000"},
        {SET(setNumClasses(2)), nullptr, "num_classes = 2; valid: in [3, 1000000]"},
        {SET(setNumClasses(1000001)), nullptr, "num_classes = 1000001; valid: in [3, 1000000]"}}},
      {"accuracy_top_k",
       {{SET(setAccuracyTopK(1)), "1"},
        {SET(setAccuracyTopK(0)), nullptr, "accuracy_top_k = 0; valid: > 0"}}},
      {"balance_multiclass_weights",
       {{SET(setBalanceMultiClassWeights(true)), "True"},
        {SET(setBalanceMultiClassWeights("False")), "False"},
        {SET(setBalanceMultiClassWeights("yes")), nullptr,
         "balance_multiclass_weights = yes; valid: one of \"True\", \"False\""}}},
  };
  EXPECT_EQ(parameters.size() + Regressor().params().size(), Multiclass().params().size());
  ExpectRanges<LinearLearnerMultiClassClassifier>(Multiclass, parameters);
}

TEST(LinearLearnerEstimatorTest, SendsThePredictorTypeAndTheBatchSizeAlways) {
  EXPECT_THAT(Binary().makeHyperParameters(),
              UnorderedElementsAre(Pair("predictor_type", "binary_classifier"), Pair("mini_batch_size", "1000")));
  EXPECT_THAT(Multiclass().setNumClasses(10).makeHyperParameters(),
              UnorderedElementsAre(Pair("predictor_type", "multiclass_classifier"), Pair("mini_batch_size", "1000"),
                                   Pair("num_classes", "10")));
  EXPECT_THAT(Regressor().makeHyperParameters(),
              UnorderedElementsAre(Pair("predictor_type", "regressor"), Pair("mini_batch_size", "1000")));
}

TEST(LinearLearnerEstimatorTest, TheNumberOfClassesHasNoDefault) {
  EXPECT_THAT([] { Multiclass().getNumClasses(); },
              Throws<Exception>(Property(&Exception::kind, ErrorKind::kNotFound)));
}

TEST(LinearLearnerEstimatorTest, SettersChainAndGettersTellWhatWasSet) {
  auto estimator = Binary()
                       .setFeatureDim(784)
                       .setEpochs(3)
                       .setUseBias(false)
                       .setLearningRate(0.125)
                       .setNumModels("auto")
                       .setPositiveExampleWeightMult("balanced")
                       .setTargetRecall(0.75)
                       .setLoss("hinge_loss");
  EXPECT_EQ(estimator.getFeatureDim(), 784);
  EXPECT_EQ(estimator.getEpochs(), 3);
  EXPECT_FALSE(estimator.getUseBias());
  EXPECT_EQ(estimator.getLearningRate(), "0.125");
  EXPECT_EQ(estimator.getNumModels(), "auto");
  EXPECT_EQ(estimator.getPositiveExampleWeightMult(), "balanced");
  EXPECT_EQ(estimator.getTargetRecall(), 0.75);
  EXPECT_EQ(estimator.getLoss(), "hinge_loss");
  EXPECT_EQ(estimator.getMiniBatchSize(), 1000);
  EXPECT_EQ(estimator.getPredictorType(), "binary_classifier");
  EXPECT_THAT([] { Binary().getWd(); }, Throws<Exception>(Property(&Exception::kind, ErrorKind::kNotFound)));
}

TEST(LinearLearnerEstimatorTest, HasTheImageOfTheRegionAndAUidOfTheClass) {
  const auto estimator = Make<LinearLearnerRegressor, LinearLearnerRegressorOptions>("eu-west-1");
  EXPECT_EQ(estimator.trainingImage(), "438346466558.dkr.ecr.eu-west-1.amazonaws.com/linear-learner:1");
  EXPECT_THAT(estimator.uid(), MatchesRegex("LinearLearnerRegressor_[0-9a-f]{12}"));
  EXPECT_THAT(Binary().uid(), MatchesRegex("LinearLearnerBinaryClassifier_[0-9a-f]{12}"));
  EXPECT_EQ(estimator.trainingSparkDataFormat(), "sagemaker");
}

}  // namespace
}  // namespace sagespark::sagemaker
