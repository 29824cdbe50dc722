#include "sagespark/sagemaker/kmeans_sagemaker_estimator.h"

#include "sagespark/ml/identifiable.h"
#include "sagespark/sagemaker/image_uri.h"
#include "sagespark/sagemaker/sagemaker_clients.h"

namespace sagespark::sagemaker {
namespace {

namespace validators = ml::ParamValidators;

std::string ImageFor(const KMeansSageMakerEstimatorOptions& options) {
  return AlgorithmImage("kmeans", options.region ? *options.region : DefaultClientContext()->config.region);
}

SageMakerEstimatorOptions CompleteOptions(KMeansSageMakerEstimatorOptions options) {
  const std::string image = ImageFor(options);
  std::string uid = options.uid ? *options.uid : ml::randomUID("KMeansSageMakerEstimator");
  return WithImage(std::move(options), image, std::move(uid));
}

}  // namespace

const ml::IntParam KMeansSageMakerEstimator::k{"k", "The number of clusters.", validators::gtEq(2)};
const ml::IntParam KMeansSageMakerEstimator::featureDim{"feature_dim", "The length of the vectors.", validators::gt(0)};
const ml::IntParam KMeansSageMakerEstimator::miniBatchSize{"mini_batch_size", "The number of rows in a mini-batch.",
                                                           validators::gt(0)};
const ml::StringParam KMeansSageMakerEstimator::initMethod{"init_method", "How the first centers are chosen.",
                                                           validators::inArray({"random", "kmeans++"})};
const ml::IntParam KMeansSageMakerEstimator::maxIter{
    "local_lloyd_max_iter", "The most iterations of Lloyd's algorithm on the weighted centers.", validators::gtEq(1)};
const ml::DoubleParam KMeansSageMakerEstimator::tol{
    "local_lloyd_tol", "Lloyd's algorithm ends when its objective falls by less than this part.", validators::inRange(0, 1)};
const ml::StringParam KMeansSageMakerEstimator::trialNum{
    "local_lloyd_num_trials", "How often Lloyd's algorithm is run; the best result is taken.",
    validators::inArrayOrAbove({"auto"}, 0)};
const ml::StringParam KMeansSageMakerEstimator::localInitMethod{
    "local_lloyd_init_method", "How Lloyd's algorithm chooses its first centers.",
    validators::inArray({"random", "kmeans++"})};
const ml::IntParam KMeansSageMakerEstimator::halflifeTime{
    "half_life_time_size", "After so many further rows, a row counts half; 0 means no decay.", validators::gtEq(0)};
const ml::IntParam KMeansSageMakerEstimator::epochs{"epochs", "The number of passes over the training data.",
                                                    validators::gtEq(1)};
const ml::StringParam KMeansSageMakerEstimator::centerFactor{
    "extra_center_factor", "So many times k centers are kept while training.", validators::inArrayOrAbove({"auto"}, 0)};
const ml::StringParam KMeansSageMakerEstimator::evalMetrics{
    "eval_metrics", "The metrics that score the model: mean (msd) or sum (ssd) of squared distances.",
    validators::listOf({"msd", "ssd"})};

KMeansSageMakerEstimator::KMeansSageMakerEstimator(KMeansSageMakerEstimatorOptions options)
    : SageMakerEstimator(CompleteOptions(std::move(options))) {
  declare({&k, &featureDim, &miniBatchSize, &initMethod, &maxIter, &tol, &trialNum, &localInitMethod, &halflifeTime, &epochs,
           &centerFactor, &evalMetrics});
  setDefault(miniBatchSize, 5000);
}

KMeansSageMakerEstimator& KMeansSageMakerEstimator::setK(int value) { return With(k, value); }
KMeansSageMakerEstimator& KMeansSageMakerEstimator::setFeatureDim(int value) { return With(featureDim, value); }
KMeansSageMakerEstimator& KMeansSageMakerEstimator::setMiniBatchSize(int value) { return With(miniBatchSize, value); }
KMeansSageMakerEstimator& KMeansSageMakerEstimator::setInitMethod(const std::string& value) {
  return With(initMethod, value);
}
KMeansSageMakerEstimator& KMeansSageMakerEstimator::setMaxIter(int value) { return With(maxIter, value); }
KMeansSageMakerEstimator& KMeansSageMakerEstimator::setTol(double value) { return With(tol, value); }
KMeansSageMakerEstimator& KMeansSageMakerEstimator::setTrialNum(const std::string& value) { return With(trialNum, value); }
KMeansSageMakerEstimator& KMeansSageMakerEstimator::setTrialNum(int value) { return setTrialNum(std::to_string(value)); }
KMeansSageMakerEstimator& KMeansSageMakerEstimator::setLocalInitMethod(const std::string& value) {
  return With(localInitMethod, value);
}
KMeansSageMakerEstimator& KMeansSageMakerEstimator::setHalflifeTime(int value) { return With(halflifeTime, value); }
KMeansSageMakerEstimator& KMeansSageMakerEstimator::setEpochs(int value) { return With(epochs, value); }
KMeansSageMakerEstimator& KMeansSageMakerEstimator::setCenterFactor(const std::string& value) {
  return With(centerFactor, value);
}
KMeansSageMakerEstimator& KMeansSageMakerEstimator::setCenterFactor(int value) {
  return setCenterFactor(std::to_string(value));
}
KMeansSageMakerEstimator& KMeansSageMakerEstimator::setEvalMetrics(const std::string& value) {
  return With(evalMetrics, value);
}

std::string KMeansSageMakerEstimator::getEvalMetrics() const {
  std::string metrics = getOrDefault(evalMetrics);
  if (metrics.starts_with('[')) metrics = metrics.substr(1, metrics.size() - 2);
  return metrics;
}

std::shared_ptr<ml::PipelineStage> KMeansSageMakerEstimator::copyStage(const ml::ParamMap& extra) const {
  auto copy = std::make_shared<KMeansSageMakerEstimator>(*this);
  copy->setAll(extra);
  return copy;
}

}  // namespace sagespark::sagemaker
