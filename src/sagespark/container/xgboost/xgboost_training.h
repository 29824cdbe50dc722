#pragma once

#include <string_view>

#include "sagespark/base/result.h"
#include "sagespark/container/training/training_context.h"

namespace sagespark::container {

/// The model's file, as AWS's image names it.
inline constexpr std::string_view kXGBoostModelFile = "xgboost-model";

/// Runs a training job: channels train (required) and validation, a log line for each round in the form that metrics of AWS's
/// image are found by, `[0]#011train-rmse:0.25000#011validation-rmse:0.50000`, the model in `xgboost-model`.
/// Memory: the channels' rows, and while one is handed over to XGBoost the same again; see algo::XGBoostRows.
Status TrainXGBoostModel(TrainingContext& context);

}  // namespace sagespark::container
