#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sagespark/ml/param.h"
#include "sagespark/sagemaker/algorithm_options.h"
#include "sagespark/sagemaker/sagemaker_estimator.h"
#include "sagespark/sagemaker/serializers.h"

namespace sagespark::sagemaker {

/// What PCA brings to its estimator's options.
struct PCAAlgorithm {
  static RequestRowSerializer defaultRequestRowSerializer() { return ProtobufRequestRowSerializer(); }
  static ResponseRowDeserializer defaultResponseRowDeserializer() { return PCAProtobufResponseRowDeserializer(); }
  static constexpr const char* kTrainingSparkDataFormat = "sagemaker";
  static constexpr const char* kValidationChannelName = "test";
};

using PCASageMakerEstimatorOptions = AlgorithmEstimatorOptions<PCAAlgorithm>;

/// Reduces vectors to their principal components by Amazon SageMaker's PCA.
///
///   auto model = PCASageMakerEstimator({.sagemakerRole = IAMRole(roleArn),
///                                       .trainingInstanceType = "ml.m4.xlarge",
///                                       .trainingInstanceCount = 1,
///                                       .endpointInstanceType = "ml.c4.xlarge",
///                                       .endpointInitialInstanceCount = 1})
///                    .setNumComponents(20).setFeatureDim(50).fit(trainingData);
///
/// Trains on a column of vectors, "features" (the option featuresColumnName of trainingSparkDataFormatOptions names another).
/// The model appends the column projection, vectors of num_components numbers in ascending order of the components' variance:
/// the last is the principal one. It is a column of vectors for one component, too.
///
/// A setter throws kInvalidArgument, naming parameter, value and range, when the value is outside it. `num_components` and
/// `feature_dim` must be set before fit. What is not set, the algorithm decides, but for mini_batch_size: 1000.
/// Source: "PCA Hyperparameters", Amazon SageMaker guide.
class PCASageMakerEstimator : public SageMakerEstimator {
 public:
  /// Throws kInvalidArgument when no region is set, or the algorithm has no image in it.
  explicit PCASageMakerEstimator(PCASageMakerEstimatorOptions options);

  /// The estimator that was saved in a folder; see SageMakerEstimator::load. Its image is that of the saved region, or without one of
  /// the environment's.
  static PCASageMakerEstimator load(const std::string& path);

  static const ml::IntParam numComponents;     ///< `num_components`: > 0. Required.
  static const ml::StringParam algorithmMode;  ///< `algorithm_mode`: "regular", "stable" or "randomized".
  static const ml::StringParam subtractMean;   ///< `subtract_mean`: "True" or "False".
  static const ml::IntParam extraComponents;   ///< `extra_components`, of randomized: >= 0, or -1 for max(10, num_components).
  static const ml::IntParam miniBatchSize;     ///< `mini_batch_size`: rows, > 0; 1000.
  static const ml::IntParam featureDim;        ///< `feature_dim`: length of the vectors, > 0. Required.

  PCASageMakerEstimator& setNumComponents(int value) { return With(numComponents, value); }
  PCASageMakerEstimator& setAlgorithmMode(const std::string& value) { return With(algorithmMode, value); }
  PCASageMakerEstimator& setSubtractMean(const std::string& value) { return With(subtractMean, value); }
  PCASageMakerEstimator& setSubtractMean(const char* value) { return setSubtractMean(std::string(value)); }
  PCASageMakerEstimator& setSubtractMean(bool value) { return setSubtractMean(value ? "True" : "False"); }
  PCASageMakerEstimator& setExtraComponents(int value) { return With(extraComponents, value); }
  PCASageMakerEstimator& setMiniBatchSize(int value) { return With(miniBatchSize, value); }
  PCASageMakerEstimator& setFeatureDim(int value) { return With(featureDim, value); }

  // A getter throws kNotFound when its parameter has neither a value nor a default.
  int getNumComponents() const { return getOrDefault(numComponents); }
  std::string getAlgorithmMode() const { return getOrDefault(algorithmMode); }
  bool getSubtractMean() const { return getOrDefault(subtractMean) == "True"; }
  int getExtraComponents() const { return getOrDefault(extraComponents); }
  int getMiniBatchSize() const { return getOrDefault(miniBatchSize); }
  int getFeatureDim() const { return getOrDefault(featureDim); }

  std::shared_ptr<ml::PipelineStage> copyStage(const ml::ParamMap& extra) const override;

 protected:
  std::vector<const ml::ParamBase*> requiredParams() const override { return {&numComponents, &featureDim}; }

 private:
  template <typename T>
  PCASageMakerEstimator& With(const ml::Param<T>& param, std::type_identity_t<T> value) {
    set(param, std::move(value));
    return *this;
  }
};

}  // namespace sagespark::sagemaker
