#include "sagespark/sagemaker/lda_sagemaker_estimator.h"

#include <string>

#include "sagespark/base/exception.h"
#include "sagespark/ml/identifiable.h"
#include "sagespark/sagemaker/image_uri.h"
#include "sagespark/sagemaker/sagemaker_clients.h"

namespace sagespark::sagemaker {
namespace {

namespace validators = ml::ParamValidators;

SageMakerEstimatorOptions CompleteOptions(LDASageMakerEstimatorOptions options) {
  if (options.trainingInstanceCount > 1) {
    throw Exception(InvalidArgument("LDA trains on one instance: trainingInstanceCount = " +
                                    std::to_string(options.trainingInstanceCount)));
  }
  const std::string image =
      AlgorithmImage("lda", options.region ? *options.region : DefaultClientContext()->config.region);
  std::string uid = options.uid ? *options.uid : ml::randomUID("LDASageMakerEstimator");
  return WithImage(std::move(options), image, std::move(uid));
}

}  // namespace

const ml::IntParam LDASageMakerEstimator::numTopics{"num_topics", "The number of topics.", validators::gtEq(1)};
const ml::DoubleParam LDASageMakerEstimator::alpha0{
    "alpha0", "The sum of the Dirichlet weights: small for documents of few topics.", validators::gt(0)};
const ml::IntParam LDASageMakerEstimator::maxRestarts{
    "max_restarts", "How often alternating least squares is run; the best result is taken.", validators::gtEq(1)};
const ml::IntParam LDASageMakerEstimator::maxIterations{
    "max_iterations", "The most iterations of alternating least squares.", validators::gtEq(1)};
const ml::DoubleParam LDASageMakerEstimator::tol{
    "tol", "Alternating least squares ends when its error changes by less.", validators::gt(0)};
const ml::IntParam LDASageMakerEstimator::miniBatchSize{"mini_batch_size", "The number of documents.", validators::gt(0)};
const ml::IntParam LDASageMakerEstimator::featureDim{"feature_dim", "The number of words in the vocabulary.",
                                                     validators::gt(0)};

LDASageMakerEstimator::LDASageMakerEstimator(LDASageMakerEstimatorOptions options)
    : SageMakerEstimator(CompleteOptions(std::move(options))) {
  declare({&numTopics, &alpha0, &maxRestarts, &maxIterations, &tol, &miniBatchSize, &featureDim});
}

LDASageMakerEstimator& LDASageMakerEstimator::setNumTopics(int value) { return With(numTopics, value); }
LDASageMakerEstimator& LDASageMakerEstimator::setAlpha0(double value) { return With(alpha0, value); }
LDASageMakerEstimator& LDASageMakerEstimator::setMaxRestarts(int value) { return With(maxRestarts, value); }
LDASageMakerEstimator& LDASageMakerEstimator::setMaxIterations(int value) { return With(maxIterations, value); }
LDASageMakerEstimator& LDASageMakerEstimator::setTol(double value) { return With(tol, value); }
LDASageMakerEstimator& LDASageMakerEstimator::setMiniBatchSize(int value) { return With(miniBatchSize, value); }
LDASageMakerEstimator& LDASageMakerEstimator::setFeatureDim(int value) { return With(featureDim, value); }

std::shared_ptr<ml::PipelineStage> LDASageMakerEstimator::copyStage(const ml::ParamMap& extra) const {
  auto copy = std::make_shared<LDASageMakerEstimator>(*this);
  copy->setAll(extra);
  return copy;
}

}  // namespace sagespark::sagemaker
