#include "sagespark/algo/xgboost/hyperparameter_rules.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "sagespark/algo/hyperparameters.h"
#include "sagespark/algo/xgboost/hyperparameter_text.h"

namespace sagespark::algo {
namespace {

using Rule = HyperparameterRule;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr int64_t kMaxInteger = std::numeric_limits<int32_t>::max();

constexpr Rule Integer(std::string_view name, int64_t least, int64_t most = kMaxInteger) {
  return {.name = name, .kind = RuleKind::kInteger, .least = static_cast<double>(least), .most = static_cast<double>(most)};
}
constexpr Rule Number(std::string_view name, double least, double most = kInfinity) {
  return {.name = name, .kind = RuleKind::kNumber, .least = least, .most = most};
}
/// A share of rows or columns.
constexpr Rule Share(std::string_view name) {
  return {.name = name, .kind = RuleKind::kNumber, .least = 0, .most = 1, .open_least = true};
}
constexpr Rule Choice(std::string_view name, std::string_view choices) {
  return {.name = name, .kind = RuleKind::kChoice, .choices = choices};
}
constexpr Rule Text(std::string_view name) { return {.name = name, .kind = RuleKind::kText}; }
constexpr Rule Ours(Rule rule) {
  rule.is_passed_on = false;
  return rule;
}
constexpr Rule LeftAside(Rule rule, std::string_view reason) {
  rule.is_passed_on = false;
  rule.reason = reason;
  return rule;
}
constexpr Rule Open(Rule rule) {
  rule.open_least = true;
  rule.open_most = std::isfinite(rule.most);
  return rule;
}

constexpr std::string_view kObjectives =
    "reg:squarederror, reg:linear, reg:logistic, reg:gamma, reg:tweedie, reg:pseudohubererror, reg:squaredlogerror, "
    "reg:absoluteerror, binary:logistic, binary:logitraw, binary:logistraw, binary:hinge, count:poisson, multi:softmax, "
    "multi:softprob, rank:pairwise, rank:ndcg, rank:map, survival:aft, survival:cox";

}  // namespace

const std::vector<HyperparameterRule>& HyperparameterRules() {
  static const std::vector<Rule> rules = {
      Ours(Integer("num_round", 1)),
      Ours(Integer("early_stopping_rounds", 1)),
      Ours(Integer("csv_weights", 0, 1)),
      Ours(Choice("save_model_on_termination", "true, false")),
      Ours(Integer("_kfold", 2)),
      Ours(Integer("_num_cv_round", 1)),
      Ours(Text("eval_metric")),
      Ours(Text("_tuning_objective_metric")),
      Ours(Choice("objective", kObjectives)),
      Ours(Integer("num_class", 1)),
      Choice("booster", "gbtree, gblinear, dart"),
      Integer("verbosity", 0, 3),
      Integer("nthread", 1),
      Number("eta", 0, 1),
      Number("gamma", 0),
      Integer("max_depth", 0),
      Number("min_child_weight", 0),
      Number("max_delta_step", 0),
      Share("subsample"),
      Share("colsample_bytree"),
      Share("colsample_bylevel"),
      Share("colsample_bynode"),
      Number("lambda", 0),
      Number("alpha", 0),
      Choice("tree_method", "auto, exact, approx, hist"),
      Open(Number("scale_pos_weight", 0)),
      Text("updater"),
      Integer("refresh_leaf", 0, 1),
      Choice("process_type", "default, update"),
      Choice("grow_policy", "depthwise, lossguide"),
      Integer("max_leaves", 0),
      Integer("max_bin", 2),
      Text("monotone_constraints"),
      Text("interaction_constraints"),
      Choice("sample_type", "uniform, weighted"),
      Choice("normalize_type", "tree, forest"),
      Number("rate_drop", 0, 1),
      Integer("one_drop", 0, 1),
      Number("skip_drop", 0, 1),
      Open(Number("tweedie_variance_power", 1, 2)),
      Number("base_score", -kInfinity),
      Integer("seed", std::numeric_limits<int32_t>::min()),
      Integer("num_parallel_tree", 1),
      Choice("sampling_method", "uniform, gradient_based"),
      Choice("aft_loss_distribution", "normal, logistic, extreme"),
      Number("aft_loss_distribution_scale", 0),
      LeftAside(Integer("silent", 0, 1), "verbosity took its place"),
      LeftAside(Open(Number("sketch_eps", 0, 1)), "max_bin took its place"),
      LeftAside(Number("lambda_bias", 0, 1), "XGBoost no longer regularizes the bias"),
      LeftAside(Choice("predictor", "auto, cpu_predictor"), "there is one predictor"),
      LeftAside(Choice("dsplit", "row"), "rows are on one host"),
      LeftAside(Choice("deterministic_histogram", "true, false"), "it is about GPUs"),
      LeftAside(Number("prob_buffer_row", 1), "XGBoost has it no more"),
      LeftAside(Choice("use_dask_gpu_training", "false"), "there is no GPU"),
  };
  return rules;
}

const HyperparameterRule* FindRule(std::string_view name) {
  const auto& rules = HyperparameterRules();
  const auto found = std::find_if(rules.begin(), rules.end(), [&](const Rule& rule) { return rule.name == name; });
  return found == rules.end() ? nullptr : &*found;
}

Status CheckValue(const HyperparameterRule& rule, const std::string& text) {
  if (rule.kind == RuleKind::kText) return Status::Ok();
  if (rule.kind == RuleKind::kChoice) {
    return IsOneOf(text, rule.choices) ? Status::Ok()
                                       : HyperparameterNotValid(rule.name, text, "one of " + std::string(rule.choices));
  }
  if (rule.kind == RuleKind::kInteger) {
    const auto value = ParseNumber<int64_t>(text);
    if (!value) return HyperparameterNotValid(rule.name, text, "an integer");
    return CheckHyperparameter(rule.name, *value,
                               {.least = static_cast<int64_t>(rule.least), .most = static_cast<int64_t>(rule.most)});
  }
  const auto value = ParseNumber<double>(text);
  if (!value) return HyperparameterNotValid(rule.name, text, "a number");
  return CheckHyperparameter(rule.name, *value,
                             {.least = rule.least, .most = rule.most, .is_least_open = rule.open_least,
                              .is_most_open = rule.open_most});
}

}  // namespace sagespark::algo
