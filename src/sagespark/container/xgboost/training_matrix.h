#pragma once

#include <span>
#include <string_view>

#include "sagespark/algo/xgboost/booster.h"
#include "sagespark/algo/xgboost/params.h"
#include "sagespark/base/result.h"
#include "sagespark/container/training/training_context.h"

namespace sagespark::container {

/// Reads channels, one behind the other, into one matrix of XGBoost's, with labels that fit the objective. Memory: the rows, and
/// while they are handed over the matrix too; see algo::XGBoostRows. Fails as ReadChannelRows, CheckXGBoostLabels, AppendRows and
/// XGBoostMatrix::Create do.
Result<algo::XGBoostMatrix> ReadTrainingMatrix(TrainingContext& context, const algo::XGBoostParams& params,
                                               std::span<const std::string_view> channels);

/// `nthread`, else the number of processors.
int TrainingThreads(const algo::XGBoostParams& params);

}  // namespace sagespark::container
