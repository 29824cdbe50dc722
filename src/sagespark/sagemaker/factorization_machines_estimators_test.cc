#include "sagespark/sagemaker/factorization_machines_estimators.h"

#include <cmath>
#include <functional>
#include <set>

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

template <typename Estimator, typename Options>
Estimator EstimatorIn(const std::string& region) {
  return Estimator(Options{.sagemakerRole = IAMRole("arn:aws:iam::123456789012:role/SageMaker"),
                           .trainingInstanceType = "ml.m4.xlarge",
                           .trainingInstanceCount = 1,
                           .endpointInstanceType = "ml.m4.xlarge",
                           .endpointInitialInstanceCount = 1,
                           .region = region});
}

FactorizationMachinesBinaryClassifier Classifier(const std::string& region = "us-east-1") {
  return EstimatorIn<FactorizationMachinesBinaryClassifier, FactorizationMachinesBinaryClassifierOptions>(region);
}

FactorizationMachinesRegressor Regressor() {
  return EstimatorIn<FactorizationMachinesRegressor, FactorizationMachinesRegressorOptions>("us-east-1");
}

using Set = std::function<void(FactorizationMachinesBinaryClassifier&)>;

#define SET(call) [](FactorizationMachinesBinaryClassifier& estimator) { estimator.call; }

TEST(FactorizationMachinesEstimatorsTest, SettersTakeTheirRangeAndNothingElse) {
  const struct {
    const char* wire_name;
    Set set;
    const char* wire_value;
    Set set_wrongly;  ///< Empty: every number is taken.
    const char* message = "";
  } cases[] = {
      {"feature_dim", SET(setFeatureDim(1)), "1", SET(setFeatureDim(0)), "feature_dim = 0; valid: > 0"},
      {"num_factors", SET(setNumFactors(64)), "64", SET(setNumFactors(-1)), "num_factors = -1; valid: > 0"},
      {"mini_batch_size", SET(setMiniBatchSize(1)), "1", SET(setMiniBatchSize(0)), "mini_batch_size = 0; valid: > 0"},
      {"epochs", SET(setEpochs(3)), "3", SET(setEpochs(0)), "epochs = 0; valid: > 0"},
      {"clip_gradient", SET(setClipGradient(5)), "5.0", {}},
      {"eps", SET(setEps(0.0001)), "1.0E-4", {}},
      {"rescale_grad", SET(setRescaleGrad(-0.5)), "-0.5", {}},
      {"bias_lr", SET(setBiasLr(0)), "0.0", SET(setBiasLr(-0.5)), "bias_lr = -0.5; valid: >= 0"},
      {"linear_lr", SET(setLinearLr(0.25)), "0.25", SET(setLinearLr(-0.5)), "linear_lr = -0.5; valid: >= 0"},
      {"factors_lr", SET(setFactorsLr(0.25)), "0.25", SET(setFactorsLr(-0.5)), "factors_lr = -0.5; valid: >= 0"},
      {"bias_wd", SET(setBiasWd(0.25)), "0.25", SET(setBiasWd(-0.5)), "bias_wd = -0.5; valid: >= 0"},
      {"linear_wd", SET(setLinearWd(0.25)), "0.25", SET(setLinearWd(-0.5)), "linear_wd = -0.5; valid: >= 0"},
      {"factors_wd", SET(setFactorsWd(0.25)), "0.25", SET(setFactorsWd(std::nan(""))), "factors_wd = NaN; valid: >= 0"},
      {"bias_init_method", SET(setBiasInitMethod("uniform")), "uniform", SET(setBiasInitMethod("zero")),
       "bias_init_method = zero; valid: one of \"normal\", \"uniform\", \"constant\""},
      {"linear_init_method", SET(setLinearInitMethod("constant")), "constant", SET(setLinearInitMethod("Normal")),
       "linear_init_method = Normal; valid: one of \"normal\", \"uniform\", \"constant\""},
      {"factors_init_method", SET(setFactorsInitMethod("normal")), "normal", SET(setFactorsInitMethod("")),
       "factors_init_method = ; valid: one of \"normal\", \"uniform\", \"constant\""},
      {"bias_init_scale", SET(setBiasInitScale(0.25)), "0.25", SET(setBiasInitScale(-1)), "bias_init_scale = -1.0; valid: >= 0"},
      {"linear_init_scale", SET(setLinearInitScale(0.25)), "0.25", SET(setLinearInitScale(-1)), "linear_init_scale = -1.0; valid: >= 0"},
      {"factors_init_scale", SET(setFactorsInitScale(0.25)), "0.25", SET(setFactorsInitScale(-1)), "factors_init_scale = -1.0; valid: >= 0"},
      {"bias_init_sigma", SET(setBiasInitSigma(0.25)), "0.25", SET(setBiasInitSigma(-1)), "bias_init_sigma = -1.0; valid: >= 0"},
      {"linear_init_sigma", SET(setLinearInitSigma(0.25)), "0.25", SET(setLinearInitSigma(-1)), "linear_init_sigma = -1.0; valid: >= 0"},
      {"factors_init_sigma", SET(setFactorsInitSigma(0.25)), "0.25", SET(setFactorsInitSigma(-1)), "factors_init_sigma = -1.0; valid: >= 0"},
      {"bias_init_value", SET(setBiasInitValue(-1)), "-1.0", {}},
      {"linear_init_value", SET(setLinearInitValue(-2)), "-2.0", {}},
      {"factors_init_value", SET(setFactorsInitValue(0.5)), "0.5", {}},
  };
  std::set<std::string> tested = {"predictor_type"};
  for (const auto& test_case : cases) {
    SCOPED_TRACE(test_case.wire_name);
    tested.insert(test_case.wire_name);
    FactorizationMachinesBinaryClassifier estimator = Classifier();
    test_case.set(estimator);
    EXPECT_EQ(estimator.makeHyperParameters().at(test_case.wire_name), test_case.wire_value);
    if (!test_case.set_wrongly) continue;
    EXPECT_THAT([&] { test_case.set_wrongly(estimator); },
                Throws<Exception>(testing::AllOf(
                    Property(&Exception::kind, ErrorKind::kInvalidArgument),
                    Property(&Exception::what, StrEq(std::string("Parameter is out of range: ") + test_case.message)))));
  }
  EXPECT_EQ(tested.size(), Classifier().params().size());
}

TEST(FactorizationMachinesEstimatorsTest, GettersTellWhatWasSet) {
  auto estimator = Classifier()
                       .setFeatureDim(1).setNumFactors(2).setMiniBatchSize(3).setEpochs(4).setClipGradient(5).setEps(6)
                       .setRescaleGrad(7).setBiasLr(8).setLinearLr(9).setFactorsLr(10).setBiasWd(11).setLinearWd(12)
                       .setFactorsWd(13).setBiasInitMethod("normal").setLinearInitMethod("uniform")
                       .setFactorsInitMethod("constant").setBiasInitScale(14).setLinearInitScale(15).setFactorsInitScale(16)
                       .setBiasInitSigma(17).setLinearInitSigma(18).setFactorsInitSigma(19).setBiasInitValue(20)
                       .setLinearInitValue(21).setFactorsInitValue(22);
  EXPECT_EQ(estimator.getFeatureDim(), 1);
  EXPECT_EQ(estimator.getNumFactors(), 2);
  EXPECT_EQ(estimator.getMiniBatchSize(), 3);
  EXPECT_EQ(estimator.getEpochs(), 4);
  EXPECT_EQ(estimator.getClipGradient(), 5);
  EXPECT_EQ(estimator.getEps(), 6);
  EXPECT_EQ(estimator.getRescaleGrad(), 7);
  EXPECT_EQ(estimator.getBiasLr(), 8);
  EXPECT_EQ(estimator.getLinearLr(), 9);
  EXPECT_EQ(estimator.getFactorsLr(), 10);
  EXPECT_EQ(estimator.getBiasWd(), 11);
  EXPECT_EQ(estimator.getLinearWd(), 12);
  EXPECT_EQ(estimator.getFactorsWd(), 13);
  EXPECT_EQ(estimator.getBiasInitMethod(), "normal");
  EXPECT_EQ(estimator.getLinearInitMethod(), "uniform");
  EXPECT_EQ(estimator.getFactorsInitMethod(), "constant");
  EXPECT_EQ(estimator.getBiasInitScale(), 14);
  EXPECT_EQ(estimator.getLinearInitScale(), 15);
  EXPECT_EQ(estimator.getFactorsInitScale(), 16);
  EXPECT_EQ(estimator.getBiasInitSigma(), 17);
  EXPECT_EQ(estimator.getLinearInitSigma(), 18);
  EXPECT_EQ(estimator.getFactorsInitSigma(), 19);
  EXPECT_EQ(estimator.getBiasInitValue(), 20);
  EXPECT_EQ(estimator.getLinearInitValue(), 21);
  EXPECT_EQ(estimator.getFactorsInitValue(), 22);
}

TEST(FactorizationMachinesEstimatorsTest, TheClassSaysThePredictorTypeAndNothingElseHasADefault) {
  EXPECT_THAT(Classifier().makeHyperParameters(), ElementsAre(Pair("predictor_type", "binary_classifier")));
  EXPECT_THAT(Regressor().makeHyperParameters(), ElementsAre(Pair("predictor_type", "regressor")));
  EXPECT_EQ(Regressor().getPredictorType(), "regressor");
  EXPECT_THAT([] { Regressor().getNumFactors(); }, Throws<Exception>(Property(&Exception::kind, ErrorKind::kNotFound)));
}

TEST(FactorizationMachinesEstimatorsTest, HasTheOriginalsDefaults) {
  const FactorizationMachinesRegressor estimator = Regressor();
  EXPECT_EQ(estimator.trainingS3DataDistribution(), "ShardedByS3Key");
  EXPECT_EQ(estimator.trainingSparkDataFormat(), "sagemaker");
  EXPECT_EQ(estimator.trainingContentType(), std::nullopt);
  EXPECT_EQ(estimator.trainingInputMode(), "File");
  EXPECT_THAT(estimator.uid(), MatchesRegex("FactorizationMachinesRegressor_[0-9a-f]{12}"));
  EXPECT_THAT(Classifier().uid(), MatchesRegex("FactorizationMachinesBinaryClassifier_[0-9a-f]{12}"));
}

TEST(FactorizationMachinesEstimatorsTest, TheImageIsTheRegions) {
  EXPECT_EQ(Classifier("eu-west-1").trainingImage(),
            "438346466558.dkr.ecr.eu-west-1.amazonaws.com/factorization-machines:1");
  EXPECT_THAT([] { Classifier("mars-1"); },
              Throws<Exception>(Property(&Exception::what, HasSubstr("factorization-machines in \"mars-1\""))));
}

TEST(FactorizationMachinesEstimatorsTest, TheAnswersColumnsHaveTheOriginalsNames) {
  const std::shared_ptr<const codec::ResponseRowDeserializer> classifier =
      FactorizationMachinesBinaryClassifierDeserializer();
  ASSERT_EQ(classifier->fields().size(), 2);
  EXPECT_EQ(classifier->fields()[0].name, "score");
  EXPECT_EQ(classifier->fields()[1].name, "predicted_label");
  const std::shared_ptr<const codec::ResponseRowDeserializer> regressor =
      FactorizationMachinesRegressorDeserializer{.scoreColumnName = "y"};
  ASSERT_EQ(regressor->fields().size(), 1);
  EXPECT_EQ(regressor->fields()[0].name, "y");
}

TEST(FactorizationMachinesEstimatorsTest, ACopyWithExtraValuesKeepsTheUidAndLeavesTheFirstAsItIs) {
  const FactorizationMachinesRegressor estimator = Regressor().setNumFactors(10);
  const auto copy = estimator.copyStage(ml::ParamMap().put(estimator, FactorizationMachinesRegressor::numFactors, 20));
  EXPECT_EQ(copy->uid(), estimator.uid());
  EXPECT_EQ(dynamic_cast<const FactorizationMachinesRegressor&>(*copy).getNumFactors(), 20);
  EXPECT_EQ(estimator.getNumFactors(), 10);
}

}  // namespace
}  // namespace sagespark::sagemaker
