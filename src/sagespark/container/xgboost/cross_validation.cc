#include "sagespark/container/xgboost/cross_validation.h"

#include <fmt/format.h>

#include <cmath>
#include <span>

#include "sagespark/algo/xgboost/fit.h"
#include "sagespark/algo/xgboost/folds.h"
#include "sagespark/algo/xgboost/held_out.h"
#include "sagespark/container/xgboost/model_file.h"
#include "sagespark/container/xgboost/score_line.h"
#include "sagespark/container/xgboost/training_matrix.h"

namespace sagespark::container {
namespace {

using algo::XGBoostFit;
using algo::XGBoostMatrix;
using algo::XGBoostScore;
using Scores = std::vector<XGBoostScore>;

/// The mean of each score over models; the deviations when `deviation`.
Scores Summarize(std::span<const Scores> models, bool deviation) {
  Scores summary = models[0];
  for (size_t i = 0; i < summary.size(); ++i) {
    double sum = 0;
    for (const Scores& scores : models) sum += scores[i].value;
    const double mean = sum / static_cast<double>(models.size());
    double squares = 0;
    for (const Scores& scores : models) squares += (scores[i].value - mean) * (scores[i].value - mean);
    summary[i].value = deviation ? std::sqrt(squares / static_cast<double>(models.size())) : mean;
  }
  return summary;
}

class CrossValidation {
 public:
  CrossValidation(TrainingContext& context, const algo::XGBoostParams& params, const XGBoostMatrix& rows,
                  std::vector<float> labels, uint64_t seed)
      : context_(context), params_(params), rows_(rows), labels_(std::move(labels)), seed_(seed), held_out_(params, labels_) {}

  Status Run() {
    Log(fmt::format("Run {}-round of {}-fold cross validation with {} rows", params_.num_cv_round, *params_.kfold, rows_.num_rows()));
    for (int64_t time = 0; time < params_.num_cv_round && !was_stopped_; ++time) SAGESPARK_RETURN_IF_ERROR(RunOnce(time));
    if (was_stopped_) return Stop();
    if (params_.num_cv_round > 1) {
      Log(fmt::format("The overall metrics of {}-round cross validation", params_.num_cv_round));
      LogScores(scores_);
    }
    SAGESPARK_RETURN_IF_ERROR(context_.WriteOutput("predictions.csv", held_out_.Csv()));
    return WriteModels();
  }

 private:
  Status RunOnce(int64_t time) {
    const std::vector<float> classes = algo::HasClasses(params_) ? labels_ : std::vector<float>(labels_.size());
    const auto folds = algo::DealFolds(classes, *params_.kfold, seed_ + static_cast<uint64_t>(time));
    for (size_t fold = 0; fold < folds.size() && !was_stopped_; ++fold) {
      Log(fmt::format("Train cross validation fold {}", fold + 1));
      SAGESPARK_RETURN_IF_ERROR(TrainFold(folds[fold]));
    }
    if (was_stopped_) return Status::Ok();
    Log(fmt::format("The metrics of round {} cross validation", time + 1));
    LogScores(std::span(scores_).last(folds.size()));
    return Status::Ok();
  }

  Status TrainFold(const std::vector<int32_t>& fold) {
    SAGESPARK_ASSIGN_OR_RETURN(const XGBoostMatrix validation, rows_.Slice(fold));
    SAGESPARK_ASSIGN_OR_RETURN(const XGBoostMatrix train, rows_.Slice(algo::RowsBeside(fold, rows_.num_rows())));
    SAGESPARK_ASSIGN_OR_RETURN(const XGBoostFit fit,
                               TrainXGBoost(params_, train, &validation, context_.cancellation(), [&](const auto& round) {
                                 context_.log().Raw(ScoreLine(round.round, round.scores));
                               }));
    was_stopped_ = fit.was_stopped;
    if (fit.rounds > 0) {
      SAGESPARK_ASSIGN_OR_RETURN(models_.emplace_back(), fit.booster.Save());
    }
    if (was_stopped_) return Status::Ok();
    scores_.push_back(fit.scores);
    SAGESPARK_ASSIGN_OR_RETURN(const algo::XGBoostPredictions predictions, fit.booster.Predict(validation));
    held_out_.Add(fold, predictions);
    return Status::Ok();
  }

  void Log(const std::string& line) { context_.log().Info(line); }

  void LogScores(std::span<const Scores> models) {
    context_.log().Raw(ScoreLine(params_.num_round, Summarize(models, /*deviation=*/false)));
    // In another form than ScoreLine's, which the expressions for metrics would find.
    std::string deviations = "Standard deviations:";
    for (const XGBoostScore& score : Summarize(models, /*deviation=*/true)) {
      deviations += fmt::format(" {} of {} {:.5f}", score.metric, score.data, score.value);
    }
    Log(deviations);
  }

  Status WriteModels() {
    for (size_t i = 0; i < models_.size(); ++i) {
      SAGESPARK_RETURN_IF_ERROR(context_.WriteModel(fmt::format("{}-{}", kXGBoostModelFile, i), models_[i]));
    }
    return Status::Ok();
  }

  /// What a stopped job leaves.
  Status Stop() {
    if (params_.save_model_on_termination) SAGESPARK_RETURN_IF_ERROR(WriteModels());
    return Cancelled("Training was stopped in cross validation fold " + std::to_string(scores_.size() + 1));
  }

  TrainingContext& context_;
  const algo::XGBoostParams& params_;
  const XGBoostMatrix& rows_;
  const std::vector<float> labels_;
  const uint64_t seed_;
  algo::HeldOutPredictions held_out_;
  std::vector<Scores> scores_;       ///< Of each model, after its last round.
  std::vector<std::string> models_;  ///< Saved; written at the end, since a job that fails leaves none.
  bool was_stopped_ = false;
};

}  // namespace

Status CrossValidateXGBoost(TrainingContext& context, const algo::XGBoostParams& params) {
  constexpr std::string_view kChannels[] = {"train", "validation"};
  const bool has_validation = context.HasChannel("validation");
  SAGESPARK_ASSIGN_OR_RETURN(const XGBoostMatrix rows,
                             ReadTrainingMatrix(context, params, std::span(kChannels).first(has_validation ? 2 : 1)));
  if (rows.num_rows() < *params.kfold) {
    return InvalidArgument(fmt::format("Rows are fewer than folds: {}, _kfold is {}", rows.num_rows(), *params.kfold));
  }
  SAGESPARK_ASSIGN_OR_RETURN(std::vector<float> labels, rows.Labels());
  SAGESPARK_ASSIGN_OR_RETURN(const uint64_t seed, context.Seed());
  return CrossValidation(context, params, rows, std::move(labels), seed).Run();
}

}  // namespace sagespark::container
