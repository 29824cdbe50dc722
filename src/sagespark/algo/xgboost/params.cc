#include "sagespark/algo/xgboost/params.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "sagespark/algo/hyperparameters.h"
#include "sagespark/algo/xgboost/hyperparameter_rules.h"
#include "sagespark/algo/xgboost/hyperparameter_text.h"
#include "sagespark/algo/xgboost/metric_names.h"
#include "sagespark/algo/xgboost/metrics.h"

namespace sagespark::algo {
namespace {

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
      const HyperparameterRule& rule = *FindRule(name);
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

bool HasClasses(const XGBoostParams& params) {
  return params.objective.starts_with("binary:") || params.objective.starts_with("multi:");
}

}  // namespace sagespark::algo
