#include "sagespark/container/xgboost/xgboost_training.h"

#include <fmt/format.h>

#include "sagespark/algo/xgboost/fit.h"
#include "sagespark/algo/xgboost/params.h"
#include "sagespark/container/xgboost/checkpoints.h"
#include "sagespark/container/xgboost/cross_validation.h"
#include "sagespark/container/xgboost/model_file.h"
#include "sagespark/container/xgboost/score_line.h"
#include "sagespark/container/xgboost/training_matrix.h"

namespace sagespark::container {
namespace {

using algo::XGBoostFit;
using algo::XGBoostMatrix;
using algo::XGBoostParams;
using algo::XGBoostRound;
using algo::XGBoostStart;

Status WriteModel(TrainingContext& context, const XGBoostFit& fit) {
  SAGESPARK_ASSIGN_OR_RETURN(const std::string model, fit.booster.Save());
  return context.WriteModel(kXGBoostModelFile, model);
}

/// What a stopped job leaves.
Status Stop(TrainingContext& context, const XGBoostParams& params, const XGBoostFit& fit) {
  if (params.save_model_on_termination && fit.rounds > 0) {
    SAGESPARK_RETURN_IF_ERROR(WriteModel(context, fit));
    context.log().Info(fmt::format("Saved the model of {} rounds, because save_model_on_termination is true", fit.rounds));
  }
  return Cancelled("Training was stopped after " + std::to_string(fit.rounds) + " rounds");
}

Result<XGBoostMatrix> ReadTrain(TrainingContext& context, const XGBoostParams& params) {
  constexpr std::string_view kTrain[] = {"train"};
  SAGESPARK_ASSIGN_OR_RETURN(XGBoostMatrix train, ReadTrainingMatrix(context, params, kTrain));
  context.log().Info(fmt::format("Train matrix has {} rows and {} columns", train.num_rows(), train.num_columns()));
  return train;
}

Result<std::optional<XGBoostMatrix>> ReadValidation(TrainingContext& context, const XGBoostParams& params) {
  constexpr std::string_view kValidation[] = {"validation"};
  if (!context.HasChannel(kValidation[0])) {
    if (params.early_stopping_rounds) context.log().Warning("early_stopping_rounds does nothing without a validation channel");
    return std::optional<XGBoostMatrix>();
  }
  SAGESPARK_ASSIGN_OR_RETURN(XGBoostMatrix validation, ReadTrainingMatrix(context, params, kValidation));
  context.log().Info(fmt::format("Validation matrix has {} rows", validation.num_rows()));
  return std::optional(std::move(validation));
}

/// The model that the job goes on from.
Result<std::optional<XGBoostStart>> ReadStart(TrainingContext& context, const XGBoostParams& params,
                                              const XGBoostCheckpoints& checkpoints) {
  SAGESPARK_ASSIGN_OR_RETURN(std::optional<XGBoostStart> start, checkpoints.Latest());
  if (start) context.log().Info(fmt::format("Resuming from iteration {}", start->rounds));
  if (start || !params.updates_trees) return start;
  return InvalidArgument("process_type update has no trees to update: the job has no checkpoint, a file xgboost-checkpoint.N in " +
                         context.paths().checkpoints().string());
}

Status TrainOneModel(TrainingContext& context, const XGBoostParams& params) {
  TrainingLog& log = context.log();
  const XGBoostCheckpoints checkpoints(context.paths().checkpoints());
  SAGESPARK_ASSIGN_OR_RETURN(const std::optional<XGBoostStart> start, ReadStart(context, params, checkpoints));
  SAGESPARK_ASSIGN_OR_RETURN(const XGBoostMatrix train, ReadTrain(context, params));
  SAGESPARK_ASSIGN_OR_RETURN(const std::optional<XGBoostMatrix> validation, ReadValidation(context, params));
  log.Info(fmt::format("Single node training. Threads: {}", TrainingThreads(params)));
  const auto after_round = [&](const XGBoostRound& round) {
    log.Raw(ScoreLine(round.round, round.scores));
    if (params.updates_trees) return;  // A model on the way has only the trees that were updated.
    const Status saved = checkpoints.Save(round.round, *round.model);
    if (!saved.ok()) log.Warning("Checkpoint cannot be saved: " + saved.error().message());
  };
  SAGESPARK_ASSIGN_OR_RETURN(
      const XGBoostFit fit,
      algo::TrainXGBoost(params, train, validation ? &*validation : nullptr, context.cancellation(), after_round, start));
  if (fit.was_stopped) return Stop(context, params, fit);
  if (fit.best_round) {
    log.Info(fmt::format("Stopping after {} rounds. Best iteration: [{}], by validation-{}", fit.rounds, *fit.best_round,
                         fit.early_stopping_metric));
  }
  return WriteModel(context, fit);
}

}  // namespace

Status TrainXGBoostModel(TrainingContext& context) {
  TrainingLog& log = context.log();
  SAGESPARK_ASSIGN_OR_RETURN(const XGBoostParams params, algo::ParseXGBoostParams(context.hyperparameters()));
  for (const std::string& warning : params.warnings) log.Warning(warning);
  const algo::XGBoostMessages messages([&log](std::string_view line, bool is_warning) {
    is_warning ? log.Warning(line) : log.Info(line);
  });
  return params.kfold ? CrossValidateXGBoost(context, params) : TrainOneModel(context, params);
}

}  // namespace sagespark::container
