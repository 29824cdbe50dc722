#include "sagespark/algo/xgboost/params.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <functional>
#include <limits>
#include <set>
#include <span>
#include <string_view>

#include "sagespark/algo/hyperparameters.h"
#include "sagespark/algo/xgboost/metrics.h"

namespace sagespark::algo {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr int64_t kMaxInteger = std::numeric_limits<int32_t>::max();

enum class Kind { kInteger, kNumber, kChoice, kText };

/// What one hyperparameter may be, and whose business it is.
struct Rule {
  std::string_view name;
  Kind kind;
  std::string_view choices = {};  ///< Of kChoice, with ", " between.
  double least = -kInfinity;
  double most = kInfinity;
  bool open_least = false;  ///< `least` itself is out.
  bool open_most = false;
  bool is_passed_on = true;        ///< XGBoost takes it under this name.
  std::string_view reason = {};    ///< Why it is left aside.
};

constexpr Rule Integer(std::string_view name, int64_t least, int64_t most = kMaxInteger) {
  return {.name = name, .kind = Kind::kInteger, .least = static_cast<double>(least), .most = static_cast<double>(most)};
}
constexpr Rule Number(std::string_view name, double least, double most = kInfinity) {
  return {.name = name, .kind = Kind::kNumber, .least = least, .most = most};
}
/// A share of rows or columns.
constexpr Rule Share(std::string_view name) {
  return {.name = name, .kind = Kind::kNumber, .least = 0, .most = 1, .open_least = true};
}
constexpr Rule Choice(std::string_view name, std::string_view choices) {
  return {.name = name, .kind = Kind::kChoice, .choices = choices};
}
constexpr Rule Text(std::string_view name) { return {.name = name, .kind = Kind::kText}; }
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

const std::vector<Rule>& Rules() {
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

const Rule* FindRule(std::string_view name) {
  const auto& rules = Rules();
  const auto found = std::find_if(rules.begin(), rules.end(), [&](const Rule& rule) { return rule.name == name; });
  return found == rules.end() ? nullptr : &*found;
}

std::string_view Trim(std::string_view text, std::string_view blanks = " \t\r\n") {
  const size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::vector<std::string> Split(std::string_view list) {
  std::vector<std::string> items;
  while (true) {
    const size_t comma = list.find(',');
    items.emplace_back(Trim(list.substr(0, comma)));
    if (comma == std::string_view::npos) return items;
    list.remove_prefix(comma + 1);
  }
}

bool IsOneOf(std::string_view item, std::string_view list) {
  const auto items = Split(list);
  return std::find(items.begin(), items.end(), item) != items.end();
}

template <typename T>
std::optional<T> ParseNumber(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Status CheckValue(const Rule& rule, const std::string& text) {
  if (rule.kind == Kind::kText) return Status::Ok();
  if (rule.kind == Kind::kChoice) {
    return IsOneOf(text, rule.choices) ? Status::Ok()
                                       : HyperparameterNotValid(rule.name, text, "one of " + std::string(rule.choices));
  }
  if (rule.kind == Kind::kInteger) {
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

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kAliases = {
    {{"learning_rate", "eta"}, {"min_split_loss", "gamma"}, {"reg_lambda", "lambda"}, {"reg_alpha", "alpha"}}};

/// The hyperparameters under XGBoost's names.
Result<std::map<std::string, std::string>> Canonical(const std::map<std::string, std::string>& given,
                                                     std::vector<std::string>& warnings) {
  std::map<std::string, std::string> values;
  for (const auto& [key, value] : given) {
    std::string name(Trim(key));
    if (name != key) {
      warnings.push_back(fmt::format("Hyperparameter's name has blanks around it: \"{}\" is taken as \"{}\"", key, name));
    }
    const auto alias = std::find_if(kAliases.begin(), kAliases.end(), [&](const auto& pair) { return pair.first == name; });
    if (alias != kAliases.end()) name = alias->second;
    if (FindRule(name) == nullptr) return InvalidArgument("Hyperparameter is unknown to XGBoost: " + name);
    if (!values.emplace(name, value).second) {
      return InvalidArgument(fmt::format("Hyperparameter is given twice: {}, as \"{}\" too", name, key));
    }
  }
  return values;
}

/// Metrics that XGBoost has itself.
constexpr std::string_view kMetrics =
    "rmse, rmsle, mae, mape, mphe, logloss, error, merror, mlogloss, auc, aucpr, ndcg, map, poisson-nloglik, gamma-nloglik, "
    "gamma-deviance, cox-nloglik, tweedie-nloglik, aft-nloglik, interval-regression-accuracy";

/// "error@0.7", "ndcg@5-", "map-", "tweedie-nloglik@1.5".
bool IsMetric(std::string_view metric) {
  if (IsOneOf(metric, kMetrics)) return true;
  std::string_view name = metric.substr(0, metric.find('@'));
  const bool has_threshold = name.size() < metric.size();
  std::string_view threshold = has_threshold ? metric.substr(name.size() + 1) : std::string_view();
  if (name == "error" || name == "tweedie-nloglik") return has_threshold && ParseNumber<double>(threshold).has_value();
  const bool is_strict = metric.ends_with('-');
  if (is_strict && has_threshold) threshold.remove_suffix(1);
  if (is_strict && !has_threshold) name.remove_suffix(1);
  if (name != "ndcg" && name != "map") return false;
  return has_threshold ? ParseNumber<uint32_t>(threshold).has_value() : is_strict;
}

Status CheckMetric(std::string_view name, const std::string& value, const std::string& metric,
                   const std::string& objective) {
  if (!IsMetric(metric) && !IsOwnMetric(metric)) {
    return HyperparameterNotValid(name, value, fmt::format("a list of {}, error@T, ndcg@N, map@N, {}", kMetrics, kOwnMetrics));
  }
  const bool has_classes = objective.starts_with("binary:") || objective.starts_with("multi:");
  if (ComparesClasses(metric) && !has_classes) {
    return HyperparameterNotValid(name, value, metric + " for objectives binary:* and multi:* only, not " + objective);
  }
  if (IsOfTwoClasses(metric) && objective.starts_with("multi:")) {
    return HyperparameterNotValid(name, value, metric + " for objectives binary:* only, not " + objective);
  }
  if (IsOwnMetric(metric) && !ComparesClasses(metric) && objective == "multi:softprob") {
    return HyperparameterNotValid(name, value, metric + " for objectives with one prediction a row, not " + objective);
  }
  if (metric == "auc" && !objective.starts_with("binary:") && !objective.starts_with("rank:")) {
    return HyperparameterNotValid(name, value, "auc for objectives binary:* and rank:* only, not " + objective);
  }
  if (metric == "aft-nloglik" && objective != "survival:aft") {
    return HyperparameterNotValid(name, value, "aft-nloglik for objective survival:aft only, not " + objective);
  }
  return Status::Ok();
}

/// Text to parameters. The values have been checked one by one.
class Builder {
 public:
  Builder(const std::map<std::string, std::string>& values, XGBoostParams& params) : values_(values), params_(params) {}

  Status Build() {
    if (Find("num_round") == nullptr) return InvalidArgument("Required hyperparameter is missing: num_round");
    params_.num_round = *IntegerOf("num_round");
    params_.early_stopping_rounds = IntegerOf("early_stopping_rounds");
    params_.csv_weights = IntegerOf("csv_weights").value_or(0) == 1;
    params_.save_model_on_termination = TextOf("save_model_on_termination") == "true";
    SetCrossValidation();
    SAGESPARK_RETURN_IF_ERROR(SetProcessType());
    SetObjective();
    SAGESPARK_RETURN_IF_ERROR(SetClasses());
    SAGESPARK_RETURN_IF_ERROR(SetMetrics());
    SAGESPARK_RETURN_IF_ERROR(CheckUpdater());
    SAGESPARK_RETURN_IF_ERROR(CheckConstraints());
    PassOn();
    return Status::Ok();
  }

 private:
  const std::string* Find(std::string_view name) const {
    const auto found = values_.find(std::string(name));
    return found == values_.end() ? nullptr : &found->second;
  }

  std::string TextOf(std::string_view name) const {
    const std::string* text = Find(name);
    return text == nullptr ? std::string() : *text;
  }

  std::optional<int64_t> IntegerOf(std::string_view name) const {
    const std::string* text = Find(name);
    return text == nullptr ? std::nullopt : ParseNumber<int64_t>(*text);
  }

  void SetCrossValidation() {
    params_.kfold = IntegerOf("_kfold");
    params_.num_cv_round = IntegerOf("_num_cv_round").value_or(1);
    if (Find("_num_cv_round") != nullptr && !params_.kfold) params_.warnings.push_back("_num_cv_round does nothing without _kfold");
  }

  Status SetProcessType() {
    params_.updates_trees = TextOf("process_type") == "update";
    if (!params_.updates_trees) return Status::Ok();
    if (Find("updater") == nullptr) return InvalidArgument("Required hyperparameter is missing: updater, for process_type update");
    if (!params_.kfold) return Status::Ok();
    return HyperparameterNotValid("process_type", "update", "without _kfold, which trains models from nothing");
  }

  void SetObjective() {
    if (const std::string* objective = Find("objective")) params_.objective = *objective;
    for (const auto& [old_name, name] : {std::pair{"reg:linear", "reg:squarederror"},
                                         std::pair{"binary:logistraw", "binary:logitraw"}}) {
      if (params_.objective != old_name) continue;
      params_.warnings.push_back(fmt::format("Objective {} is called {} by XGBoost", old_name, name));
      params_.objective = name;
    }
    params_.booster_parameters.emplace_back("objective", params_.objective);
  }

  Status SetClasses() {
    const std::optional<int64_t> classes = IntegerOf("num_class");
    if (!params_.objective.starts_with("multi:")) {
      if (classes.value_or(1) == 1) return Status::Ok();
      return HyperparameterNotValid("num_class", TextOf("num_class"), "for objectives multi:* only, not " + params_.objective);
    }
    if (!classes) return InvalidArgument("Required hyperparameter is missing: num_class, for objective " + params_.objective);
    if (*classes < 2) return HyperparameterNotValid("num_class", TextOf("num_class"), "an integer >= 2");
    params_.num_class = *classes;
    params_.booster_parameters.emplace_back("num_class", fmt::to_string(*classes));
    return Status::Ok();
  }

  Status SetMetrics() {
    if (const std::string* list = Find("eval_metric")) {
      for (std::string& metric : Split(Trim(*list, "[] \t"))) {
        SAGESPARK_RETURN_IF_ERROR(AddMetric("eval_metric", *list, std::string(Trim(metric, "\"' "))));
      }
    }
    const std::string tuned = TextOf("_tuning_objective_metric");
    if (tuned.empty()) return Status::Ok();
    return AddMetric("_tuning_objective_metric", tuned, tuned.substr(tuned.find(':') + 1));
  }

  Status AddMetric(std::string_view name, const std::string& value, std::string metric) {
    SAGESPARK_RETURN_IF_ERROR(CheckMetric(name, value, metric, params_.objective));
    // The last one is what early stopping looks at.
    std::erase(params_.metrics, metric);
    params_.metrics.push_back(std::move(metric));
    return Status::Ok();
  }

  Status CheckUpdater() const {
    const std::string* list = Find("updater");
    if (list == nullptr) return Status::Ok();
    const auto updaters = Split(*list);
    if (TextOf("booster") == "gblinear") {
      const bool is_valid = updaters.size() == 1 && IsOneOf(updaters[0], "shotgun, coord_descent");
      return is_valid ? Status::Ok() : HyperparameterNotValid("updater", *list, "shotgun or coord_descent with booster gblinear");
    }
    const bool is_update = TextOf("process_type") == "update";
    const std::string_view valid = is_update ? "refresh, prune"
                                             : "grow_colmaker, grow_histmaker, grow_quantile_histmaker, sync, refresh, prune";
    int growers = 0;
    for (const std::string& updater : updaters) {
      if (!IsOneOf(updater, valid)) {
        return HyperparameterNotValid("updater", *list, fmt::format("a list of {}{}", valid, is_update ? " with process_type update" : ""));
      }
      growers += updater.starts_with("grow_") ? 1 : 0;
    }
    return growers <= 1 ? Status::Ok() : HyperparameterNotValid("updater", *list, "one that grows trees, not more");
  }

  Status CheckConstraints() const {
    const std::string method = TextOf("tree_method");
    if (const std::string* text = Find("monotone_constraints")) {
      const std::string_view list = Trim(*text, "()[] ");
      for (const std::string& item : Split(list)) {
        if (!IsOneOf(item, "-1, 0, 1")) return HyperparameterNotValid("monotone_constraints", *text, "a tuple of -1, 0 and 1: (1,0,-1)");
      }
      if (method != "exact" && method != "hist") {
        return HyperparameterNotValid("monotone_constraints", *text, "with tree_method exact or hist only");
      }
    }
    if (const std::string* text = Find("interaction_constraints")) {
      if (text->find_first_not_of("[]0123456789, ") != std::string::npos || !Trim(*text).starts_with("[[")) {
        return HyperparameterNotValid("interaction_constraints", *text, "a list of lists of columns: [[0,1],[2,3]]");
      }
      if (method != "exact" && method != "hist" && method != "approx") {
        return HyperparameterNotValid("interaction_constraints", *text, "with tree_method exact, hist or approx only");
      }
    }
    return Status::Ok();
  }

  void PassOn() {
    for (const auto& [name, value] : values_) {
      const Rule& rule = *FindRule(name);
      if (rule.is_passed_on) params_.booster_parameters.emplace_back(name, value);
      if (!rule.reason.empty()) {
        params_.warnings.push_back(fmt::format("Hyperparameter is left aside: {} = \"{}\"; {}", name, value, rule.reason));
      }
    }
    for (const std::string& metric : params_.metrics) {
      if (!IsOwnMetric(metric)) params_.booster_parameters.emplace_back("eval_metric", metric);
    }
  }

  const std::map<std::string, std::string>& values_;
  XGBoostParams& params_;
};

}  // namespace

Result<XGBoostParams> ParseXGBoostParams(const std::map<std::string, std::string>& hyperparameters) {
  XGBoostParams params;
  SAGESPARK_ASSIGN_OR_RETURN(const auto values, Canonical(hyperparameters, params.warnings));
  for (const auto& [name, value] : values) SAGESPARK_RETURN_IF_ERROR(CheckValue(*FindRule(name), value));
  SAGESPARK_RETURN_IF_ERROR(Builder(values, params).Build());
  return params;
}

Status CheckXGBoostLabels(const XGBoostParams& params, const std::vector<float>& labels) {
  const std::string& objective = params.objective;
  std::function<bool(float)> is_valid = [](float) { return true; };
  std::string valid;
  if (objective.starts_with("multi:")) {
    const auto classes = static_cast<float>(params.num_class);
    is_valid = [classes](float label) { return label >= 0 && label < classes && label == std::floor(label); };
    valid = fmt::format("an integer in [0, num_class = {})", params.num_class);
  } else if (objective.starts_with("binary:") || objective == "reg:logistic") {
    is_valid = [](float label) { return label >= 0 && label <= 1; };
    valid = "in [0, 1]";
  } else if (objective == "count:poisson" || objective == "reg:tweedie" || objective == "reg:gamma") {
    is_valid = [](float label) { return label >= 0; };
    valid = "not negative";
  } else if (objective == "survival:aft") {
    is_valid = [](float label) { return label != 0; };
    valid = "a time, negative when nothing had happened until then, not 0";
  } else if (objective == "reg:squaredlogerror") {
    is_valid = [](float label) { return label > -1; };
    valid = "above -1";
  }
  const auto wrong = std::find_if_not(labels.begin(), labels.end(), is_valid);
  if (wrong == labels.end()) return Status::Ok();
  return InvalidArgument(fmt::format("Label does not fit the objective: row {} has {}, valid for {} is {}",
                                     wrong - labels.begin(), *wrong, objective, valid));
}

bool HasClasses(const XGBoostParams& params) {
  return params.objective.starts_with("binary:") || params.objective.starts_with("multi:");
}

bool IsMaximized(std::string_view metric) {
  return (IsOwnMetric(metric) && metric != "mse") || metric.starts_with("auc") || (metric.starts_with("map") && metric != "mape") ||
         metric.starts_with("ndcg") || metric == "interval-regression-accuracy";
}

}  // namespace sagespark::algo
