#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "sagespark/algo/xgboost/booster.h"
#include "sagespark/algo/xgboost/params.h"
#include "sagespark/base/cancellation.h"
#include "sagespark/base/result.h"

namespace sagespark::algo {

/// One round of boosting, evaluated: the train scores, then the validation scores, of each first XGBoost's own metrics and then those
/// of metrics.h.
struct XGBoostRound {
  int64_t round = 0;  ///< From 0.
  std::vector<XGBoostScore> scores;
  const XGBoostBooster* model = nullptr;  ///< With this round; for the time of the call.
};

/// A model to go on from.
struct XGBoostStart {
  XGBoostBooster booster;
  int64_t rounds = 0;  ///< That it has: boosting goes on with this one.
};

struct XGBoostFit {
  XGBoostBooster booster;
  int64_t rounds = 0;                 ///< Rounds that were run, those of the start too; the model has fewer after early stopping.
  std::vector<XGBoostScore> scores;   ///< Of the last round.
  std::optional<int64_t> best_round;  ///< Where early stopping cut the model.
  std::string early_stopping_metric;  ///< "rmse"; empty without early stopping.
  bool was_stopped = false;           ///< Cancelled: the model has the rounds up to then.
};

/// Boosts params.num_round rounds on `train`, those that `start` has counted in, as the Python package's `xgboost.train` with the same parameters does, bit by bit
/// with the same number of threads.
///
/// With early_stopping_rounds and `validation`, training ends when the last of params.metrics' validation score has not become better
/// for that many rounds, and the model is cut behind its best one; it keeps best_iteration and best_score as attributes.
/// `after_round` is called after each round. A cancelled token ends training between two rounds.
/// Errors: kInvalidArgument, in XGBoost's words. Memory: what XGBoost needs beside the matrices (of one byte to four for each
///         value, with tree_method hist).
Result<XGBoostFit> TrainXGBoost(const XGBoostParams& params, const XGBoostMatrix& train, const XGBoostMatrix* validation,
                                const CancellationToken& cancellation,
                                const std::function<void(const XGBoostRound&)>& after_round,
                                std::optional<XGBoostStart> start = std::nullopt);

}  // namespace sagespark::algo
