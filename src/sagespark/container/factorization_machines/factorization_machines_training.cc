#include "sagespark/container/factorization_machines/factorization_machines_training.h"

#include <fmt/format.h>

#include <span>
#include <vector>

#include "sagespark/algo/factorization_machines/fit.h"
#include "sagespark/algo/factorization_machines/params.h"
#include "sagespark/algo/factorization_machines/predict.h"
#include "sagespark/algo/factorization_machines/scores.h"
#include "sagespark/container/factorization_machines/factorization_machines_model_file.h"
#include "sagespark/container/training/epoch_log.h"

namespace sagespark::container {
namespace {

using algo::FactorizationMachinesParams;
using algo::FactorizationMachinesScores;
using algo::FactorizationMachinesTrainer;

const char* KindOf(const algo::NamedScore& score) { return score.is_loss ? "loss" : "score"; }

/// One training job, step by step.
class FactorizationMachinesJob {
 public:
  FactorizationMachinesJob(TrainingContext& context, const FactorizationMachinesParams& params,
                           FactorizationMachinesTrainer trainer, ThreadPool& pool)
      : context_(context),
        log_(context.log()),
        params_(params),
        trainer_(std::move(trainer)),
        pool_(pool),
        epochs_(log_, params.epochs) {}

  Status Run() {
    SAGESPARK_ASSIGN_OR_RETURN(const Channel train, context_.OpenChannel("train"));
    const SystemTime start = log_.clock().Now();
    for (int64_t epoch = 0; epoch < params_.epochs; ++epoch) SAGESPARK_RETURN_IF_ERROR(TrainEpoch(train, epoch));
    for (const algo::NamedScore& score : trainer_.epoch_scores().Named()) {
      log_.QualityMetric("train", score.name, KindOf(score), score.value);
    }
    SAGESPARK_RETURN_IF_ERROR(WriteModel());
    std::vector<MetricSummary> totals = epochs_.Totals();
    totals.push_back(TimeMetric("model.serialize.time", write_milliseconds_));
    log_.Metrics(start, std::nullopt, "", totals);
    return Test();
  }

 private:
  Status TrainEpoch(const Channel& channel, int64_t epoch) {
    epochs_.Begin();
    SAGESPARK_RETURN_IF_ERROR(
        ForEachBatch(channel, epoch, [this](const linalg::RowsView& rows, std::span<const float> labels) -> Status {
          epochs_.CountBatch(std::ssize(labels));
          return trainer_.Add(rows, labels);
        }));
    SAGESPARK_RETURN_IF_ERROR(trainer_.EndEpoch());
    log_.Info(fmt::format("processed a total of {} examples", epochs_.rows()));
    for (const algo::NamedScore& score : trainer_.epoch_scores().Named()) {
      log_.QualityMetric("train", score.name, KindOf(score), score.value, epoch);
    }
    epochs_.End();
    return Status::Ok();
  }

  template <typename Body>
  Status ForEachBatch(const Channel& channel, int64_t epoch, const Body& body) {
    return context_.ForEachBatch(
        channel, epoch,
        {.feature_dim = params_.feature_dim,
         .batch_rows = params_.mini_batch_size,
         .layout = RowLayout::kAsRead,
         .labels = LabelRule::kRequired},
        [&body](const codec::RowBlock& batch) { return body(ViewOf(batch), batch.labels()); });
  }

  Status WriteModel() {
    const Stopwatch watch(log_.clock());
    log_.Info(fmt::format("{} of {} features have occurred; the others keep the factors they started with",
                          trainer_.features_seen(), params_.feature_dim));
    SAGESPARK_ASSIGN_OR_RETURN(const auto file, context_.CreateModelFile(kFactorizationMachinesModelFile));
    SAGESPARK_RETURN_IF_ERROR(
        WriteFactorizationMachinesModel(trainer_.weights(), context_.hyperparameters(), pool_,
                                        [this, &file](std::string_view bytes) -> Status {
                                          SAGESPARK_RETURN_IF_ERROR(context_.cancellation().Check());
                                          return file->Write(bytes);
                                        }));
    SAGESPARK_RETURN_IF_ERROR(file->Close());
    write_milliseconds_ = watch.milliseconds();
    return Status::Ok();
  }

  Status Test() {
    if (!context_.HasChannel("test")) {
      log_.Info("Test data is not provided.");
      return Status::Ok();
    }
    SAGESPARK_ASSIGN_OR_RETURN(const Channel channel, context_.OpenChannel("test"));
    FactorizationMachinesScores scores(params_.task);
    std::vector<double> margins;
    SAGESPARK_RETURN_IF_ERROR(
        ForEachBatch(channel, 0, [&](const linalg::RowsView& rows, std::span<const float> labels) -> Status {
          const Status checked = algo::CheckLabels(params_.task, labels, scores.rows() + 1);
          if (!checked.ok()) return checked.error().WithContext("Channel \"test\"");
          margins.resize(labels.size());
          SAGESPARK_RETURN_IF_ERROR(algo::PredictMargins(trainer_.weights(), rows, pool_, margins));
          for (size_t row = 0; row < labels.size(); ++row) scores.Add(margins[row], labels[row]);
          return Status::Ok();
        }));
    if (scores.rows() == 0) return InvalidArgument("Channel has no rows: \"test\"");
    for (const algo::NamedScore& score : scores.Named()) log_.TestScore(score.name, KindOf(score), score.value);
    return Status::Ok();
  }

  TrainingContext& context_;
  TrainingLog& log_;
  const FactorizationMachinesParams params_;
  FactorizationMachinesTrainer trainer_;
  ThreadPool& pool_;
  EpochLog epochs_;
  double write_milliseconds_ = 0;
};

}  // namespace

Status TrainFactorizationMachines(TrainingContext& context) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto params, algo::ParseFactorizationMachinesParams(context.hyperparameters()));
  SAGESPARK_ASSIGN_OR_RETURN(const uint64_t seed, context.Seed());
  ThreadPool pool(ThreadPool::AvailableProcessors());
  SAGESPARK_ASSIGN_OR_RETURN(auto trainer, FactorizationMachinesTrainer::Create(params, seed, pool));
  return FactorizationMachinesJob(context, params, std::move(trainer), pool).Run();
}

}  // namespace sagespark::container
