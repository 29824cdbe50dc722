#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sagespark/base/result.h"

namespace sagespark::algo {

/// What a training job's hyperparameters say.
/// Source: hyperparameter_validation.py of aws/sagemaker-xgboost-container; "XGBoost Parameters", xgboost.readthedocs.io.
struct XGBoostParams {
  int64_t num_round = 0;                         ///< `num_round`: rounds of boosting, >= 1. Required.
  std::optional<int64_t> early_stopping_rounds;  ///< `early_stopping_rounds`: rounds without a better validation score, >= 1.
  bool csv_weights = false;                      ///< `csv_weights`: 1 = the second column of CSV is the row's weight.
  bool save_model_on_termination = false;        ///< `save_model_on_termination`: a stopped job leaves the model so far.
  bool updates_trees = false;                    ///< `process_type`: update = change an earlier model's trees, do not grow new ones.
  std::optional<int64_t> kfold;                  ///< `_kfold`: folds of a cross-validation, >= 2, instead of one model.
  int64_t num_cv_round = 1;                      ///< `_num_cv_round`: cross-validations, each with other folds, >= 1.
  std::string objective = "reg:squarederror";    ///< `objective`.
  int64_t num_class = 0;                         ///< `num_class`: >= 2 with multi:*, 0 else.
  std::vector<std::string> metrics;              ///< `eval_metric`, then that of `_tuning_objective_metric`; or none.
  /// What XGBoost is given, in its own names: all of the above that it knows, and the rest as the job has them.
  std::vector<std::pair<std::string, std::string>> booster_parameters;
  /// What was changed or left aside, for the log.
  std::vector<std::string> warnings;
};

/// Reads hyperparameters as a training job has them.
///
/// Names lose blanks around them, with a warning. Aliases: learning_rate, min_split_loss, reg_lambda, reg_alpha. reg:linear is
/// reg:squarederror and binary:logistraw (sic, in SageMaker Spark) is binary:logitraw. Left aside with a warning, because
/// XGBoost 3 has no such thing: silent, sketch_eps, lambda_bias, predictor, dsplit, deterministic_histogram, prob_buffer_row.
/// Errors: kInvalidArgument naming the hyperparameter, its value and what is valid, for a value out of its range, an unknown or
///         doubled name, num_round missing, and what contradicts another hyperparameter.
Result<XGBoostParams> ParseXGBoostParams(const std::map<std::string, std::string>& hyperparameters);

/// Whether the objective predicts classes: binary:* and multi:*.
bool HasClasses(const XGBoostParams& params);

}  // namespace sagespark::algo
