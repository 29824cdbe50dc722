#include "sagespark/algo/xgboost/fit.h"

#include <fmt/format.h>

#include <algorithm>

namespace sagespark::algo {
namespace {

/// Follows the last validation score.
class EarlyStopping {
 public:
  explicit EarlyStopping(int64_t patience) : patience_(patience) {}

  /// True when training should end after this round.
  bool Add(const XGBoostRound& round) {
    const XGBoostScore& score = round.scores.back();
    metric_ = score.metric;
    const bool is_better = best_round_ < 0 || (IsMaximized(metric_) ? score.value > best_ : score.value < best_);
    if (is_better) {
      best_round_ = round.round;
      best_ = score.value;
    }
    return round.round - best_round_ >= patience_;
  }

  const std::string& metric() const { return metric_; }
  int64_t best_round() const { return best_round_; }
  double best() const { return best_; }

 private:
  int64_t patience_;
  std::string metric_;
  int64_t best_round_ = -1;
  double best_ = 0;
};

/// Boosters without trees have no rounds that could be cut off.
bool HasTrees(const XGBoostParams& params) {
  const auto& given = params.booster_parameters;
  return std::find(given.begin(), given.end(), std::pair<std::string, std::string>("booster", "gblinear")) == given.end();
}

}  // namespace

Result<XGBoostFit> TrainXGBoost(const XGBoostParams& params, const XGBoostMatrix& train, const XGBoostMatrix* validation,
                                const CancellationToken& cancellation,
                                const std::function<void(const XGBoostRound&)>& after_round) {
  std::vector<const XGBoostMatrix*> matrices = {&train};
  std::vector<std::string> names = {"train"};
  if (validation != nullptr) {
    matrices.push_back(validation);
    names.push_back("validation");
  }
  std::optional<EarlyStopping> early_stopping;
  if (params.early_stopping_rounds && validation != nullptr) early_stopping.emplace(*params.early_stopping_rounds);
  SAGESPARK_ASSIGN_OR_RETURN(XGBoostBooster booster, XGBoostBooster::Create(params.booster_parameters, matrices));
  XGBoostFit fit{.booster = booster, .early_stopping_metric = {}};
  while (fit.rounds < params.num_round) {
    fit.was_stopped = cancellation.cancelled();
    if (fit.was_stopped) break;
    SAGESPARK_RETURN_IF_ERROR(booster.Update(fit.rounds, train));
    XGBoostRound round{.round = fit.rounds, .scores = {}};
    SAGESPARK_ASSIGN_OR_RETURN(round.scores, booster.Evaluate(fit.rounds, matrices, names));
    ++fit.rounds;
    after_round(round);
    if (early_stopping && !round.scores.empty() && early_stopping->Add(round)) break;
  }
  if (!early_stopping || early_stopping->best_round() < 0) return fit;
  fit.early_stopping_metric = early_stopping->metric();
  if (!HasTrees(params)) return fit;
  fit.best_round = early_stopping->best_round();
  SAGESPARK_ASSIGN_OR_RETURN(fit.booster, booster.FirstRounds(*fit.best_round + 1));
  SAGESPARK_RETURN_IF_ERROR(fit.booster.SetAttribute("best_iteration", fmt::to_string(*fit.best_round)));
  SAGESPARK_RETURN_IF_ERROR(fit.booster.SetAttribute("best_score", fmt::to_string(early_stopping->best())));
  return fit;
}

}  // namespace sagespark::algo
