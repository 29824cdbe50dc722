#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sagespark/algo/xgboost/booster.h"
#include "sagespark/base/result.h"
#include "sagespark/container/algorithm.h"

namespace sagespark::container {

/// Reads SAGEMAKER_INFERENCE_OUTPUT: some of predicted_label, labels, probability, probabilities, raw_score, raw_scores and
/// predicted_score with commas between; blanks and case do not matter. Fails with kInvalidArgument, naming the key.
Result<std::vector<std::string>> ParseOutputKeys(std::string_view text);

/// The columns of those keys, in their order, made of what the model predicts; a key that says nothing about the objective is NaN.
/// Fails with kUnimplemented for an objective without such outputs, naming it.
/// Source: serve_utils.py of aws/sagemaker-xgboost-container.
Result<std::vector<PredictionColumn>> SelectOutput(const std::vector<std::string>& keys, const std::string& objective,
                                                   int64_t num_class, const algo::XGBoostPredictions& predictions);

/// A line a row, lists in quotes: `1,"[0.25, 0.75]"`.
std::string WriteSelectedCsv(const std::vector<PredictionColumn>& columns, int64_t rows);

}  // namespace sagespark::container
