#include "sagespark/container/pca/pca_training.h"

#include <fmt/format.h>

#include <utility>

#include "sagespark/algo/pca/fit.h"
#include "sagespark/algo/pca/params.h"
#include "sagespark/algo/pca/predict.h"
#include "sagespark/container/pca/pca_model_file.h"
#include "sagespark/container/python_text.h"
#include "sagespark/container/training/epoch_log.h"

namespace sagespark::container {
namespace {

using algo::PcaFit;
using algo::PcaParams;
using algo::PcaTrainer;

constexpr std::string_view kMetric = "explained_variance_ratio";

/// One training job, step by step.
class PcaJob {
 public:
  PcaJob(TrainingContext& context, const PcaParams& params, PcaTrainer trainer)
      : context_(context),
        log_(context.log()),
        params_(params),
        trainer_(std::move(trainer)),
        epochs_(log_, params.epochs) {}

  Status Run() {
    SAGESPARK_ASSIGN_OR_RETURN(const Channel train, context_.OpenChannel("train"));
    LogStart(train);
    const SystemTime start = log_.clock().Now();
    for (int64_t epoch = 0; epoch < params_.epochs; ++epoch) SAGESPARK_RETURN_IF_ERROR(TrainEpoch(train, epoch));
    log_.Metrics(start, std::nullopt, "", epochs_.Totals());
    SAGESPARK_ASSIGN_OR_RETURN(const PcaFit fit, Finish());
    return Test(fit.model);
  }

 private:
  void LogStart(const Channel& train) {
    const std::string& content_type = train.config().content_type.type;
    log_.Info(fmt::format("Loaded iterator creator {0} for content type ('{0}', '1.0')", content_type));
    log_.Info("Create Store: local");
    log_.Info("Number of GPUs being used: 0");
    log_.Info("The default executor is <PCAExecutor on cpu(0)>.");
    log_.Info(fmt::format("{} feature(s) found in 'data'.", params_.feature_dim));
    log_.Info(
        fmt::format("<PCAExecutor on cpu(0)> is assigned to batch slice from 0 to {}.", params_.mini_batch_size - 1));
    if (params_.algorithm_mode == algo::PcaMode::kRandomized) {
      log_.Info(fmt::format("randomized: num_components and extra_components make a factor of {} rows",
                            params_.FactorRows()));
    } else if (params_.extra_components >= 0) {
      log_.Warning(fmt::format("extra_components has no effect: algorithm_mode is {}",
                               algo::PcaModeName(params_.algorithm_mode)));
    }
    if (!params_.force_dense) log_.Warning("force_dense has no effect: rows are multiplied as dense ones");
  }

  Status TrainEpoch(const Channel& channel, int64_t epoch) {
    epochs_.Begin();
    SAGESPARK_RETURN_IF_ERROR(ForEachBatch(channel, epoch, [this](const codec::RowBlock& batch) {
      epochs_.CountBatch(batch.num_rows());
      return trainer_.Add(ViewOf(batch));
    }));
    SAGESPARK_RETURN_IF_ERROR(trainer_.EndEpoch());
    epochs_.End();
    return Status::Ok();
  }

  template <typename Take>
  Status ForEachBatch(const Channel& channel, int64_t epoch, const Take& take) {
    return context_.ForEachBatch(channel, epoch,
                                 {.feature_dim = params_.feature_dim,
                                  .batch_rows = params_.mini_batch_size,
                                  .layout = RowLayout::kAsRead},
                                 take);
  }

  Result<PcaFit> Finish() {
    SAGESPARK_RETURN_IF_ERROR(context_.cancellation().Check());
    const SystemTime start = log_.clock().Now();
    const Stopwatch finalize(log_.clock());
    SAGESPARK_ASSIGN_OR_RETURN(PcaFit fit, std::move(trainer_).Finish());
    const double finalize_time = finalize.milliseconds();
    log_.QualityMetric("train", kMetric, "score", fit.explained_variance_ratio);
    const Stopwatch serialize(log_.clock());
    SAGESPARK_RETURN_IF_ERROR(context_.WriteModel(kPcaModelFile, EncodePcaModel(fit.model)));
    log_.Metrics(start, std::nullopt, "",
                 {TimeMetric("finalize.time", finalize_time),
                  TimeMetric("model.serialize.time", serialize.milliseconds())});
    return fit;
  }

  Status Test(const algo::PcaModel& model) {
    if (!context_.HasChannel("test")) {
      log_.Info("Test data is not provided.");
      return Status::Ok();
    }
    const algo::PcaPredictor predictor(model);
    algo::PcaEvaluator evaluator(predictor);
    SAGESPARK_ASSIGN_OR_RETURN(const Channel channel, context_.OpenChannel("test"));
    SAGESPARK_RETURN_IF_ERROR(ForEachBatch(
        channel, 0, [&evaluator](const codec::RowBlock& batch) { return evaluator.Add(ViewOf(batch)); }));
    if (evaluator.rows() == 0) return InvalidArgument("Channel has no rows: \"test\"");
    const double score = evaluator.ExplainedVarianceRatio();
    log_.Info(fmt::format("#test_score ({}) : ('{}', {})", log_.host(), kMetric, PythonFloat(score)));
    log_.QualityMetric("test", kMetric, "score", score);
    return Status::Ok();
  }

  TrainingContext& context_;
  TrainingLog& log_;
  const PcaParams params_;
  PcaTrainer trainer_;
  EpochLog epochs_;
};

}  // namespace

Status TrainPca(TrainingContext& context) {
  SAGESPARK_ASSIGN_OR_RETURN(const PcaParams params, algo::ParsePcaParams(context.hyperparameters()));
  SAGESPARK_ASSIGN_OR_RETURN(const uint64_t seed, context.Seed());
  ThreadPool pool(ThreadPool::AvailableProcessors());
  SAGESPARK_ASSIGN_OR_RETURN(PcaTrainer trainer, PcaTrainer::Create(params, seed, pool));
  return PcaJob(context, params, std::move(trainer)).Run();
}

}  // namespace sagespark::container
