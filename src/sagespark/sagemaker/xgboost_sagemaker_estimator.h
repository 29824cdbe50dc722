#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sagespark/ml/param.h"
#include "sagespark/sagemaker/algorithm_options.h"
#include "sagespark/sagemaker/sagemaker_estimator.h"
#include "sagespark/sagemaker/serializers.h"

namespace sagespark::sagemaker {

/// What XGBoost brings to its estimator's options.
struct XGBoostAlgorithm {
  static RequestRowSerializer defaultRequestRowSerializer();  ///< LibSVMRequestRowSerializer, always the same object.
  static ResponseRowDeserializer defaultResponseRowDeserializer() { return XGBoostCSVRowDeserializer(); }
  static constexpr const char* kTrainingSparkDataFormat = "libsvm";
};

using XGBoostSageMakerEstimatorOptions = AlgorithmEstimatorOptions<XGBoostAlgorithm>;

/// Classifies, regresses or ranks rows by Amazon SageMaker's XGBoost.
///
///   auto model = XGBoostSageMakerEstimator({.sagemakerRole = IAMRole(roleArn),
///                                           .trainingInstanceType = "ml.m4.xlarge",
///                                           .trainingInstanceCount = 1,
///                                           .endpointInstanceType = "ml.m4.xlarge",
///                                           .endpointInitialInstanceCount = 1})
///                    .setObjective("multi:softmax").setNumClasses(10).setNumRound(10).fit(trainingData);
///
/// Trains on a column of doubles, "label", and a column of vectors, "features", written as trainingSparkDataFormat says: libsvm, csv,
/// parquet or sagemaker. The model appends the column prediction, a double; for a vector of probabilities (multi:softprob) give
/// XGBoostCSVVectorRowDeserializer.
///
/// Of formats other than libsvm the channel's content type follows the format unless trainingContentType is given, and requests are CSV
/// unless a requestRowSerializer is given: LibSVM numbers columns from 1, the other formats from 0, and a model must be asked as it was
/// trained.
///
/// A setter throws kInvalidArgument, naming parameter, value and range, when the value is outside it. `num_round`, and `num_class` with
/// objectives multi:*, must be set before fit. What is not set, the algorithm decides.
/// Source: "XGBoost Hyperparameters", Amazon SageMaker guide.
class XGBoostSageMakerEstimator : public SageMakerEstimator {
 public:
  /// Throws kInvalidArgument when no region is set, or the algorithm has no image in it.
  explicit XGBoostSageMakerEstimator(XGBoostSageMakerEstimatorOptions options);

  /// The estimator that was saved in a folder; see SageMakerEstimator::load.
  static XGBoostSageMakerEstimator load(const std::string& path);

  static const ml::StringParam booster;               ///< `booster`: "gbtree", "gblinear" or "dart".
  static const ml::IntParam silent;                   ///< `silent`: 0 or 1; left aside by XGBoost 1 and later.
  static const ml::IntParam nThread;                  ///< `nthread`: >= 1; all processors.
  static const ml::DoubleParam eta;                   ///< `eta`: [0, 1].
  static const ml::DoubleParam gamma;                 ///< `gamma`: >= 0.
  static const ml::IntParam maxDepth;                 ///< `max_depth`: >= 0.
  static const ml::DoubleParam minChildWeight;        ///< `min_child_weight`: >= 0.
  static const ml::DoubleParam maxDeltaStep;          ///< `max_delta_step`: >= 0.
  static const ml::DoubleParam subsample;             ///< `subsample`: (0, 1].
  static const ml::DoubleParam colSampleByTree;       ///< `colsample_bytree`: (0, 1].
  static const ml::DoubleParam colSampleByLevel;      ///< `colsample_bylevel`: (0, 1].
  static const ml::DoubleParam lambda;                ///< `lambda`.
  static const ml::DoubleParam alpha;                 ///< `alpha`.
  static const ml::StringParam treeMethod;            ///< `tree_method`: "auto", "exact", "approx" or "hist".
  static const ml::DoubleParam sketchEps;             ///< `sketch_eps`: (0, 1); left aside by XGBoost 2 and later.
  static const ml::DoubleParam scalePosWeight;        ///< `scale_pos_weight`.
  static const ml::StringParam updater;               ///< `updater`.
  static const ml::IntParam refreshLeaf;              ///< `refresh_leaf`: 0 or 1.
  static const ml::StringParam processType;           ///< `process_type`: "default" or "update".
  static const ml::StringParam growPolicy;            ///< `grow_policy`: "depthwise" or "lossguide".
  static const ml::IntParam maxLeaves;                ///< `max_leaves`: >= 0.
  static const ml::IntParam maxBin;                   ///< `max_bin`: >= 1.
  static const ml::StringParam sampleType;            ///< `sample_type`: "uniform" or "weighted".
  static const ml::StringParam normalizeType;         ///< `normalize_type`: "tree" or "forest".
  static const ml::DoubleParam rateDrop;              ///< `rate_drop`: [0, 1].
  static const ml::IntParam oneDrop;                  ///< `one_drop`: 0 or 1.
  static const ml::DoubleParam skipDrop;              ///< `skip_drop`: [0, 1].
  static const ml::DoubleParam lambdaBias;            ///< `lambda_bias`: [0, 1]; left aside by XGBoost 1 and later.
  static const ml::DoubleParam tweedieVariancePower;  ///< `tweedie_variance_power`: (1, 2).
  static const ml::StringParam objective;             ///< `objective`: "reg:linear", "multi:softmax" ...; see the .cc.
  static const ml::IntParam numClasses;               ///< `num_class`: >= 1. Required with objectives multi:*.
  static const ml::DoubleParam baseScore;             ///< `base_score`.
  static const ml::StringParam evalMetric;            ///< `eval_metric`: "rmse", "error@0.7", "merror,mlogloss" ....
  static const ml::IntParam seed;                     ///< `seed`.
  static const ml::IntParam numRound;                 ///< `num_round`: >= 1. Required.

  XGBoostSageMakerEstimator& setBooster(const std::string& value);
  XGBoostSageMakerEstimator& setSilent(int value);
  XGBoostSageMakerEstimator& setNThread(int value);
  XGBoostSageMakerEstimator& setEta(double value);
  XGBoostSageMakerEstimator& setGamma(double value);
  XGBoostSageMakerEstimator& setMaxDepth(int value);
  XGBoostSageMakerEstimator& setMinChildWeight(double value);
  XGBoostSageMakerEstimator& setMaxDeltaStep(double value);
  XGBoostSageMakerEstimator& setSubsample(double value);
  XGBoostSageMakerEstimator& setColSampleByTree(double value);
  XGBoostSageMakerEstimator& setColSampleByLevel(double value);
  XGBoostSageMakerEstimator& setLambda(double value);
  XGBoostSageMakerEstimator& setAlpha(double value);
  XGBoostSageMakerEstimator& setTreeMethod(const std::string& value);
  XGBoostSageMakerEstimator& setSketchEps(double value);
  XGBoostSageMakerEstimator& setScalePosWeight(double value);
  XGBoostSageMakerEstimator& setUpdater(const std::string& value);
  XGBoostSageMakerEstimator& setRefreshLeaf(int value);
  XGBoostSageMakerEstimator& setProcessType(const std::string& value);
  XGBoostSageMakerEstimator& setGrowPolicy(const std::string& value);
  XGBoostSageMakerEstimator& setMaxLeaves(int value);
  XGBoostSageMakerEstimator& setMaxBin(int value);
  XGBoostSageMakerEstimator& setSampleType(const std::string& value);
  XGBoostSageMakerEstimator& setNormalizeType(const std::string& value);
  XGBoostSageMakerEstimator& setRateDrop(double value);
  XGBoostSageMakerEstimator& setOneDrop(int value);
  XGBoostSageMakerEstimator& setSkipDrop(double value);
  XGBoostSageMakerEstimator& setLambdaBias(double value);
  XGBoostSageMakerEstimator& setTweedieVariancePower(double value);
  XGBoostSageMakerEstimator& setObjective(const std::string& value);
  XGBoostSageMakerEstimator& setNumClasses(int value);
  XGBoostSageMakerEstimator& setBaseScore(double value);
  XGBoostSageMakerEstimator& setEvalMetric(const std::string& value);
  XGBoostSageMakerEstimator& setSeed(int value);
  XGBoostSageMakerEstimator& setNumRound(int value);

  // A getter throws kNotFound when its parameter has neither a value nor a default.
  std::string getBooster() const { return getOrDefault(booster); }
  int getSilent() const { return getOrDefault(silent); }
  int getNThread() const { return getOrDefault(nThread); }
  double getEta() const { return getOrDefault(eta); }
  double getGamma() const { return getOrDefault(gamma); }
  int getMaxDepth() const { return getOrDefault(maxDepth); }
  double getMinChildWeight() const { return getOrDefault(minChildWeight); }
  double getMaxDeltaStep() const { return getOrDefault(maxDeltaStep); }
  double getSubsample() const { return getOrDefault(subsample); }
  double getColSampleByTree() const { return getOrDefault(colSampleByTree); }
  double getColSampleByLevel() const { return getOrDefault(colSampleByLevel); }
  double getLambda() const { return getOrDefault(lambda); }
  double getAlpha() const { return getOrDefault(alpha); }
  std::string getTreeMethod() const { return getOrDefault(treeMethod); }
  double getSketchEps() const { return getOrDefault(sketchEps); }
  double getScalePosWeight() const { return getOrDefault(scalePosWeight); }
  std::string getUpdater() const { return getOrDefault(updater); }
  int getRefreshLeaf() const { return getOrDefault(refreshLeaf); }
  std::string getProcessType() const { return getOrDefault(processType); }
  std::string getGrowPolicy() const { return getOrDefault(growPolicy); }
  int getMaxLeaves() const { return getOrDefault(maxLeaves); }
  int getMaxBin() const { return getOrDefault(maxBin); }
  std::string getSampleType() const { return getOrDefault(sampleType); }
  std::string getNormalizeType() const { return getOrDefault(normalizeType); }
  double getRateDrop() const { return getOrDefault(rateDrop); }
  int getOneDrop() const { return getOrDefault(oneDrop); }
  double getSkipDrop() const { return getOrDefault(skipDrop); }
  double getLambdaBias() const { return getOrDefault(lambdaBias); }
  double getTweedieVariancePower() const { return getOrDefault(tweedieVariancePower); }
  std::string getObjective() const { return getOrDefault(objective); }
  int getNumClasses() const { return getOrDefault(numClasses); }
  double getBaseScore() const { return getOrDefault(baseScore); }
  std::string getEvalMetric() const { return getOrDefault(evalMetric); }
  int getSeed() const { return getOrDefault(seed); }
  int getNumRound() const { return getOrDefault(numRound); }

  std::shared_ptr<ml::PipelineStage> copyStage(const ml::ParamMap& extra) const override;

 protected:
  std::vector<const ml::ParamBase*> requiredParams() const override;

 private:
  template <typename T>
  XGBoostSageMakerEstimator& With(const ml::Param<T>& param, std::type_identity_t<T> value) {
    set(param, std::move(value));
    return *this;
  }
};

}  // namespace sagespark::sagemaker
