#pragma once

#include "sagespark/base/result.h"
#include "sagespark/container/training/training_context.h"

namespace sagespark::container {

/// Runs a training job: channels train (required) and validation, a log line for each round (ScoreLine), the model in
/// `xgboost-model`; with `_kfold` a cross-validation (CrossValidateXGBoost). A job with checkpoints goes on from the latest
/// (XGBoostCheckpoints), whose trees `process_type` update changes; without one that is an error.
/// Memory: see ReadTrainingMatrix.
Status TrainXGBoostModel(TrainingContext& context);

}  // namespace sagespark::container
