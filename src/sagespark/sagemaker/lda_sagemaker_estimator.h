#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "sagespark/ml/param.h"
#include "sagespark/sagemaker/algorithm_options.h"
#include "sagespark/sagemaker/sagemaker_estimator.h"
#include "sagespark/sagemaker/serializers.h"

namespace sagespark::sagemaker {

/// What LDA brings to its estimator's options.
struct LDAAlgorithm {
  static RequestRowSerializer defaultRequestRowSerializer() { return ProtobufRequestRowSerializer(); }
  static ResponseRowDeserializer defaultResponseRowDeserializer() { return LDAProtobufResponseRowDeserializer(); }
  static constexpr const char* kTrainingSparkDataFormat = "sagemaker";
  static constexpr const char* kValidationChannelName = "test";
};

using LDASageMakerEstimatorOptions = AlgorithmEstimatorOptions<LDAAlgorithm>;

/// Finds the topics of documents by Amazon SageMaker's latent Dirichlet allocation.
///
///   auto model = LDASageMakerEstimator({.sagemakerRole = IAMRole(roleArn),
///                                       .trainingInstanceType = "ml.c4.xlarge",
///                                       .trainingInstanceCount = 1,
///                                       .endpointInstanceType = "ml.c4.xlarge",
///                                       .endpointInitialInstanceCount = 1})
///                    .setNumTopics(10).setFeatureDim(25).setMiniBatchSize(documents.count()).fit(documents);
///
/// Trains on a column of vectors, "features": a document's counts of each word, >= 0. The model appends the column
/// topic_mixture, a vector of num_topics shares that sum to 1.
///
/// A setter throws kInvalidArgument, naming parameter, value and range, when the value is outside it. `num_topics`, `feature_dim`
/// and `mini_batch_size` must be set before fit. What is not set, the algorithm decides.
/// Source: "LDA Hyperparameters", Amazon SageMaker guide.
class LDASageMakerEstimator : public SageMakerEstimator {
 public:
  /// Throws kInvalidArgument when no region is set, the algorithm has no image in it, or trainingInstanceCount is above 1:
  /// the algorithm trains on one machine.
  explicit LDASageMakerEstimator(LDASageMakerEstimatorOptions options);

  /// The estimator that was saved in a folder; see SageMakerEstimator::load.
  static LDASageMakerEstimator load(const std::string& path);

  static const ml::IntParam numTopics;      ///< `num_topics`: topics of the model, >= 1. Required.
  static const ml::DoubleParam alpha0;      ///< `alpha0`: sum of the Dirichlet weights of the topics, > 0.
  static const ml::IntParam maxRestarts;    ///< `max_restarts`: runs of alternating least squares, >= 1.
  static const ml::IntParam maxIterations;  ///< `max_iterations`: of such a run, >= 1.
  static const ml::DoubleParam tol;         ///< `tol`: change of the error that ends such a run, > 0.
  static const ml::IntParam miniBatchSize;  ///< `mini_batch_size`: the number of documents, > 0. Required.
  static const ml::IntParam featureDim;     ///< `feature_dim`: words of the vocabulary, > 0. Required.

  LDASageMakerEstimator& setNumTopics(int value);
  LDASageMakerEstimator& setAlpha0(double value);
  LDASageMakerEstimator& setMaxRestarts(int value);
  LDASageMakerEstimator& setMaxIterations(int value);
  LDASageMakerEstimator& setTol(double value);
  LDASageMakerEstimator& setMiniBatchSize(int value);
  LDASageMakerEstimator& setFeatureDim(int value);

  // A getter throws kNotFound when its parameter has no value.
  int getNumTopics() const { return getOrDefault(numTopics); }
  double getAlpha0() const { return getOrDefault(alpha0); }
  int getMaxRestarts() const { return getOrDefault(maxRestarts); }
  int getMaxIterations() const { return getOrDefault(maxIterations); }
  double getTol() const { return getOrDefault(tol); }
  int getMiniBatchSize() const { return getOrDefault(miniBatchSize); }
  int getFeatureDim() const { return getOrDefault(featureDim); }

  std::shared_ptr<ml::PipelineStage> copyStage(const ml::ParamMap& extra) const override;

 protected:
  std::vector<const ml::ParamBase*> requiredParams() const override { return {&numTopics, &featureDim, &miniBatchSize}; }

 private:
  template <typename T>
  LDASageMakerEstimator& With(const ml::Param<T>& param, std::type_identity_t<T> value) {
    set(param, std::move(value));
    return *this;
  }
};

}  // namespace sagespark::sagemaker
