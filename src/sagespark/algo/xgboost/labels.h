#pragma once

#include <vector>

#include "sagespark/algo/xgboost/params.h"
#include "sagespark/base/result.h"

namespace sagespark::algo {

/// Checks what the objective says of labels. Fails with kInvalidArgument, naming the first such row (from 0), its label and what
/// is valid.
Status CheckXGBoostLabels(const XGBoostParams& params, const std::vector<float>& labels);

}  // namespace sagespark::algo
