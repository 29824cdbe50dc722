#include "sagespark/sagemaker/linear_learner_sagemaker_estimator.h"

#include "sagespark/ml/identifiable.h"
#include "sagespark/sagemaker/image_uri.h"
#include "sagespark/sagemaker/sagemaker_clients.h"

namespace sagespark::sagemaker {
namespace {

namespace validators = ml::ParamValidators;

template <typename Options>
SageMakerEstimatorOptions CompleteOptions(Options options, const char* name) {
  const std::string region = options.region ? *options.region : DefaultClientContext()->config.region;
  std::string uid = options.uid ? *options.uid : ml::randomUID(name);
  return WithImage(std::move(options), AlgorithmImage("linear-learner", region), std::move(uid));
}

}  // namespace

const ml::StringParam LinearLearnerParams::predictorType{
    "predictor_type", "What the model answers.",
    validators::inArray({"binary_classifier", "multiclass_classifier", "regressor"})};
const ml::IntParam LinearLearnerParams::featureDim{
    "feature_dim", "The length of the vectors.", validators::gt(0)};
const ml::IntParam LinearLearnerParams::miniBatchSize{
    "mini_batch_size", "The number of rows in a mini-batch.", validators::gt(0)};
const ml::IntParam LinearLearnerParams::epochs{
    "epochs", "The most passes over the training data.", validators::gt(0)};
const ml::StringParam LinearLearnerParams::useBias{
    "use_bias", "Whether the models have a bias.", validators::inArray({"True", "False"})};
const ml::StringParam LinearLearnerParams::numModels{
    "num_models", "The number of models trained side by side.",
    validators::inArrayOrAbove({"auto"}, 0)};
const ml::IntParam LinearLearnerParams::numCalibrationSamples{
    "num_calibration_samples", "The number of rows that thresholds are chosen on.",
    validators::gt(0)};
const ml::StringParam LinearLearnerParams::initMethod{
    "init_method", "How weights start.", validators::inArray({"uniform", "normal"})};
const ml::DoubleParam LinearLearnerParams::initScale{
    "init_scale", "Weights start in [-init_scale, init_scale], when uniform.",
    validators::gt(0)};
const ml::DoubleParam LinearLearnerParams::initSigma{
    "init_sigma", "The standard deviation of weights at the start, when normal.",
    validators::gt(0)};
const ml::DoubleParam LinearLearnerParams::initBias{
    "init_bias", "The bias at the start."};
const ml::StringParam LinearLearnerParams::optimizer{
    "optimizer", "The optimizer.", validators::inArray({"sgd", "adam", "rmsprop", "auto"})};
const ml::StringParam LinearLearnerParams::loss{
    "loss", "The loss that training makes small.",
    validators::inArray({"logistic", "squared_loss", "absolute_loss", "hinge_loss", "eps_insensitive_squared_loss",
                         "eps_insensitive_absolute_loss", "quantile_loss", "huber_loss", "softmax_loss", "auto"})};
const ml::DoubleParam LinearLearnerParams::wd{
    "wd", "The weight of the squares of the weights.", validators::gtEq(0)};
const ml::DoubleParam LinearLearnerParams::l1{
    "l1", "The weight of the sizes of the weights.", validators::gtEq(0)};
const ml::DoubleParam LinearLearnerParams::momentum{
    "momentum", "The momentum of sgd.", validators::inRange(0, 1, true, false)};
const ml::StringParam LinearLearnerParams::learningRate{
    "learning_rate", "The learning rate.", validators::inArrayOrAbove({"auto"}, 0)};
const ml::DoubleParam LinearLearnerParams::beta1{
    "beta_1", "How slowly adam forgets gradients.", validators::inRange(0, 1, true, false)};
const ml::DoubleParam LinearLearnerParams::beta2{
    "beta_2", "How slowly adam and rmsprop forget squares of gradients.",
    validators::inRange(0, 1, true, false)};
const ml::DoubleParam LinearLearnerParams::biasLrMult{
    "bias_lr_mult", "The bias learns at so many times the rate.", validators::gt(0)};
const ml::DoubleParam LinearLearnerParams::biasWdMult{
    "bias_wd_mult", "The bias decays at so many times wd.", validators::gtEq(0)};
const ml::StringParam LinearLearnerParams::useLrScheduler{
    "use_lr_scheduler", "Whether learning rates fall.",
    validators::inArray({"True", "False"})};
const ml::IntParam LinearLearnerParams::lrSchedulerStep{
    "lr_scheduler_step", "The number of updates between two cuts of the learning rate.",
    validators::gt(0)};
const ml::DoubleParam LinearLearnerParams::lrSchedulerFactor{
    "lr_scheduler_factor", "The factor of a cut of the learning rate.",
    validators::inRange(0, 1, false, false)};
const ml::DoubleParam LinearLearnerParams::lrSchedulerMinimumLr{
    "lr_scheduler_minimum_lr", "The smallest learning rate.", validators::gt(0)};
const ml::StringParam LinearLearnerParams::normalizeData{
    "normalize_data", "Whether features are scaled by their standard deviations.",
    validators::inArray({"True", "False"})};
const ml::StringParam LinearLearnerParams::normalizeLabel{
    "normalize_label", "Whether a regressor's label is scaled by its standard deviation.",
    validators::inArray({"True", "False"})};
const ml::StringParam LinearLearnerParams::unbiasData{
    "unbias_data", "Whether features are shifted by their means.",
    validators::inArray({"True", "False"})};
const ml::StringParam LinearLearnerParams::unbiasLabel{
    "unbias_label", "Whether a regressor's label is shifted by its mean.",
    validators::inArray({"True", "False"})};
const ml::IntParam LinearLearnerParams::numPointForScaler{
    "num_point_for_scaler", "The number of rows that means and standard deviations are learned from.",
    validators::gt(0)};
const ml::IntParam LinearLearnerParams::earlyStoppingPatience{
    "early_stopping_patience", "Training ends after so many epochs without gain.",
    validators::gt(0)};
const ml::DoubleParam LinearLearnerParams::earlyStoppingTolerance{
    "early_stopping_tolerance", "A gain below this part of the loss is none.",
    validators::gt(0)};
const ml::DoubleParam LinearLearnerParams::margin{
    "margin", "The margin of the hinge losses.", validators::gt(0)};
const ml::DoubleParam LinearLearnerParams::quantile{
    "quantile", "The quantile of the quantile loss.", validators::inRange(0, 1, false, false)};
const ml::DoubleParam LinearLearnerParams::lossInsensitivity{
    "loss_insensitivity", "Errors up to this are none to the eps_insensitive losses.",
    validators::gt(0)};
const ml::DoubleParam LinearLearnerParams::huberDelta{
    "huber_delta", "Where the Huber loss goes over from squares to sizes.", validators::gt(0)};
const ml::DoubleParam LinearLearnerParams::fBeta{
    "f_beta", "The weight of recall against precision in F scores.", validators::gt(0)};

const ml::StringParam LinearLearnerBinaryClassifier::binaryClassifierModelSelectionCriteria{
    "binary_classifier_model_selection_criteria", "What model and threshold are chosen by.",
    validators::inArray({"accuracy", "f1", "f_beta", "precision_at_target_recall", "recall_at_target_precision",
                         "cross_entropy_loss", "loss_function"})};
const ml::DoubleParam LinearLearnerBinaryClassifier::targetRecall{
    "target_recall", "The recall to reach, for precision_at_target_recall.",
    validators::inRange(0, 1, false, false)};
const ml::DoubleParam LinearLearnerBinaryClassifier::targetPrecision{
    "target_precision", "The precision to reach, for recall_at_target_precision.",
    validators::inRange(0, 1, false, false)};
const ml::StringParam LinearLearnerBinaryClassifier::positiveExampleWeightMult{
    "positive_example_weight_mult", "The weight of positive rows against negative ones.",
    validators::inArrayOrAbove({"auto", "balanced"}, 0)};

const ml::IntParam LinearLearnerMultiClassClassifier::numClasses{
    "num_classes", "The number of classes.", validators::inRange(3, 1000000)};
const ml::IntParam LinearLearnerMultiClassClassifier::accuracyTopK{
    "accuracy_top_k", "The k of the top k accuracy.", validators::gt(0)};
const ml::StringParam LinearLearnerMultiClassClassifier::balanceMultiClassWeights{
    "balance_multiclass_weights", "Whether classes weigh the same, whatever their numbers of rows.",
    validators::inArray({"True", "False"})};

LinearLearnerBinaryClassifier::LinearLearnerBinaryClassifier(LinearLearnerBinaryClassifierOptions options)
    : LinearLearnerSageMakerEstimator(CompleteOptions(std::move(options), "LinearLearnerBinaryClassifier"),
                                      "binary_classifier") {
  declare({&binaryClassifierModelSelectionCriteria, &targetRecall, &targetPrecision, &positiveExampleWeightMult});
}

LinearLearnerMultiClassClassifier::LinearLearnerMultiClassClassifier(LinearLearnerMultiClassClassifierOptions options)
    : LinearLearnerSageMakerEstimator(CompleteOptions(std::move(options), "LinearLearnerMultiClassClassifier"),
                                      "multiclass_classifier") {
  declare({&numClasses, &accuracyTopK, &balanceMultiClassWeights});
}

LinearLearnerRegressor::LinearLearnerRegressor(LinearLearnerRegressorOptions options)
    : LinearLearnerSageMakerEstimator(CompleteOptions(std::move(options), "LinearLearnerRegressor"),
                                      "regressor") {}

}  // namespace sagespark::sagemaker
