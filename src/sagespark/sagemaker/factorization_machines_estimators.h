#pragma once

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "sagespark/ml/param.h"
#include "sagespark/ml/saved_stage.h"
#include "sagespark/sagemaker/algorithm_options.h"
#include "sagespark/sagemaker/sagemaker_estimator.h"
#include "sagespark/sagemaker/serializers.h"

namespace sagespark::sagemaker {

/// What factorization machines bring to their estimators' options.
struct FactorizationMachinesBinaryClassifierAlgorithm {
  static RequestRowSerializer defaultRequestRowSerializer() { return ProtobufRequestRowSerializer(); }
  static ResponseRowDeserializer defaultResponseRowDeserializer() {
    return FactorizationMachinesBinaryClassifierDeserializer();
  }
  static constexpr const char* kTrainingSparkDataFormat = "sagemaker";
  static constexpr const char* kValidationChannelName = "test";
};
struct FactorizationMachinesRegressorAlgorithm {
  static RequestRowSerializer defaultRequestRowSerializer() { return ProtobufRequestRowSerializer(); }
  static ResponseRowDeserializer defaultResponseRowDeserializer() { return FactorizationMachinesRegressorDeserializer(); }
  static constexpr const char* kTrainingSparkDataFormat = "sagemaker";
  static constexpr const char* kValidationChannelName = "test";
};

using FactorizationMachinesBinaryClassifierOptions =
    AlgorithmEstimatorOptions<FactorizationMachinesBinaryClassifierAlgorithm>;
using FactorizationMachinesRegressorOptions = AlgorithmEstimatorOptions<FactorizationMachinesRegressorAlgorithm>;

/// The parameters of factorization machines. What is not set, the algorithm decides.
/// Source: "Factorization Machines Hyperparameters", Amazon SageMaker guide.
struct FactorizationMachinesParams {
  static const ml::StringParam predictorType;  ///< `predictor_type`: "binary_classifier" or "regressor", as the class says.
  static const ml::IntParam featureDim;  ///< `feature_dim`: length of the vectors, > 0. Required.
  static const ml::IntParam numFactors;  ///< `num_factors`: factors of each feature, > 0. Required.
  static const ml::IntParam miniBatchSize;  ///< `mini_batch_size`: rows, > 0.
  static const ml::IntParam epochs;  ///< `epochs`: > 0.
  static const ml::DoubleParam clipGradient;  ///< `clip_gradient`: cuts gradients to [-clip_gradient, clip_gradient].
  static const ml::DoubleParam eps;  ///< `eps`: what the optimizer adds to its denominator.
  static const ml::DoubleParam rescaleGrad;  ///< `rescale_grad`: factor of a mini-batch's gradient.
  static const ml::DoubleParam biasLr;  ///< `bias_lr`: learning rate of the bias, >= 0.
  static const ml::DoubleParam linearLr;  ///< `linear_lr`: learning rate of the linear weights, >= 0.
  static const ml::DoubleParam factorsLr;  ///< `factors_lr`: learning rate of the factors, >= 0.
  static const ml::DoubleParam biasWd;  ///< `bias_wd`: weight decay of the bias, >= 0.
  static const ml::DoubleParam linearWd;  ///< `linear_wd`: weight decay of the linear weights, >= 0.
  static const ml::DoubleParam factorsWd;  ///< `factors_wd`: weight decay of the factors, >= 0.
  static const ml::StringParam biasInitMethod;  ///< `bias_init_method`: "normal", "uniform" or "constant".
  static const ml::DoubleParam biasInitScale;  ///< `bias_init_scale`: of "uniform": starts lie in [-scale, scale], >= 0.
  static const ml::DoubleParam biasInitSigma;  ///< `bias_init_sigma`: of "normal": their standard deviation, >= 0.
  static const ml::DoubleParam biasInitValue;  ///< `bias_init_value`: of "constant": all starts.
  static const ml::StringParam linearInitMethod;  ///< `linear_init_method`: "normal", "uniform" or "constant".
  static const ml::DoubleParam linearInitScale;  ///< `linear_init_scale`: of "uniform": starts lie in [-scale, scale], >= 0.
  static const ml::DoubleParam linearInitSigma;  ///< `linear_init_sigma`: of "normal": their standard deviation, >= 0.
  static const ml::DoubleParam linearInitValue;  ///< `linear_init_value`: of "constant": all starts.
  static const ml::StringParam factorsInitMethod;  ///< `factors_init_method`: "normal", "uniform" or "constant".
  static const ml::DoubleParam factorsInitScale;  ///< `factors_init_scale`: of "uniform": starts lie in [-scale, scale], >= 0.
  static const ml::DoubleParam factorsInitSigma;  ///< `factors_init_sigma`: of "normal": their standard deviation, >= 0.
  static const ml::DoubleParam factorsInitValue;  ///< `factors_init_value`: of "constant": all starts.

 protected:
  /// All of them.
  static std::vector<const ml::ParamBase*> all();
};

/// What FactorizationMachinesBinaryClassifier and FactorizationMachinesRegressor, `Self`, share.
///
/// A setter throws kInvalidArgument, naming parameter, value and range, when the value is outside it. `feature_dim` and `num_factors`
/// must be set before fit.
template <typename Self>
class FactorizationMachinesSageMakerEstimator : public SageMakerEstimator, public FactorizationMachinesParams {
 public:
  /// The estimator that was saved in a folder; see SageMakerEstimator::load.
  static Self load(const std::string& path) { return ml::LoadStageAs<Self>(path); }

  Self& setFeatureDim(int value) { return With(featureDim, value); }
  Self& setNumFactors(int value) { return With(numFactors, value); }
  Self& setMiniBatchSize(int value) { return With(miniBatchSize, value); }
  Self& setEpochs(int value) { return With(epochs, value); }
  Self& setClipGradient(double value) { return With(clipGradient, value); }
  Self& setEps(double value) { return With(eps, value); }
  Self& setRescaleGrad(double value) { return With(rescaleGrad, value); }
  Self& setBiasLr(double value) { return With(biasLr, value); }
  Self& setLinearLr(double value) { return With(linearLr, value); }
  Self& setFactorsLr(double value) { return With(factorsLr, value); }
  Self& setBiasWd(double value) { return With(biasWd, value); }
  Self& setLinearWd(double value) { return With(linearWd, value); }
  Self& setFactorsWd(double value) { return With(factorsWd, value); }
  Self& setBiasInitMethod(const std::string& value) { return With(biasInitMethod, value); }
  Self& setBiasInitScale(double value) { return With(biasInitScale, value); }
  Self& setBiasInitSigma(double value) { return With(biasInitSigma, value); }
  Self& setBiasInitValue(double value) { return With(biasInitValue, value); }
  Self& setLinearInitMethod(const std::string& value) { return With(linearInitMethod, value); }
  Self& setLinearInitScale(double value) { return With(linearInitScale, value); }
  Self& setLinearInitSigma(double value) { return With(linearInitSigma, value); }
  Self& setLinearInitValue(double value) { return With(linearInitValue, value); }
  Self& setFactorsInitMethod(const std::string& value) { return With(factorsInitMethod, value); }
  Self& setFactorsInitScale(double value) { return With(factorsInitScale, value); }
  Self& setFactorsInitSigma(double value) { return With(factorsInitSigma, value); }
  Self& setFactorsInitValue(double value) { return With(factorsInitValue, value); }

  // A getter throws kNotFound when its parameter has no value.
  std::string getPredictorType() const { return getOrDefault(predictorType); }
  int getFeatureDim() const { return getOrDefault(featureDim); }
  int getNumFactors() const { return getOrDefault(numFactors); }
  int getMiniBatchSize() const { return getOrDefault(miniBatchSize); }
  int getEpochs() const { return getOrDefault(epochs); }
  double getClipGradient() const { return getOrDefault(clipGradient); }
  double getEps() const { return getOrDefault(eps); }
  double getRescaleGrad() const { return getOrDefault(rescaleGrad); }
  double getBiasLr() const { return getOrDefault(biasLr); }
  double getLinearLr() const { return getOrDefault(linearLr); }
  double getFactorsLr() const { return getOrDefault(factorsLr); }
  double getBiasWd() const { return getOrDefault(biasWd); }
  double getLinearWd() const { return getOrDefault(linearWd); }
  double getFactorsWd() const { return getOrDefault(factorsWd); }
  std::string getBiasInitMethod() const { return getOrDefault(biasInitMethod); }
  double getBiasInitScale() const { return getOrDefault(biasInitScale); }
  double getBiasInitSigma() const { return getOrDefault(biasInitSigma); }
  double getBiasInitValue() const { return getOrDefault(biasInitValue); }
  std::string getLinearInitMethod() const { return getOrDefault(linearInitMethod); }
  double getLinearInitScale() const { return getOrDefault(linearInitScale); }
  double getLinearInitSigma() const { return getOrDefault(linearInitSigma); }
  double getLinearInitValue() const { return getOrDefault(linearInitValue); }
  std::string getFactorsInitMethod() const { return getOrDefault(factorsInitMethod); }
  double getFactorsInitScale() const { return getOrDefault(factorsInitScale); }
  double getFactorsInitSigma() const { return getOrDefault(factorsInitSigma); }
  double getFactorsInitValue() const { return getOrDefault(factorsInitValue); }

  std::shared_ptr<ml::PipelineStage> copyStage(const ml::ParamMap& extra) const override {
    auto copy = std::make_shared<Self>(static_cast<const Self&>(*this));
    copy->setAll(extra);
    return copy;
  }

 protected:
  FactorizationMachinesSageMakerEstimator(SageMakerEstimatorOptions options, const std::string& predictor_type)
      : SageMakerEstimator(std::move(options)) {
    for (const ml::ParamBase* const param : all()) declare({param});
    setDefault(predictorType, predictor_type);
  }

  std::vector<const ml::ParamBase*> requiredParams() const override { return {&featureDim, &numFactors}; }

 private:
  template <typename T>
  Self& With(const ml::Param<T>& param, std::type_identity_t<T> value) {
    set(param, std::move(value));
    return static_cast<Self&>(*this);
  }
};

/// Classifies rows, most of whose features are zero, by Amazon SageMaker's factorization machines.
///
///   auto model = FactorizationMachinesBinaryClassifier({.sagemakerRole = IAMRole(roleArn),
///                                                       .trainingInstanceType = "ml.m4.xlarge",
///                                                       .trainingInstanceCount = 1,
///                                                       .endpointInstanceType = "ml.m4.xlarge",
///                                                       .endpointInitialInstanceCount = 1})
///                    .setFeatureDim(100000).setNumFactors(64).fit(trainingData);
///
/// Trains on a column of vectors, "features", and one of doubles, "label", 0 or 1. The model appends the columns score (the
/// probability of 1) and predicted_label (1 if score is at least 0.5), doubles both.
class FactorizationMachinesBinaryClassifier final
    : public FactorizationMachinesSageMakerEstimator<FactorizationMachinesBinaryClassifier> {
 public:
  /// Throws kInvalidArgument when no region is set, or the algorithm has no image in it.
  explicit FactorizationMachinesBinaryClassifier(FactorizationMachinesBinaryClassifierOptions options);
};

/// Predicts numbers from rows, most of whose features are zero. Trains as FactorizationMachinesBinaryClassifier, on any labels; the
/// model appends the column score, doubles.
class FactorizationMachinesRegressor final
    : public FactorizationMachinesSageMakerEstimator<FactorizationMachinesRegressor> {
 public:
  /// Throws as the other.
  explicit FactorizationMachinesRegressor(FactorizationMachinesRegressorOptions options);
};

}  // namespace sagespark::sagemaker
