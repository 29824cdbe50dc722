#include "sagespark/container/kmeans/kmeans_training.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "sagespark/algo/kmeans/fit.h"
#include "sagespark/algo/kmeans/params.h"
#include "sagespark/algo/kmeans/predict.h"
#include "sagespark/container/kmeans/kmeans_model_file.h"
#include "sagespark/container/training/epoch_log.h"

namespace sagespark::container {
namespace {

using algo::KMeansFit;
using algo::KMeansParams;
using algo::KMeansState;
using algo::KMeansTrainer;

/// The mean squared distance of the rows to their centers among all K, as the state knows it.
double StateMsd(const KMeansState& state) {
  double squares = 0;
  for (int64_t j = 0; j < state.centers.rows(); ++j) {
    double center = 0;
    for (const double value : state.centers.Row(j)) center += value * value;
    const auto index = static_cast<size_t>(j);
    squares += std::max(0.0, state.squared_norms[index] - state.weights[index] * center);
  }
  return squares / std::accumulate(state.weights.begin(), state.weights.end(), 0.0);
}

/// One training job, step by step.
class KMeansJob {
 public:
  KMeansJob(TrainingContext& context, KMeansParams params, KMeansTrainer trainer, ThreadPool& pool)
      : context_(context),
        log_(context.log()),
        params_(std::move(params)),
        trainer_(std::move(trainer)),
        pool_(pool),
        epochs_(log_, params_.epochs) {}

  Status Run() {
    SAGESPARK_ASSIGN_OR_RETURN(const Channel train, context_.OpenChannel("train"));
    const std::string& content_type = train.config().content_type.type;
    log_.Info(fmt::format("Loaded iterator creator {0} for content type ('{0}', '1.0')", content_type));
    if (!params_.force_dense) log_.Warning("force_dense has no effect: rows are worked on as they come, dense or sparse");
    const SystemTime start = log_.clock().Now();
    for (int64_t epoch = 0; epoch < params_.epochs; ++epoch) SAGESPARK_RETURN_IF_ERROR(TrainEpoch(train, epoch));
    SAGESPARK_ASSIGN_OR_RETURN(const KMeansFit fit, Shrink());
    SAGESPARK_RETURN_IF_ERROR(WriteModel(fit.model));
    const std::vector<MetricSummary> totals = epochs_.Totals();
    times_.insert(times_.end(), totals.begin(), totals.end());
    log_.Metrics(start, std::nullopt, "", times_);
    return Test(fit.model);
  }

 private:
  Status TrainEpoch(const Channel& channel, int64_t epoch) {
    epochs_.Begin();
    const ReadOptions options{.feature_dim = params_.feature_dim,
                              .batch_rows = params_.mini_batch_size,
                              .layout = RowLayout::kAsRead};
    SAGESPARK_RETURN_IF_ERROR(context_.ForEachBatch(channel, epoch, options, [this](const codec::RowBlock& batch) -> Status {
      SAGESPARK_RETURN_IF_ERROR(std::visit([this](const auto& rows) { return trainer_.Add(rows); }, ViewOf(batch)));
      epochs_.CountBatch(batch.num_rows());
      LogStart();
      return Status::Ok();
    }));
    SAGESPARK_RETURN_IF_ERROR(trainer_.EndEpoch());
    LogStart();
    log_.Info(fmt::format("processed a total of {} examples", epochs_.rows()));
    log_.QualityMetric("train", "msd", "loss", StateMsd(trainer_.state()), epoch);
    epochs_.End();
    return Status::Ok();
  }

  /// Says once how training started, as soon as its first mini-batch shows it.
  void LogStart() {
    if (started_ || trainer_.extra_center_factor() == 0) return;
    started_ = true;
    if (!params_.extra_center_factor) {
      log_.Info(
          fmt::format("'extra_center_factor' was set to 'auto', evaluated to {}.", trainer_.extra_center_factor()));
    }
    if (trainer_.first_batch_rows() < params_.mini_batch_size) {
      log_.Warning(fmt::format("Batch size {} is bigger than the first batch data. Effective batch size used to "
                               "initialize is {}",
                               params_.mini_batch_size, trainer_.first_batch_rows()));
    }
  }

  Result<KMeansFit> Shrink() {
    SAGESPARK_RETURN_IF_ERROR(context_.cancellation().Check());
    const Stopwatch watch(log_.clock());
    const int64_t centers = trainer_.state().centers.rows();
    log_.Info(centers == params_.k ? "No shrinking is required as extra_center_factor is 1."
                                   : fmt::format("shrinking {} centers into {}", centers, params_.k));
    SAGESPARK_ASSIGN_OR_RETURN(KMeansFit fit, trainer_.Finish());
    for (size_t i = 0; i < fit.trials.size(); ++i) {
      log_.Info(fmt::format("local kmeans attempt #{}. Current mean square distance {:.6f}", i,
                            fit.trials[i].mean_squared_distance));
    }
    if (!fit.trials.empty()) {
      log_.Info(fmt::format("finished shrinking process. Mean Square Distance = {:.6f}",
                            fit.trials[static_cast<size_t>(fit.best_trial)].mean_squared_distance));
    }
    log_.QualityMetric("train", "msd", "loss", fit.train_msd);
    times_.push_back(TimeMetric("finalize.time", watch.milliseconds()));
    return fit;
  }

  Status WriteModel(const algo::KMeansModel& model) {
    const Stopwatch watch(log_.clock());
    SAGESPARK_RETURN_IF_ERROR(context_.WriteModel(kKMeansModelFile, EncodeKMeansModel(model)));
    times_.push_back(TimeMetric("model.serialize.time", watch.milliseconds()));
    return Status::Ok();
  }

  Status Test(const algo::KMeansModel& model) {
    if (!context_.HasChannel("test")) {
      log_.Info("Test data is not provided.");
      return Status::Ok();
    }
    const algo::KMeansPredictor predictor(model);
    algo::KMeansEvaluator evaluator(predictor);
    SAGESPARK_ASSIGN_OR_RETURN(const Channel channel, context_.OpenChannel("test"));
    const ReadOptions options{.feature_dim = params_.feature_dim, .batch_rows = params_.mini_batch_size};
    SAGESPARK_RETURN_IF_ERROR(context_.ForEachBatch(channel, 0, options, [&](const codec::RowBlock& batch) {
      return evaluator.Add(std::get<linalg::MatrixView<const float>>(ViewOf(batch)), pool_);
    }));
    if (evaluator.rows() == 0) return InvalidArgument("Channel has no rows: \"test\"");
    for (const algo::EvalMetric metric : params_.eval_metrics) {
      log_.TestScore(algo::EvalMetricName(metric), "loss", evaluator.Score(metric));
    }
    return Status::Ok();
  }

  TrainingContext& context_;
  TrainingLog& log_;
  const KMeansParams params_;
  KMeansTrainer trainer_;
  ThreadPool& pool_;
  bool started_ = false;
  EpochLog epochs_;
  std::vector<MetricSummary> times_;
};

}  // namespace

Status TrainKMeans(TrainingContext& context) {
  SAGESPARK_ASSIGN_OR_RETURN(KMeansParams params, algo::ParseKMeansParams(context.hyperparameters()));
  SAGESPARK_ASSIGN_OR_RETURN(const uint64_t seed, context.Seed());
  ThreadPool pool(ThreadPool::AvailableProcessors());
  SAGESPARK_ASSIGN_OR_RETURN(KMeansTrainer trainer, KMeansTrainer::Create(params, seed, pool));
  return KMeansJob(context, std::move(params), std::move(trainer), pool).Run();
}

}  // namespace sagespark::container
