#include "sagespark/container/xgboost/xgboost_training.h"

#include <fmt/format.h>

#include "sagespark/algo/xgboost/fit.h"
#include "sagespark/algo/xgboost/params.h"
#include "sagespark/container/xgboost/channel_rows.h"

namespace sagespark::container {
namespace {

using algo::XGBoostFit;
using algo::XGBoostMatrix;
using algo::XGBoostParams;
using algo::XGBoostRound;

int ThreadsOf(const XGBoostParams& params) {
  for (const auto& [name, value] : params.booster_parameters) {
    if (name == "nthread") return std::stoi(value);
  }
  return 0;
}

Result<XGBoostMatrix> ReadMatrix(TrainingContext& context, const XGBoostParams& params, std::string_view name) {
  SAGESPARK_ASSIGN_OR_RETURN(const Channel channel, context.OpenChannel(name));
  SAGESPARK_ASSIGN_OR_RETURN(const algo::XGBoostRows rows, ReadChannelRows(context, channel, params.csv_weights));
  const Status labels = CheckXGBoostLabels(params, rows.labels);
  if (!labels.ok()) return labels.error().WithContext("Channel \"" + std::string(name) + "\"");
  return XGBoostMatrix::Create(rows, ThreadsOf(params));
}

void LogRound(TrainingLog& log, const XGBoostRound& round) {
  std::string line = fmt::format("[{}]", round.round);
  for (const algo::XGBoostScore& score : round.scores) {
    // What a tab becomes in CloudWatch's logs, and what everyone's regular expressions look for.
    line += fmt::format("#011{}-{}:{:.5f}", score.data, score.metric, score.value);
  }
  log.Raw(line);
}

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

}  // namespace

Status TrainXGBoostModel(TrainingContext& context) {
  TrainingLog& log = context.log();
  SAGESPARK_ASSIGN_OR_RETURN(const XGBoostParams params, algo::ParseXGBoostParams(context.hyperparameters()));
  for (const std::string& warning : params.warnings) log.Warning(warning);
  const algo::XGBoostWarnings warnings([&log](std::string_view line) { log.Warning(line); });

  SAGESPARK_ASSIGN_OR_RETURN(const XGBoostMatrix train, ReadMatrix(context, params, "train"));
  log.Info(fmt::format("Train matrix has {} rows and {} columns", train.num_rows(), train.num_columns()));
  std::optional<XGBoostMatrix> validation;
  if (context.HasChannel("validation")) {
    SAGESPARK_ASSIGN_OR_RETURN(validation, ReadMatrix(context, params, "validation"));
    log.Info(fmt::format("Validation matrix has {} rows", validation->num_rows()));
  } else if (params.early_stopping_rounds) {
    log.Warning("early_stopping_rounds does nothing without a validation channel");
  }
  log.Info("Single node training.");
  SAGESPARK_ASSIGN_OR_RETURN(const XGBoostFit fit,
                             algo::TrainXGBoost(params, train, validation ? &*validation : nullptr, context.cancellation(),
                                                [&log](const XGBoostRound& round) { LogRound(log, round); }));
  if (fit.was_stopped) return Stop(context, params, fit);
  if (fit.best_round) {
    log.Info(fmt::format("Stopping after {} rounds. Best iteration: [{}], by validation-{}", fit.rounds, *fit.best_round,
                         fit.early_stopping_metric));
  }
  return WriteModel(context, fit);
}

}  // namespace sagespark::container
