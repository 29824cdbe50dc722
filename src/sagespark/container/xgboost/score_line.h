#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sagespark/algo/xgboost/booster.h"

namespace sagespark::container {

/// The log line of a round, `[0]#011train-rmse:0.25000#011validation-rmse:0.50000`, as everyone's regular expressions look for: "#011"
/// is what a tab becomes in CloudWatch's logs.
std::string ScoreLine(int64_t round, const std::vector<algo::XGBoostScore>& scores);

}  // namespace sagespark::container
