#include "sagespark/algo/xgboost/fit.h"

#include <fmt/format.h>

#include <algorithm>

#include "sagespark/algo/xgboost/metric_names.h"
#include "sagespark/algo/xgboost/metrics.h"

namespace sagespark::algo {
namespace {

/// Follows the last validation score.
class EarlyStopping {
 public:
  /// `metric` is the one to look at; empty takes the last.
  EarlyStopping(int64_t patience, std::string metric) : patience_(patience), metric_(std::move(metric)) {}

  /// True when training should end after this round.
  bool Add(const XGBoostRound& round) {
    if (metric_.empty()) metric_ = round.scores.back().metric;
    const auto found = std::find_if(round.scores.rbegin(), round.scores.rend(),
                                    [&](const XGBoostScore& score) { return score.metric == metric_; });
    const XGBoostScore& score = found == round.scores.rend() ? round.scores.back() : *found;
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

/// XGBoost's metrics of each matrix, and our own behind them.
class Evaluator {
 public:
  Evaluator(const XGBoostParams& params, std::vector<const XGBoostMatrix*> matrices, std::vector<std::string> names)
      : params_(params), matrices_(std::move(matrices)), names_(std::move(names)) {}

  Result<std::vector<XGBoostScore>> Evaluate(const XGBoostBooster& booster, int64_t round) {
    SAGESPARK_ASSIGN_OR_RETURN(const std::vector<XGBoostScore> scores, booster.Evaluate(round, matrices_, names_));
    std::vector<XGBoostScore> all;
    for (size_t i = 0; i < matrices_.size(); ++i) {
      std::copy_if(scores.begin(), scores.end(), std::back_inserter(all),
                   [&](const XGBoostScore& score) { return score.data == names_[i]; });
      SAGESPARK_RETURN_IF_ERROR(AddOwn(booster, i, all));
    }
    return all;
  }

 private:
  Status AddOwn(const XGBoostBooster& booster, size_t index, std::vector<XGBoostScore>& scores) {
    if (std::none_of(params_.metrics.begin(), params_.metrics.end(), IsOwnMetric)) return Status::Ok();
    SAGESPARK_ASSIGN_OR_RETURN(const std::vector<float> labels, matrices_[index]->Labels());
    SAGESPARK_ASSIGN_OR_RETURN(const XGBoostPredictions predictions, booster.Predict(*matrices_[index]));
    for (const std::string& metric : params_.metrics) {
      if (!IsOwnMetric(metric)) continue;
      scores.push_back({.data = names_[index],
                        .metric = metric,
                        .value = OwnMetric(metric, params_.objective, labels, predictions)});
    }
    return Status::Ok();
  }

  const XGBoostParams& params_;
  const std::vector<const XGBoostMatrix*> matrices_;
  const std::vector<std::string> names_;
};

Result<XGBoostBooster> BoosterFor(const XGBoostParams& params, const std::vector<const XGBoostMatrix*>& matrices,
                                  const std::optional<XGBoostStart>& start) {
  if (!start) return XGBoostBooster::Create(params.booster_parameters, matrices);
  XGBoostBooster booster = start->booster;
  SAGESPARK_RETURN_IF_ERROR(booster.SetParameters(params.booster_parameters));
  return booster;
}

/// Boosters without trees have no rounds that could be cut off.
bool HasTrees(const XGBoostParams& params) {
  const auto& given = params.booster_parameters;
  return std::find(given.begin(), given.end(), std::pair<std::string, std::string>("booster", "gblinear")) == given.end();
}

}  // namespace

Result<XGBoostFit> TrainXGBoost(const XGBoostParams& params, const XGBoostMatrix& train, const XGBoostMatrix* validation,
                                const CancellationToken& cancellation,
                                const std::function<void(const XGBoostRound&)>& after_round, std::optional<XGBoostStart> start) {
  std::vector<const XGBoostMatrix*> matrices = {&train};
  std::vector<std::string> names = {"train"};
  if (validation != nullptr) {
    matrices.push_back(validation);
    names.push_back("validation");
  }
  std::optional<EarlyStopping> early_stopping;
  if (params.early_stopping_rounds && validation != nullptr) {
    early_stopping.emplace(*params.early_stopping_rounds, params.metrics.empty() ? std::string() : params.metrics.back());
  }
  SAGESPARK_ASSIGN_OR_RETURN(XGBoostBooster booster, BoosterFor(params, matrices, start));
  Evaluator evaluator(params, matrices, names);
  XGBoostFit fit{.booster = booster, .rounds = start ? start->rounds : 0, .scores = {}, .early_stopping_metric = {}};
  while (fit.rounds < params.num_round) {
    fit.was_stopped = cancellation.cancelled();
    if (fit.was_stopped) break;
    SAGESPARK_RETURN_IF_ERROR(booster.Update(fit.rounds, train));
    XGBoostRound round{.round = fit.rounds, .scores = {}, .model = &booster};
    SAGESPARK_ASSIGN_OR_RETURN(round.scores, evaluator.Evaluate(booster, fit.rounds));
    ++fit.rounds;
    after_round(round);
    fit.scores = round.scores;
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
