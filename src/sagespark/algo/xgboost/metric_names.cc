#include "sagespark/algo/xgboost/metric_names.h"

#include <fmt/format.h>

#include "sagespark/algo/hyperparameters.h"
#include "sagespark/algo/xgboost/hyperparameter_text.h"
#include "sagespark/algo/xgboost/metrics.h"

namespace sagespark::algo {
namespace {

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

}  // namespace

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

bool IsMaximized(std::string_view metric) {
  return (IsOwnMetric(metric) && metric != "mse") || metric.starts_with("auc") || (metric.starts_with("map") && metric != "mape") ||
         metric.starts_with("ndcg") || metric == "interval-regression-accuracy";
}

}  // namespace sagespark::algo
