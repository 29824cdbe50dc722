#include "sagespark/sagemaker/pca_sagemaker_estimator.h"

#include "sagespark/ml/identifiable.h"
#include "sagespark/sagemaker/image_uri.h"
#include "sagespark/sagemaker/sagemaker_clients.h"

namespace sagespark::sagemaker {
namespace {

namespace validators = ml::ParamValidators;

SageMakerEstimatorOptions CompleteOptions(PCASageMakerEstimatorOptions options) {
  const std::string image =
      AlgorithmImage("pca", options.region ? *options.region : DefaultClientContext()->config.region);
  std::string uid = options.uid ? *options.uid : ml::randomUID("PCASageMakerEstimator");
  return WithImage(std::move(options), image, std::move(uid));
}

}  // namespace

const ml::IntParam PCASageMakerEstimator::numComponents{"num_components", "The number of principal components.",
                                                        validators::gt(0)};
const ml::StringParam PCASageMakerEstimator::algorithmMode{
    "algorithm_mode", "How the components are found.", validators::inArray({"regular", "stable", "randomized"})};
const ml::StringParam PCASageMakerEstimator::subtractMean{
    "subtract_mean", "Whether the mean is subtracted from the vectors.", validators::inArray({"True", "False"})};
const ml::IntParam PCASageMakerEstimator::extraComponents{
    "extra_components", "More rows of the randomized factor, for precision; -1 for the larger of 10 and num_components."};
const ml::IntParam PCASageMakerEstimator::miniBatchSize{"mini_batch_size", "The number of rows in a mini-batch.",
                                                        validators::gt(0)};
const ml::IntParam PCASageMakerEstimator::featureDim{"feature_dim", "The length of the vectors.", validators::gt(0)};

PCASageMakerEstimator::PCASageMakerEstimator(PCASageMakerEstimatorOptions options)
    : SageMakerEstimator(CompleteOptions(std::move(options))) {
  declare({&numComponents, &algorithmMode, &subtractMean, &extraComponents, &miniBatchSize, &featureDim});
  setDefault(miniBatchSize, 1000);
}

std::shared_ptr<ml::PipelineStage> PCASageMakerEstimator::copyStage(const ml::ParamMap& extra) const {
  auto copy = std::make_shared<PCASageMakerEstimator>(*this);
  copy->setAll(extra);
  return copy;
}

}  // namespace sagespark::sagemaker
