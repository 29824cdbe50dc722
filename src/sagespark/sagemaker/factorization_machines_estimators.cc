#include "sagespark/sagemaker/factorization_machines_estimators.h"

#include "sagespark/ml/identifiable.h"
#include "sagespark/sagemaker/image_uri.h"
#include "sagespark/sagemaker/sagemaker_clients.h"

namespace sagespark::sagemaker {
namespace {

namespace validators = ml::ParamValidators;
using Params = FactorizationMachinesParams;

template <typename Options>
SageMakerEstimatorOptions CompleteOptions(Options options, const char* class_name) {
  const std::string image = AlgorithmImage(
      "factorization-machines", options.region ? *options.region : DefaultClientContext()->config.region);
  std::string uid = options.uid ? *options.uid : ml::randomUID(class_name);
  return WithImage(std::move(options), image, std::move(uid));
}

}  // namespace

const ml::StringParam Params::predictorType{"predictor_type", "What the labels are.",
                                            validators::inArray({"binary_classifier", "regressor"})};
const ml::IntParam Params::featureDim{"feature_dim", "The length of the vectors.", validators::gt(0)};
const ml::IntParam Params::numFactors{
    "num_factors", "The number of factors of each feature.", validators::gt(0)};
const ml::IntParam Params::miniBatchSize{
    "mini_batch_size", "The number of rows in a mini-batch.", validators::gt(0)};
const ml::IntParam Params::epochs{
    "epochs", "The number of passes over the training data.", validators::gt(0)};
const ml::DoubleParam Params::clipGradient{
    "clip_gradient", "Gradients are cut to [-clip_gradient, clip_gradient]."};
const ml::DoubleParam Params::eps{"eps", "What the optimizer adds to its denominator."};
const ml::DoubleParam Params::rescaleGrad{"rescale_grad", "The factor of a mini-batch's gradient."};
const ml::DoubleParam Params::biasLr{"bias_lr", "The learning rate of the bias.", validators::gtEq(0)};
const ml::DoubleParam Params::linearLr{
    "linear_lr", "The learning rate of the linear weights.", validators::gtEq(0)};
const ml::DoubleParam Params::factorsLr{
    "factors_lr", "The learning rate of the factors.", validators::gtEq(0)};
const ml::DoubleParam Params::biasWd{"bias_wd", "The weight decay of the bias.", validators::gtEq(0)};
const ml::DoubleParam Params::linearWd{
    "linear_wd", "The weight decay of the linear weights.", validators::gtEq(0)};
const ml::DoubleParam Params::factorsWd{
    "factors_wd", "The weight decay of the factors.", validators::gtEq(0)};
const ml::StringParam Params::biasInitMethod{
    "bias_init_method", "How the bias start.", validators::inArray({"normal", "uniform", "constant"})};
const ml::DoubleParam Params::biasInitScale{
    "bias_init_scale", "Uniform starts of the bias lie in [-scale, scale].", validators::gtEq(0)};
const ml::DoubleParam Params::biasInitSigma{
    "bias_init_sigma", "The standard deviation of normal starts of the bias.", validators::gtEq(0)};
const ml::DoubleParam Params::biasInitValue{"bias_init_value", "The constant start of the bias."};
const ml::StringParam Params::linearInitMethod{
    "linear_init_method", "How the linear weights start.", validators::inArray({"normal", "uniform", "constant"})};
const ml::DoubleParam Params::linearInitScale{
    "linear_init_scale", "Uniform starts of the linear weights lie in [-scale, scale].", validators::gtEq(0)};
const ml::DoubleParam Params::linearInitSigma{
    "linear_init_sigma", "The standard deviation of normal starts of the linear weights.", validators::gtEq(0)};
const ml::DoubleParam Params::linearInitValue{
    "linear_init_value", "The constant start of the linear weights."};
const ml::StringParam Params::factorsInitMethod{
    "factors_init_method", "How the factors start.", validators::inArray({"normal", "uniform", "constant"})};
const ml::DoubleParam Params::factorsInitScale{
    "factors_init_scale", "Uniform starts of the factors lie in [-scale, scale].", validators::gtEq(0)};
const ml::DoubleParam Params::factorsInitSigma{
    "factors_init_sigma", "The standard deviation of normal starts of the factors.", validators::gtEq(0)};
const ml::DoubleParam Params::factorsInitValue{"factors_init_value", "The constant start of the factors."};

std::vector<const ml::ParamBase*> Params::all() {
  return {&predictorType, &featureDim, &numFactors, &miniBatchSize, &epochs, &clipGradient, &eps,
          &rescaleGrad, &biasLr, &linearLr, &factorsLr, &biasWd, &linearWd, &factorsWd, &biasInitMethod,
          &biasInitScale, &biasInitSigma, &biasInitValue, &linearInitMethod, &linearInitScale,
          &linearInitSigma, &linearInitValue, &factorsInitMethod, &factorsInitScale, &factorsInitSigma,
          &factorsInitValue};
}

FactorizationMachinesBinaryClassifier::FactorizationMachinesBinaryClassifier(
    FactorizationMachinesBinaryClassifierOptions options)
    : FactorizationMachinesSageMakerEstimator(
          CompleteOptions(std::move(options), "FactorizationMachinesBinaryClassifier"), "binary_classifier") {}

FactorizationMachinesRegressor::FactorizationMachinesRegressor(FactorizationMachinesRegressorOptions options)
    : FactorizationMachinesSageMakerEstimator(CompleteOptions(std::move(options), "FactorizationMachinesRegressor"),
                                              "regressor") {}

}  // namespace sagespark::sagemaker
