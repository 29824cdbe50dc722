#include "sagespark/sagemaker/xgboost_sagemaker_estimator.h"

#include <algorithm>
#include <charconv>

#include "sagespark/ml/identifiable.h"
#include "sagespark/sagemaker/image_uri.h"
#include "sagespark/sagemaker/sagemaker_clients.h"

namespace sagespark::sagemaker {
namespace {

namespace validators = ml::ParamValidators;

/// SageMaker Spark's, with its spelling of binary:logitraw, and those that newer images have.
const std::vector<std::string> kObjectives = {
    "reg:linear",        "reg:logistic",     "binary:logistic",      "binary:logistraw",    "count:poisson",
    "multi:softmax",     "multi:softprob",   "rank:pairwise",        "reg:gamma",           "reg:tweedie",
    "reg:squarederror",  "binary:logitraw",  "binary:hinge",         "rank:ndcg",           "rank:map",
    "reg:absoluteerror", "reg:squaredlogerror", "reg:pseudohubererror", "survival:aft",     "survival:cox"};

/// SageMaker Spark's, where "t" and "n" stand for a number, and those that newer images have.
const std::vector<std::string> kMetrics = {"rmse",    "mae",       "logloss", "error",  "error@t", "merror", "mlogloss",
                                           "auc",     "ndcg",      "map",     "ndcg@n", "ndcg-",   "ndcg@n-", "map-",
                                           "map@n-",  "map@n",     "aucpr",   "rmsle",  "mape",    "mphe",    "aft-nloglik",
                                           "cox-nloglik", "gamma-nloglik", "gamma-deviance", "poisson-nloglik", "tweedie-nloglik"};

/// Whether `metric` is one of kMetrics, a number in the place of "t" or "n".
bool IsMetric(std::string_view metric) {
  const size_t at = metric.find('@');
  if (at == std::string_view::npos) return std::find(kMetrics.begin(), kMetrics.end(), metric) != kMetrics.end();
  std::string_view threshold = metric.substr(at + 1);
  const bool is_strict = threshold.ends_with('-');
  if (is_strict) threshold.remove_suffix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(threshold.data(), threshold.data() + threshold.size(), number);
  const bool is_number = error == std::errc() && end == threshold.data() + threshold.size();
  std::string pattern(metric.substr(0, at + 1));
  pattern += pattern == "error@" ? "t" : "n";
  if (is_strict) pattern += "-";
  return (is_number || metric == pattern) && std::find(kMetrics.begin(), kMetrics.end(), pattern) != kMetrics.end();
}

bool AreMetrics(std::string_view list) {
  while (true) {
    const size_t comma = list.find(',');
    if (!IsMetric(list.substr(0, comma))) return false;
    if (comma == std::string_view::npos) return true;
    list.remove_prefix(comma + 1);
  }
}

ml::ParamValidator Metrics() {
  std::string range = "a comma-separated list of";
  for (const std::string& metric : kMetrics) range += (&metric == &kMetrics.front() ? " \"" : ", \"") + metric + "\"";
  return {[](const ml::ParamValue& value) { return AreMetrics(ml::ToString(value)); }, range};
}

ml::ParamValidator ZeroOrOne() { return validators::inArray({"0", "1"}); }

ml::ParamValidator Share() { return validators::inRange(0, 1, false, true); }

std::string ImageFor(const XGBoostSageMakerEstimatorOptions& options) {
  return AlgorithmImage("xgboost", options.region ? *options.region : DefaultClientContext()->config.region);
}

/// What the channel is to say about files of that format; nullopt for LibSVM, which the algorithm takes them for.
std::optional<std::string> ContentTypeOf(const std::string& format) {
  if (format == "csv" || format == "com.databricks.spark.csv") return "text/csv";
  if (format == "parquet") return "application/x-parquet";
  if (format == "sagemaker") return "application/x-recordio-protobuf";
  return std::nullopt;
}

SageMakerEstimatorOptions CompleteOptions(XGBoostSageMakerEstimatorOptions options) {
  const std::string image = ImageFor(options);
  std::string uid = options.uid ? *options.uid : ml::randomUID("XGBoostSageMakerEstimator");
  const std::optional<std::string> content_type = ContentTypeOf(options.trainingSparkDataFormat);
  if (!options.trainingContentType) options.trainingContentType = content_type;
  const bool has_default = options.requestRowSerializer.pointer() == XGBoostAlgorithm::defaultRequestRowSerializer().pointer();
  if (has_default && content_type) {
    const auto features = options.trainingSparkDataFormatOptions.find("featuresColumnName");
    UnlabeledCSVRequestRowSerializer csv;
    if (features != options.trainingSparkDataFormatOptions.end()) csv.featuresColumnName = features->second;
    options.requestRowSerializer = csv;
  }
  return WithImage(std::move(options), image, std::move(uid));
}

}  // namespace

RequestRowSerializer XGBoostAlgorithm::defaultRequestRowSerializer() {
  static const std::shared_ptr<const codec::RequestRowSerializer> serializer = LibSVMRequestRowSerializer();
  return serializer;
}

const ml::StringParam XGBoostSageMakerEstimator::booster{
    "booster", "What is boosted.",
    validators::inArray({"gbtree", "gblinear", "dart"})};
const ml::IntParam XGBoostSageMakerEstimator::silent{
    "silent", "Whether messages are left out. XGBoost has verbosity instead.",
    ZeroOrOne()};
const ml::IntParam XGBoostSageMakerEstimator::nThread{"nthread", "The number of threads.", validators::gtEq(1)};
const ml::DoubleParam XGBoostSageMakerEstimator::eta{
    "eta", "The share of a new tree's weights that is added.",
    validators::inRange(0, 1)};
const ml::DoubleParam XGBoostSageMakerEstimator::gamma{
    "gamma", "The least fall of the loss that a split must bring.",
    validators::gtEq(0)};
const ml::IntParam XGBoostSageMakerEstimator::maxDepth{
    "max_depth", "The greatest depth of a tree; 0 means no limit.",
    validators::gtEq(0)};
const ml::DoubleParam XGBoostSageMakerEstimator::minChildWeight{
    "min_child_weight", "The least sum of the rows' weights in a leaf.",
    validators::gtEq(0)};
const ml::DoubleParam XGBoostSageMakerEstimator::maxDeltaStep{
    "max_delta_step", "The greatest weight of a leaf; 0 means no limit.",
    validators::gtEq(0)};
const ml::DoubleParam XGBoostSageMakerEstimator::subsample{
    "subsample", "The share of the rows that a tree is grown on.",
    Share()};
const ml::DoubleParam XGBoostSageMakerEstimator::colSampleByTree{
    "colsample_bytree", "The share of the columns that a tree is grown on.",
    Share()};
const ml::DoubleParam XGBoostSageMakerEstimator::colSampleByLevel{
    "colsample_bylevel", "The share of a tree's columns for each of its levels.",
    Share()};
const ml::DoubleParam XGBoostSageMakerEstimator::lambda{
    "lambda", "The L2 regularization of weights.",
    validators::alwaysTrue()};
const ml::DoubleParam XGBoostSageMakerEstimator::alpha{
    "alpha", "The L1 regularization of weights.",
    validators::alwaysTrue()};
const ml::StringParam XGBoostSageMakerEstimator::treeMethod{
    "tree_method", "How splits are looked for.",
    validators::inArray({"auto", "exact", "approx", "hist"})};
const ml::DoubleParam XGBoostSageMakerEstimator::sketchEps{
    "sketch_eps", "The width of approx's bins. XGBoost has max_bin instead.",
    validators::inRange(0, 1, false, false)};
const ml::DoubleParam XGBoostSageMakerEstimator::scalePosWeight{
    "scale_pos_weight", "The weight of positive rows beside negative ones.",
    validators::alwaysTrue()};
const ml::StringParam XGBoostSageMakerEstimator::updater{
    "updater", "The steps that grow and change trees, separated by commas.",
    validators::alwaysTrue()};
const ml::IntParam XGBoostSageMakerEstimator::refreshLeaf{
    "refresh_leaf", "Whether the updater refresh changes leaves, too.",
    ZeroOrOne()};
const ml::StringParam XGBoostSageMakerEstimator::processType{
    "process_type", "Whether new trees are grown or old ones changed.",
    validators::inArray({"default", "update"})};
const ml::StringParam XGBoostSageMakerEstimator::growPolicy{
    "grow_policy", "Where a tree grows first.",
    validators::inArray({"depthwise", "lossguide"})};
const ml::IntParam XGBoostSageMakerEstimator::maxLeaves{
    "max_leaves", "The most leaves of a tree; 0 means no limit.",
    validators::gtEq(0)};
const ml::IntParam XGBoostSageMakerEstimator::maxBin{"max_bin", "The most bins of a column.", validators::gtEq(1)};
const ml::StringParam XGBoostSageMakerEstimator::sampleType{
    "sample_type", "How dart chooses trees to drop.",
    validators::inArray({"uniform", "weighted"})};
const ml::StringParam XGBoostSageMakerEstimator::normalizeType{
    "normalize_type", "What a new tree of dart weighs.",
    validators::inArray({"tree", "forest"})};
const ml::DoubleParam XGBoostSageMakerEstimator::rateDrop{
    "rate_drop", "The share of trees that dart drops.",
    validators::inRange(0, 1)};
const ml::IntParam XGBoostSageMakerEstimator::oneDrop{"one_drop", "Whether dart drops one tree at least.", ZeroOrOne()};
const ml::DoubleParam XGBoostSageMakerEstimator::skipDrop{
    "skip_drop", "How likely a round of dart drops no tree.",
    validators::inRange(0, 1)};
const ml::DoubleParam XGBoostSageMakerEstimator::lambdaBias{
    "lambda_bias", "The L2 regularization of gblinear's bias. XGBoost has none any more.",
    validators::inRange(0, 1)};
const ml::DoubleParam XGBoostSageMakerEstimator::tweedieVariancePower{
    "tweedie_variance_power", "The variance of the Tweedie distribution.",
    validators::inRange(1, 2, false, false)};
const ml::StringParam XGBoostSageMakerEstimator::objective{
    "objective", "What is learned.",
    validators::inArray(kObjectives)};
const ml::IntParam XGBoostSageMakerEstimator::numClasses{"num_class", "The number of classes.", validators::gtEq(1)};
const ml::DoubleParam XGBoostSageMakerEstimator::baseScore{
    "base_score", "The prediction that boosting starts from.",
    validators::alwaysTrue()};
const ml::StringParam XGBoostSageMakerEstimator::evalMetric{
    "eval_metric", "The metrics that score each round, separated by commas.",
    Metrics()};
const ml::IntParam XGBoostSageMakerEstimator::seed{"seed", "Where random numbers start.", validators::alwaysTrue()};
const ml::IntParam XGBoostSageMakerEstimator::numRound{
    "num_round", "The number of rounds of boosting.",
    validators::gtEq(1)};

XGBoostSageMakerEstimator::XGBoostSageMakerEstimator(XGBoostSageMakerEstimatorOptions options)
    : SageMakerEstimator(CompleteOptions(std::move(options))) {
  declare({&booster, &silent, &nThread, &eta, &gamma, &maxDepth, &minChildWeight, &maxDeltaStep, &subsample,
           &colSampleByTree, &colSampleByLevel, &lambda, &alpha, &treeMethod, &sketchEps, &scalePosWeight,
           &updater, &refreshLeaf, &processType, &growPolicy, &maxLeaves, &maxBin, &sampleType,
           &normalizeType, &rateDrop, &oneDrop, &skipDrop, &lambdaBias, &tweedieVariancePower, &objective,
           &numClasses, &baseScore, &evalMetric, &seed, &numRound});
}

XGBoostSageMakerEstimator& XGBoostSageMakerEstimator::setBooster(const std::string& value) {
  return With(booster, value);
}
XGBoostSageMakerEstimator& XGBoostSageMakerEstimator::setSilent(int value) { return With(silent, value); }
XGBoostSageMakerEstimator& XGBoostSageMakerEstimator::setNThread(int value) { return With(nThread, value); }
XGBoostSageMakerEstimator& XGBoostSageMakerEstimator::setEta(double value) { return With(eta, value); }
XGBoostSageMakerEstimator& XGBoostSageMakerEstimator::setGamma(double value) { return With(gamma, value); }
XGBoostSageMakerEstimator& XGBoostSageMakerEstimator::setMaxDepth(int value) { return With(maxDepth, value); }
XGBoostSageMakerEstimator& XGBoostSageMakerEstimator::setMinChildWeight(double value) {
  return With(minChildWeight, value);
}
XGBoostSageMakerEstimator& XGBoostSageMakerEstimator::setMaxDeltaStep(double value) {
  return With(maxDeltaStep, value);
}
XGBoostSageMakerEstimator& XGBoostSageMakerEstimator::setSubsample(double value) { return With(subsample, value); }
XGBoostSageMakerEstimator& XGBoostSageMakerEstimator::setColSampleByTree(double value) {
  return With(colSampleByTree, value);
}
XGBoostSageMakerEstimator& XGBoostSageMakerEstimator::setColSampleByLevel(double value) {
  return With(colSampleByLevel, value);
}
XGBoostSageMakerEstimator& XGBoostSageMakerEstimator::setLambda(double value) { return With(lambda, value); }
XGBoostSageMakerEstimator& XGBoostSageMakerEstimator::setAlpha(double value) { return With(alpha, value); }
XGBoostSageMakerEstimator& XGBoostSageMakerEstimator::setTreeMethod(const std::string& value) {
  return With(treeMethod, value);
}
XGBoostSageMakerEstimator& XGBoostSageMakerEstimator::setSketchEps(double value) { return With(sketchEps, value); }
XGBoostSageMakerEstimator& XGBoostSageMakerEstimator::setScalePosWeight(double value) {
  return With(scalePosWeight, value);
}
XGBoostSageMakerEstimator& XGBoostSageMakerEstimator::setUpdater(const std::string& value) {
  return With(updater, value);
}
XGBoostSageMakerEstimator& XGBoostSageMakerEstimator::setRefreshLeaf(int value) { return With(refreshLeaf, value); }
XGBoostSageMakerEstimator& XGBoostSageMakerEstimator::setProcessType(const std::string& value) {
  return With(processType, value);
}
XGBoostSageMakerEstimator& XGBoostSageMakerEstimator::setGrowPolicy(const std::string& value) {
  return With(growPolicy, value);
}
XGBoostSageMakerEstimator& XGBoostSageMakerEstimator::setMaxLeaves(int value) { return With(maxLeaves, value); }
XGBoostSageMakerEstimator& XGBoostSageMakerEstimator::setMaxBin(int value) { return With(maxBin, value); }
XGBoostSageMakerEstimator& XGBoostSageMakerEstimator::setSampleType(const std::string& value) {
  return With(sampleType, value);
}
XGBoostSageMakerEstimator& XGBoostSageMakerEstimator::setNormalizeType(const std::string& value) {
  return With(normalizeType, value);
}
XGBoostSageMakerEstimator& XGBoostSageMakerEstimator::setRateDrop(double value) { return With(rateDrop, value); }
XGBoostSageMakerEstimator& XGBoostSageMakerEstimator::setOneDrop(int value) { return With(oneDrop, value); }
XGBoostSageMakerEstimator& XGBoostSageMakerEstimator::setSkipDrop(double value) { return With(skipDrop, value); }
XGBoostSageMakerEstimator& XGBoostSageMakerEstimator::setLambdaBias(double value) { return With(lambdaBias, value); }
XGBoostSageMakerEstimator& XGBoostSageMakerEstimator::setTweedieVariancePower(double value) {
  return With(tweedieVariancePower, value);
}
XGBoostSageMakerEstimator& XGBoostSageMakerEstimator::setObjective(const std::string& value) {
  return With(objective, value);
}
XGBoostSageMakerEstimator& XGBoostSageMakerEstimator::setNumClasses(int value) { return With(numClasses, value); }
XGBoostSageMakerEstimator& XGBoostSageMakerEstimator::setBaseScore(double value) { return With(baseScore, value); }
XGBoostSageMakerEstimator& XGBoostSageMakerEstimator::setEvalMetric(const std::string& value) {
  return With(evalMetric, value);
}
XGBoostSageMakerEstimator& XGBoostSageMakerEstimator::setSeed(int value) { return With(seed, value); }
XGBoostSageMakerEstimator& XGBoostSageMakerEstimator::setNumRound(int value) { return With(numRound, value); }

std::vector<const ml::ParamBase*> XGBoostSageMakerEstimator::requiredParams() const {
  std::vector<const ml::ParamBase*> required = {&numRound};
  if (isDefined(objective) && getOrDefault(objective).starts_with("multi:")) required.push_back(&numClasses);
  return required;
}

std::shared_ptr<ml::PipelineStage> XGBoostSageMakerEstimator::copyStage(const ml::ParamMap& extra) const {
  auto copy = std::make_shared<XGBoostSageMakerEstimator>(*this);
  copy->setAll(extra);
  return copy;
}

}  // namespace sagespark::sagemaker
