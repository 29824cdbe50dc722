#include "sagespark/algo/xgboost/labels.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace sagespark::algo {

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

}  // namespace sagespark::algo
