#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sagespark/ml/param.h"
#include "sagespark/sagemaker/algorithm_options.h"
#include "sagespark/sagemaker/sagemaker_estimator.h"
#include "sagespark/sagemaker/serializers.h"

namespace sagespark::sagemaker {

/// What k-means brings to its estimator's options.
struct KMeansAlgorithm {
  static RequestRowSerializer defaultRequestRowSerializer() { return ProtobufRequestRowSerializer(); }
  static ResponseRowDeserializer defaultResponseRowDeserializer() { return KMeansProtobufResponseRowDeserializer(); }
  static constexpr const char* kTrainingSparkDataFormat = "sagemaker";
  static constexpr const char* kValidationChannelName = "test";
};

using KMeansSageMakerEstimatorOptions = AlgorithmEstimatorOptions<KMeansAlgorithm>;

/// Clusters rows by Amazon SageMaker's k-means.
///
///   auto model = KMeansSageMakerEstimator({.sagemakerRole = IAMRole(roleArn),
///                                          .trainingInstanceType = "ml.p2.xlarge",
///                                          .trainingInstanceCount = 1,
///                                          .endpointInstanceType = "ml.c4.xlarge",
///                                          .endpointInitialInstanceCount = 1})
///                    .setK(10).setFeatureDim(784).fit(trainingData);
///
/// Trains on a column of vectors, "features", and ignores a column of doubles, "label", if there is one (the options
/// featuresColumnName and labelColumnName of trainingSparkDataFormatOptions name others). The model appends the columns
/// distance_to_cluster (the Euclidean distance to the nearest center) and closest_cluster (its number), doubles both.
///
/// A setter throws kInvalidArgument, naming parameter, value and range, when the value is outside it. `k` and `feature_dim` must be
/// set before fit. What is not set, the algorithm decides, but for mini_batch_size: 5000.
/// Source: "K-Means Hyperparameters", Amazon SageMaker guide.
class KMeansSageMakerEstimator : public SageMakerEstimator {
 public:
  /// Throws kInvalidArgument when no region is set, or the algorithm has no image in it.
  explicit KMeansSageMakerEstimator(KMeansSageMakerEstimatorOptions options);

  /// The estimator that was saved in a folder; see SageMakerEstimator::load. Its image is that of the saved region, or without one of
  /// the environment's.
  static KMeansSageMakerEstimator load(const std::string& path);

  static const ml::IntParam k;                   ///< `k`: how many clusters, >= 2. Required.
  static const ml::IntParam featureDim;          ///< `feature_dim`: length of the vectors, > 0. Required.
  static const ml::IntParam miniBatchSize;       ///< `mini_batch_size`: rows, > 0; 5000.
  static const ml::StringParam initMethod;       ///< `init_method`: "random" or "kmeans++".
  static const ml::IntParam maxIter;             ///< `local_lloyd_max_iter`: >= 1.
  static const ml::DoubleParam tol;              ///< `local_lloyd_tol`: [0, 1].
  static const ml::StringParam trialNum;         ///< `local_lloyd_num_trials`: > 0 or "auto".
  static const ml::StringParam localInitMethod;  ///< `local_lloyd_init_method`: "random" or "kmeans++".
  static const ml::IntParam halflifeTime;        ///< `half_life_time_size`: rows, >= 0; 0 means no decay.
  static const ml::IntParam epochs;              ///< `epochs`: >= 1.
  static const ml::StringParam centerFactor;     ///< `extra_center_factor`: > 0 or "auto".
  static const ml::StringParam evalMetrics;      ///< `eval_metrics`: "msd", "ssd" or both, separated by a comma.

  KMeansSageMakerEstimator& setK(int value);
  KMeansSageMakerEstimator& setFeatureDim(int value);
  KMeansSageMakerEstimator& setMiniBatchSize(int value);
  KMeansSageMakerEstimator& setInitMethod(const std::string& value);
  KMeansSageMakerEstimator& setMaxIter(int value);
  KMeansSageMakerEstimator& setTol(double value);
  KMeansSageMakerEstimator& setTrialNum(const std::string& value);
  KMeansSageMakerEstimator& setTrialNum(int value);
  KMeansSageMakerEstimator& setLocalInitMethod(const std::string& value);
  KMeansSageMakerEstimator& setHalflifeTime(int value);
  KMeansSageMakerEstimator& setEpochs(int value);
  KMeansSageMakerEstimator& setCenterFactor(const std::string& value);
  KMeansSageMakerEstimator& setCenterFactor(int value);
  KMeansSageMakerEstimator& setEvalMetrics(const std::string& value);

  // A getter throws kNotFound when its parameter has neither a value nor a default.
  int getK() const { return getOrDefault(k); }
  int getFeatureDim() const { return getOrDefault(featureDim); }
  int getMiniBatchSize() const { return getOrDefault(miniBatchSize); }
  std::string getInitMethod() const { return getOrDefault(initMethod); }
  int getMaxIter() const { return getOrDefault(maxIter); }
  double getTol() const { return getOrDefault(tol); }
  std::string getTrialNum() const { return getOrDefault(trialNum); }
  std::string getLocalInitMethod() const { return getOrDefault(localInitMethod); }
  int getHalflifeTime() const { return getOrDefault(halflifeTime); }
  int getEpochs() const { return getOrDefault(epochs); }
  std::string getCenterFactor() const { return getOrDefault(centerFactor); }
  std::string getEvalMetrics() const;  ///< Without brackets: "msd,ssd".

  std::shared_ptr<ml::PipelineStage> copyStage(const ml::ParamMap& extra) const override;

 protected:
  std::vector<const ml::ParamBase*> requiredParams() const override { return {&k, &featureDim}; }

 private:
  template <typename T>
  KMeansSageMakerEstimator& With(const ml::Param<T>& param, std::type_identity_t<T> value) {
    set(param, std::move(value));
    return *this;
  }
};

}  // namespace sagespark::sagemaker
