#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sagespark/ml/param.h"
#include "sagespark/ml/saved_stage.h"
#include "sagespark/sagemaker/algorithm_options.h"
#include "sagespark/sagemaker/sagemaker_estimator.h"
#include "sagespark/sagemaker/serializers.h"

namespace sagespark::sagemaker {

/// A yes or no that travels as "True" or "False", which are taken as they are too.
class TrueOrFalse {
 public:
  TrueOrFalse(bool value) : text_(value ? "True" : "False") {}       // NOLINT
  TrueOrFalse(const char* text) : text_(text) {}                     // NOLINT
  TrueOrFalse(std::string text) : text_(std::move(text)) {}          // NOLINT
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// The parameters that the three estimators share. What is not set, the algorithm decides, but for mini_batch_size.
/// Source: "Linear Learner Hyperparameters", Amazon SageMaker guide.
struct LinearLearnerParams {
  static const ml::StringParam predictorType;  ///< `predictor_type`: what the class is.
  static const ml::IntParam featureDim;  ///< `feature_dim`: > 0.
  static const ml::IntParam miniBatchSize;  ///< `mini_batch_size`: > 0; 1000.
  static const ml::IntParam epochs;  ///< `epochs`: > 0.
  static const ml::StringParam useBias;  ///< `use_bias`: "True" or "False".
  static const ml::StringParam numModels;  ///< `num_models`: > 0 or "auto".
  static const ml::IntParam numCalibrationSamples;  ///< `num_calibration_samples`: > 0.
  static const ml::StringParam initMethod;  ///< `init_method`: "uniform" or "normal".
  static const ml::DoubleParam initScale;  ///< `init_scale`: > 0.
  static const ml::DoubleParam initSigma;  ///< `init_sigma`: > 0.
  static const ml::DoubleParam initBias;  ///< `init_bias`: "True" or "False".
  static const ml::StringParam optimizer;  ///< `optimizer`: "sgd", "adam", "rmsprop" or "auto".
  static const ml::StringParam loss;  ///< `loss`: one that goes with the class, or "auto".
  static const ml::DoubleParam wd;  ///< `wd`: >= 0.
  static const ml::DoubleParam l1;  ///< `l1`: >= 0.
  static const ml::DoubleParam momentum;  ///< `momentum`: [0, 1).
  static const ml::StringParam learningRate;  ///< `learning_rate`: > 0 or "auto".
  static const ml::DoubleParam beta1;  ///< `beta_1`: [0, 1).
  static const ml::DoubleParam beta2;  ///< `beta_2`: [0, 1).
  static const ml::DoubleParam biasLrMult;  ///< `bias_lr_mult`: > 0.
  static const ml::DoubleParam biasWdMult;  ///< `bias_wd_mult`: >= 0.
  static const ml::StringParam useLrScheduler;  ///< `use_lr_scheduler`: "True" or "False".
  static const ml::IntParam lrSchedulerStep;  ///< `lr_scheduler_step`: > 0.
  static const ml::DoubleParam lrSchedulerFactor;  ///< `lr_scheduler_factor`: (0, 1).
  static const ml::DoubleParam lrSchedulerMinimumLr;  ///< `lr_scheduler_minimum_lr`: > 0.
  static const ml::StringParam normalizeData;  ///< `normalize_data`: "True" or "False".
  static const ml::StringParam normalizeLabel;  ///< `normalize_label`: "True" or "False".
  static const ml::StringParam unbiasData;  ///< `unbias_data`: "True" or "False".
  static const ml::StringParam unbiasLabel;  ///< `unbias_label`: "True" or "False".
  static const ml::IntParam numPointForScaler;  ///< `num_point_for_scaler`: > 0.
  static const ml::IntParam earlyStoppingPatience;  ///< `early_stopping_patience`: > 0.
  static const ml::DoubleParam earlyStoppingTolerance;  ///< `early_stopping_tolerance`: > 0.
  static const ml::DoubleParam margin;  ///< `margin`: > 0.
  static const ml::DoubleParam quantile;  ///< `quantile`: (0, 1).
  static const ml::DoubleParam lossInsensitivity;  ///< `loss_insensitivity`: > 0.
  static const ml::DoubleParam huberDelta;  ///< `huber_delta`: > 0.
  static const ml::DoubleParam fBeta;  ///< `f_beta`: > 0.
};

/// What the three estimators of the linear learner have in common. Setters return `Self`, the class itself.
///
/// Trains on a column of vectors, "features", and a column of doubles, "label" (the options featuresColumnName and
/// labelColumnName of trainingSparkDataFormatOptions name others).
///
/// A setter throws kInvalidArgument, naming parameter, value and range, when the value is outside it. Getters throw
/// kNotFound when a parameter has neither a value nor a default.
template <typename Self>
class LinearLearnerSageMakerEstimator : public SageMakerEstimator, public LinearLearnerParams {
 public:
  /// The estimator that was saved in a folder; see SageMakerEstimator::load.
  static Self load(const std::string& path) { return ml::LoadStageAs<Self>(path); }

  Self& setFeatureDim(int value) { return With(featureDim, value); }
  Self& setMiniBatchSize(int value) { return With(miniBatchSize, value); }
  Self& setEpochs(int value) { return With(epochs, value); }
  Self& setUseBias(TrueOrFalse value) { return With(useBias, value.text()); }
  Self& setNumModels(const std::string& value) { return With(numModels, value); }
  Self& setNumModels(int value) { return With(numModels, std::to_string(value)); }
  Self& setNumCalibrationSamples(int value) { return With(numCalibrationSamples, value); }
  Self& setInitMethod(const std::string& value) { return With(initMethod, value); }
  Self& setInitScale(double value) { return With(initScale, value); }
  Self& setInitSigma(double value) { return With(initSigma, value); }
  Self& setInitBias(double value) { return With(initBias, value); }
  Self& setOptimizer(const std::string& value) { return With(optimizer, value); }
  Self& setLoss(const std::string& value) { return With(loss, value); }
  Self& setWd(double value) { return With(wd, value); }
  Self& setL1(double value) { return With(l1, value); }
  Self& setMomentum(double value) { return With(momentum, value); }
  Self& setLearningRate(const std::string& value) { return With(learningRate, value); }
  Self& setLearningRate(double value) { return With(learningRate, ml::ToString(value)); }
  Self& setBeta1(double value) { return With(beta1, value); }
  Self& setBeta2(double value) { return With(beta2, value); }
  Self& setBiasLrMult(double value) { return With(biasLrMult, value); }
  Self& setBiasWdMult(double value) { return With(biasWdMult, value); }
  Self& setUseLrScheduler(TrueOrFalse value) { return With(useLrScheduler, value.text()); }
  Self& setLrSchedulerStep(int value) { return With(lrSchedulerStep, value); }
  Self& setLrSchedulerFactor(double value) { return With(lrSchedulerFactor, value); }
  Self& setLrSchedulerMinimumLr(double value) { return With(lrSchedulerMinimumLr, value); }
  Self& setNormalizeData(TrueOrFalse value) { return With(normalizeData, value.text()); }
  Self& setNormalizeLabel(TrueOrFalse value) { return With(normalizeLabel, value.text()); }
  Self& setUnbiasData(TrueOrFalse value) { return With(unbiasData, value.text()); }
  Self& setUnbiasLabel(TrueOrFalse value) { return With(unbiasLabel, value.text()); }
  Self& setNumPointForScaler(int value) { return With(numPointForScaler, value); }
  Self& setEarlyStoppingPatience(int value) { return With(earlyStoppingPatience, value); }
  Self& setEarlyStoppingTolerance(double value) { return With(earlyStoppingTolerance, value); }
  Self& setMargin(double value) { return With(margin, value); }
  Self& setQuantile(double value) { return With(quantile, value); }
  Self& setLossInsensitivity(double value) { return With(lossInsensitivity, value); }
  Self& setHuberDelta(double value) { return With(huberDelta, value); }
  Self& setFBeta(double value) { return With(fBeta, value); }

  std::string getPredictorType() const { return getOrDefault(predictorType); }
  int getFeatureDim() const { return getOrDefault(featureDim); }
  int getMiniBatchSize() const { return getOrDefault(miniBatchSize); }
  int getEpochs() const { return getOrDefault(epochs); }
  bool getUseBias() const { return getOrDefault(useBias) == "True"; }
  std::string getNumModels() const { return getOrDefault(numModels); }
  int getNumCalibrationSamples() const { return getOrDefault(numCalibrationSamples); }
  std::string getInitMethod() const { return getOrDefault(initMethod); }
  double getInitScale() const { return getOrDefault(initScale); }
  double getInitSigma() const { return getOrDefault(initSigma); }
  double getInitBias() const { return getOrDefault(initBias); }
  std::string getOptimizer() const { return getOrDefault(optimizer); }
  std::string getLoss() const { return getOrDefault(loss); }
  double getWd() const { return getOrDefault(wd); }
  double getL1() const { return getOrDefault(l1); }
  double getMomentum() const { return getOrDefault(momentum); }
  std::string getLearningRate() const { return getOrDefault(learningRate); }
  double getBeta1() const { return getOrDefault(beta1); }
  double getBeta2() const { return getOrDefault(beta2); }
  double getBiasLrMult() const { return getOrDefault(biasLrMult); }
  double getBiasWdMult() const { return getOrDefault(biasWdMult); }
  bool getUseLrScheduler() const { return getOrDefault(useLrScheduler) == "True"; }
  int getLrSchedulerStep() const { return getOrDefault(lrSchedulerStep); }
  double getLrSchedulerFactor() const { return getOrDefault(lrSchedulerFactor); }
  double getLrSchedulerMinimumLr() const { return getOrDefault(lrSchedulerMinimumLr); }
  bool getNormalizeData() const { return getOrDefault(normalizeData) == "True"; }
  bool getNormalizeLabel() const { return getOrDefault(normalizeLabel) == "True"; }
  bool getUnbiasData() const { return getOrDefault(unbiasData) == "True"; }
  bool getUnbiasLabel() const { return getOrDefault(unbiasLabel) == "True"; }
  int getNumPointForScaler() const { return getOrDefault(numPointForScaler); }
  int getEarlyStoppingPatience() const { return getOrDefault(earlyStoppingPatience); }
  double getEarlyStoppingTolerance() const { return getOrDefault(earlyStoppingTolerance); }
  double getMargin() const { return getOrDefault(margin); }
  double getQuantile() const { return getOrDefault(quantile); }
  double getLossInsensitivity() const { return getOrDefault(lossInsensitivity); }
  double getHuberDelta() const { return getOrDefault(huberDelta); }
  double getFBeta() const { return getOrDefault(fBeta); }

  std::shared_ptr<ml::PipelineStage> copyStage(const ml::ParamMap& extra) const override {
    auto copy = std::make_shared<Self>(static_cast<const Self&>(*this));
    copy->setAll(extra);
    return copy;
  }

 protected:
  /// `type`: the predictor_type.
  LinearLearnerSageMakerEstimator(SageMakerEstimatorOptions options, const std::string& type)
      : SageMakerEstimator(std::move(options)) {
    declare({&predictorType, &featureDim, &miniBatchSize, &epochs, &useBias, &numModels, &numCalibrationSamples,
             &initMethod, &initScale, &initSigma, &initBias, &optimizer, &loss, &wd, &l1, &momentum,
             &learningRate, &beta1, &beta2, &biasLrMult, &biasWdMult, &useLrScheduler, &lrSchedulerStep,
             &lrSchedulerFactor, &lrSchedulerMinimumLr, &normalizeData, &normalizeLabel, &unbiasData,
             &unbiasLabel, &numPointForScaler, &earlyStoppingPatience, &earlyStoppingTolerance, &margin,
             &quantile, &lossInsensitivity, &huberDelta, &fBeta});
    set(predictorType, type);
    setDefault(miniBatchSize, 1000);
  }

  template <typename T>
  Self& With(const ml::Param<T>& param, std::type_identity_t<T> value) {
    set(param, std::move(value));
    return static_cast<Self&>(*this);
  }
};

/// What the linear learner brings to LinearLearnerBinaryClassifier's options.
struct LinearLearnerBinaryClassifierAlgorithm {
  static RequestRowSerializer defaultRequestRowSerializer() { return ProtobufRequestRowSerializer(); }
  static ResponseRowDeserializer defaultResponseRowDeserializer() {
    return LinearLearnerBinaryClassifierProtobufResponseRowDeserializer();
  }
  static constexpr const char* kTrainingSparkDataFormat = "sagemaker";
};

using LinearLearnerBinaryClassifierOptions = AlgorithmEstimatorOptions<LinearLearnerBinaryClassifierAlgorithm>;

/// Labels are 0 and 1. The model appends the columns score and predicted_label, doubles both.
class LinearLearnerBinaryClassifier final
    : public LinearLearnerSageMakerEstimator<LinearLearnerBinaryClassifier> {
 public:
  /// Throws kInvalidArgument when no region is set, or the algorithm has no image in it.
  explicit LinearLearnerBinaryClassifier(LinearLearnerBinaryClassifierOptions options);

  /// `binary_classifier_model_selection_criteria`: see the guide.
  static const ml::StringParam binaryClassifierModelSelectionCriteria;
  static const ml::DoubleParam targetRecall;  ///< `target_recall`: (0, 1).
  static const ml::DoubleParam targetPrecision;  ///< `target_precision`: (0, 1).
  /// `positive_example_weight_mult`: > 0, "balanced" or "auto".
  static const ml::StringParam positiveExampleWeightMult;

  LinearLearnerBinaryClassifier& setBinaryClassifierModelSelectionCriteria(const std::string& value) {
    return With(binaryClassifierModelSelectionCriteria, value);
  }
  LinearLearnerBinaryClassifier& setTargetRecall(double value) { return With(targetRecall, value); }
  LinearLearnerBinaryClassifier& setTargetPrecision(double value) { return With(targetPrecision, value); }
  LinearLearnerBinaryClassifier& setPositiveExampleWeightMult(const std::string& value) {
    return With(positiveExampleWeightMult, value);
  }
  LinearLearnerBinaryClassifier& setPositiveExampleWeightMult(double value) {
    return With(positiveExampleWeightMult, ml::ToString(value));
  }

  std::string getBinaryClassifierModelSelectionCriteria() const {
    return getOrDefault(binaryClassifierModelSelectionCriteria);
  }
  double getTargetRecall() const { return getOrDefault(targetRecall); }
  double getTargetPrecision() const { return getOrDefault(targetPrecision); }
  std::string getPositiveExampleWeightMult() const { return getOrDefault(positiveExampleWeightMult); }
};

/// What the linear learner brings to LinearLearnerMultiClassClassifier's options.
struct LinearLearnerMultiClassClassifierAlgorithm {
  static RequestRowSerializer defaultRequestRowSerializer() { return ProtobufRequestRowSerializer(); }
  static ResponseRowDeserializer defaultResponseRowDeserializer() {
    return LinearLearnerMultiClassClassifierProtobufResponseRowDeserializer();
  }
  static constexpr const char* kTrainingSparkDataFormat = "sagemaker";
};

using LinearLearnerMultiClassClassifierOptions = AlgorithmEstimatorOptions<LinearLearnerMultiClassClassifierAlgorithm>;

/// Labels are 0 to num_classes - 1. The model appends score, a vector with a number a class, and predicted_label, a
/// double.
class LinearLearnerMultiClassClassifier final
    : public LinearLearnerSageMakerEstimator<LinearLearnerMultiClassClassifier> {
 public:
  /// Throws kInvalidArgument when no region is set, or the algorithm has no image in it.
  explicit LinearLearnerMultiClassClassifier(LinearLearnerMultiClassClassifierOptions options);

  static const ml::IntParam numClasses;  ///< `num_classes`: [3, 1000000]. Required.
  static const ml::IntParam accuracyTopK;  ///< `accuracy_top_k`: > 0.
  static const ml::StringParam balanceMultiClassWeights;  ///< `balance_multiclass_weights`: "True" or "False".

  LinearLearnerMultiClassClassifier& setNumClasses(int value) { return With(numClasses, value); }
  LinearLearnerMultiClassClassifier& setAccuracyTopK(int value) { return With(accuracyTopK, value); }
  LinearLearnerMultiClassClassifier& setBalanceMultiClassWeights(TrueOrFalse value) {
    return With(balanceMultiClassWeights, value.text());
  }

  int getNumClasses() const { return getOrDefault(numClasses); }
  int getAccuracyTopK() const { return getOrDefault(accuracyTopK); }
  bool getBalanceMultiClassWeights() const { return getOrDefault(balanceMultiClassWeights) == "True"; }

 protected:
  std::vector<const ml::ParamBase*> requiredParams() const override { return {&numClasses}; }
};

/// What the linear learner brings to LinearLearnerRegressor's options.
struct LinearLearnerRegressorAlgorithm {
  static RequestRowSerializer defaultRequestRowSerializer() { return ProtobufRequestRowSerializer(); }
  static ResponseRowDeserializer defaultResponseRowDeserializer() {
    return LinearLearnerRegressorProtobufResponseRowDeserializer();
  }
  static constexpr const char* kTrainingSparkDataFormat = "sagemaker";
};

using LinearLearnerRegressorOptions = AlgorithmEstimatorOptions<LinearLearnerRegressorAlgorithm>;

/// Labels are numbers. The model appends the column score, a double.
class LinearLearnerRegressor final
    : public LinearLearnerSageMakerEstimator<LinearLearnerRegressor> {
 public:
  /// Throws kInvalidArgument when no region is set, or the algorithm has no image in it.
  explicit LinearLearnerRegressor(LinearLearnerRegressorOptions options);
};

}  // namespace sagespark::sagemaker
