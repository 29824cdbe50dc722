#pragma once

#include <string>
#include <string_view>

#include "sagespark/base/result.h"

namespace sagespark::algo {

/// Checks one metric of hyperparameter `name`, whose value is the list `value`: one of XGBoost's own, "error@0.7", "ndcg@5-" and their
/// like too, or of metrics.h, that fits the objective. Fails with kInvalidArgument, naming all of that.
Status CheckMetric(std::string_view name, const std::string& value, const std::string& metric, const std::string& objective);

/// Whether a larger value of the metric is better.
bool IsMaximized(std::string_view metric);

}  // namespace sagespark::algo
