#include "sagespark/container/lda/lda_training.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "sagespark/algo/lda/fit.h"
#include "sagespark/algo/lda/params.h"
#include "sagespark/algo/lda/predict.h"
#include "sagespark/container/lda/lda_model_file.h"
#include "sagespark/container/training/epoch_log.h"

namespace sagespark::container {
namespace {

using algo::LdaFit;
using algo::LdaParams;
using algo::LdaTrainer;

constexpr int64_t kBatchRows = 500;

/// One training job, step by step.
class LdaJob {
 public:
  LdaJob(TrainingContext& context, const LdaParams& params, LdaTrainer trainer, ThreadPool& pool)
      : context_(context), log_(context.log()), params_(params), trainer_(std::move(trainer)), pool_(pool), epoch_(log_, 1) {}

  Status Run() {
    const SystemTime start = log_.clock().Now();
    SAGESPARK_RETURN_IF_ERROR(ReadDocuments());
    SAGESPARK_ASSIGN_OR_RETURN(const LdaFit fit, Fit());
    SAGESPARK_RETURN_IF_ERROR(WriteModel(fit.model));
    const std::vector<MetricSummary> epoch = epoch_.Totals();
    times_.insert(times_.end(), epoch.begin(), epoch.end());
    log_.Metrics(start, std::nullopt, "", times_);
    return Test(fit.model);
  }

 private:
  Result<Channel> Open(std::string_view name) {
    SAGESPARK_ASSIGN_OR_RETURN(Channel channel, context_.OpenChannel(name));
    const ChannelConfig& config = channel.config();
    if (config.input_mode == InputMode::kPipe && config.content_type.type == kCsv) {
      return Unimplemented("LDA reads text/csv in File mode only: channel \"" + config.name + "\" is in Pipe mode");
    }
    return channel;
  }

  template <typename Take>
  Status ForEachBatch(const Channel& channel, const Take& take) {
    const ReadOptions options{
        .feature_dim = params_.feature_dim, .batch_rows = kBatchRows, .layout = RowLayout::kAsRead};
    return context_.ForEachBatch(channel, 0, options, take);
  }

  Status ReadDocuments() {
    SAGESPARK_ASSIGN_OR_RETURN(const Channel train, Open("train"));
    const std::string& content_type = train.config().content_type.type;
    log_.Info(fmt::format("Loaded iterator creator {0} for content type ('{0}', '1.0')", content_type));
    epoch_.Begin();
    SAGESPARK_RETURN_IF_ERROR(ForEachBatch(train, [this](const codec::RowBlock& batch) -> Status {
      SAGESPARK_RETURN_IF_ERROR(trainer_.Add(ViewOf(batch)));
      epoch_.CountBatch(batch.num_rows());
      return Status::Ok();
    }));
    log_.Info(fmt::format("processed a total of {} examples", trainer_.documents()));
    epoch_.End();
    return Status::Ok();
  }

  Result<LdaFit> Fit() {
    const Stopwatch watch(log_.clock());
    SAGESPARK_ASSIGN_OR_RETURN(LdaFit fit, trainer_.Finish(context_.cancellation()));
    if (fit.short_documents > 0) {
      log_.Warning(fmt::format("{} of {} documents have fewer than three words and say nothing about how topics go "
                               "together",
                               fit.short_documents, fit.documents));
    }
    LogDecomposition(fit.spectral);
    log_.Info(fmt::format("refined the topics in {} iterations, last change {:.2e}", fit.refinement.iterations,
                          fit.refinement.change));
    times_.push_back(TimeMetric("finalize.time", watch.milliseconds()));
    return fit;
  }

  void LogDecomposition(const algo::SpectralTopics& spectral) {
    log_.Info(fmt::format("computing {} topics of which {} are kept; the documents tell {} dimensions apart",
                          spectral.computed_topics, params_.num_topics, spectral.dimensions));
    for (size_t i = 0; i < spectral.restarts.size(); ++i) {
      log_.Info(fmt::format("ALS restart #{}: relative error {:.8f} after {} iterations", i, spectral.restarts[i].error,
                            spectral.restarts[i].iterations));
    }
    if (!spectral.restarts.empty()) {
      log_.Info(fmt::format("ALS from the topics kept of restart #{}: relative error {:.8f} after {} iterations",
                            spectral.best_restart, spectral.last_fit.error, spectral.last_fit.iterations));
    }
    if (spectral.spare_topics > 0) {
      log_.Warning(fmt::format("the documents do not determine all topics: {} of {} start from single documents",
                               spectral.spare_topics, params_.num_topics));
    }
  }

  Status WriteModel(const algo::LdaModel& model) {
    const Stopwatch watch(log_.clock());
    SAGESPARK_RETURN_IF_ERROR(context_.WriteModel(kLdaModelFile, EncodeLdaModel(model)));
    times_.push_back(TimeMetric("model.serialize.time", watch.milliseconds()));
    return Status::Ok();
  }

  Status Test(const algo::LdaModel& model) {
    if (!context_.HasChannel("test")) {
      log_.Info("Test data is not provided.");
      return Status::Ok();
    }
    const algo::LdaPredictor predictor(model);
    algo::LdaEvaluator evaluator(predictor);
    SAGESPARK_ASSIGN_OR_RETURN(const Channel channel, Open("test"));
    SAGESPARK_RETURN_IF_ERROR(ForEachBatch(channel, [&](const codec::RowBlock& batch) -> Status {
      algo::LdaCorpus documents(params_.feature_dim);
      const Status added = documents.Add(ViewOf(batch));
      if (!added.ok()) {
        return added.error().WithContext(fmt::format("Channel \"test\", after {} rows", evaluator.documents()));
      }
      return evaluator.Add(documents, pool_);
    }));
    if (evaluator.words() == 0) return InvalidArgument("Channel has no words: \"test\"");
    log_.TestScore("pwll", "score", evaluator.PerWordLogLikelihood());
    return Status::Ok();
  }

  TrainingContext& context_;
  TrainingLog& log_;
  const LdaParams params_;
  LdaTrainer trainer_;
  ThreadPool& pool_;
  EpochLog epoch_;  ///< The documents are read once.
  std::vector<MetricSummary> times_;
};

}  // namespace

Status TrainLda(TrainingContext& context) {
  SAGESPARK_ASSIGN_OR_RETURN(const LdaParams params, algo::ParseLdaParams(context.hyperparameters()));
  SAGESPARK_ASSIGN_OR_RETURN(const uint64_t seed, context.Seed());
  ThreadPool pool(ThreadPool::AvailableProcessors());
  SAGESPARK_ASSIGN_OR_RETURN(LdaTrainer trainer, LdaTrainer::Create(params, seed, pool));
  return LdaJob(context, params, std::move(trainer), pool).Run();
}

}  // namespace sagespark::container
