#pragma once

#include "sagespark/algo/xgboost/params.h"
#include "sagespark/base/result.h"
#include "sagespark/container/training/training_context.h"

namespace sagespark::container {

/// Runs a training job with `_kfold`: the rows of channel train and, when there is one, of channel validation are dealt into folds, as
/// many models are trained, each on all folds but one, and scored on that one as "validation"; all of it `_num_cv_round` times
/// with other folds. Folds have equally many rows of each class. Writes xgboost-model-0, -1 ... (an ensemble, when
/// served), output/data/predictions.csv (see algo::HeldOutPredictions), and the mean scores of each time and of all.
/// Errors: kInvalidArgument for fewer rows than folds; those of ReadTrainingMatrix and TrainXGBoost; kCancelled, with the models so
///         far when save_model_on_termination says so.
/// Source: train.py and prediction_utils.py of aws/sagemaker-xgboost-container.
Status CrossValidateXGBoost(TrainingContext& context, const algo::XGBoostParams& params);

}  // namespace sagespark::container
