#include "sagespark/container/linear_learner/linear_learner_training.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sagespark/algo/linear_learner/early_stopping.h"
#include "sagespark/algo/linear_learner/fit.h"
#include "sagespark/algo/linear_learner/metrics.h"
#include "sagespark/algo/linear_learner/params.h"
#include "sagespark/algo/linear_learner/predict.h"
#include "sagespark/algo/linear_learner/scaling.h"
#include "sagespark/algo/linear_learner/selection.h"
#include "sagespark/container/linear_learner/linear_learner_channels.h"
#include "sagespark/container/linear_learner/linear_learner_model_file.h"
#include "sagespark/container/python_text.h"

namespace sagespark::container {
namespace {

using algo::LinearChoice;
using algo::LinearLearnerParams;
using algo::LinearLearnerTrainer;
using algo::LinearModel;
using algo::LinearModelScores;
using algo::LinearModelSetting;
using algo::LinearScaling;

class Stopwatch {
 public:
  explicit Stopwatch(const Clock& clock) : clock_(clock), start_(clock.SteadyNow()) {}
  double seconds() const { return std::chrono::duration<double>(clock_.SteadyNow() - start_).count(); }
  double milliseconds() const { return 1000 * seconds(); }

 private:
  const Clock& clock_;
  SteadyTime start_;
};

// NaN is a model that went to infinity.
double Smallest(const std::vector<double>& losses) {
  double smallest = std::numeric_limits<double>::infinity();
  for (const double loss : losses) smallest = std::min(smallest, std::isfinite(loss) ? loss : smallest);
  return smallest;
}

void AddTo(MetricSummary& summary, double value) {
  summary.min = summary.count == 0 ? value : std::min(summary.min, value);
  summary.max = summary.count == 0 ? value : std::max(summary.max, value);
  summary.sum += value;
  ++summary.count;
}

std::string NumberOrAuto(const auto& value) { return value ? fmt::format("{}", *value) : "\"auto\""; }

/// One training job, step by step.
class LinearLearnerJob {
 public:
  LinearLearnerJob(TrainingContext& context, LinearLearnerParams params, uint64_t seed, ThreadPool& pool)
      : log_(context.log()),
        context_(context),
        params_(std::move(params)),
        seed_(seed),
        pool_(pool),
        channels_(context, params_.feature_dim.value_or(0), params_.mini_batch_size),
        objective_(algo::LinearObjectiveName(params_.loss)),
        stopping_(params_) {}

  Status Run() {
    const SystemTime start = log_.clock().Now();
    const Stopwatch total(log_.clock());
    has_validation_ = context_.HasChannel("validation");
    SAGESPARK_RETURN_IF_ERROR(Initialize());
    SAGESPARK_RETURN_IF_ERROR(TrainEpochs());
    const Stopwatch finalize(log_.clock());
    SAGESPARK_ASSIGN_OR_RETURN(const LinearModel model, Choose());
    const algo::LinearPredictor predictor(model);
    SAGESPARK_RETURN_IF_ERROR(Score("train", predictor));
    if (has_validation_) SAGESPARK_RETURN_IF_ERROR(Score("validation", predictor));
    LogBestModel();
    SAGESPARK_RETURN_IF_ERROR(context_.WriteModel(kLinearLearnerModelFile, EncodeLinearLearnerModel(model)));
    times_.push_back(TimeMetric("finalize.time", finalize.milliseconds()));
    if (context_.HasChannel("test")) {
      SAGESPARK_RETURN_IF_ERROR(Score("test", predictor));
    } else {
      log_.Info("Test data is not provided.");
    }
    times_.push_back(update_time_);
    times_.push_back(TimeMetric("totaltime", total.milliseconds()));
    log_.Metrics(start, std::nullopt, "", times_);
    return Status::Ok();
  }

 private:
  /// Learns the scaling from the first rows, and with it what to train.
  Status Initialize() {
    const Stopwatch watch(log_.clock());
    algo::LinearScaler scaler(params_);
    SAGESPARK_ASSIGN_OR_RETURN(const bool saw_all,
                               channels_.Pass("train", [&](const auto& rows, auto labels) -> Result<bool> {
                                 // Once more than is needed, to learn whether there is more.
                                 if (scaler.done()) return false;
                                 SAGESPARK_RETURN_IF_ERROR(scaler.Add(rows, labels));
                                 rows_scanned_ += linalg::RowCount(rows);
                                 return true;
                               }));
    SAGESPARK_ASSIGN_OR_RETURN(LinearScaling scaling, scaler.Finish());
    log_.Info(fmt::format("Scaling model computed from {} rows: feature_dim {}, mean_label {}, stdev_label {}", scaler.rows(),
                          scaling.feature_dim(), PythonFloat(scaling.label_mean), PythonFloat(scaling.label_scale)));
    const std::optional<int64_t> known = saw_all ? std::optional(rows_scanned_) : std::nullopt;
    SAGESPARK_ASSIGN_OR_RETURN(auto trainer, LinearLearnerTrainer::Create(params_, std::move(scaling), known, seed_, pool_));
    trainer_ = std::make_unique<LinearLearnerTrainer>(std::move(trainer));
    log_.Info(fmt::format("Number of models trained side by side: {}", trainer_->settings().size()));
    if (PolishedFromStart() > 0) {
      log_.Info(fmt::format("Optimizer auto: {} models go by L-BFGS on all rows, a step an epoch; learning rates, mini_batch_size and "
                            "init_* have no part in them",
                            PolishedFromStart()));
    }
    times_.push_back(TimeMetric("initialize.time", watch.milliseconds()));
    return Status::Ok();
  }

  int64_t PolishedFromStart() const {
    int64_t count = 0;
    for (size_t model = 0; model < trainer_->settings().size(); ++model) {
      count += trainer_->IsPolishedFromStart(static_cast<int64_t>(model)) ? 1 : 0;
    }
    return count;
  }

  Status TrainEpochs() {
    bool is_last = false;
    int64_t epoch = 0;
    for (; epoch < params_.epochs && !is_last; ++epoch) {
      const bool cooling = cooling_;
      SAGESPARK_RETURN_IF_ERROR(TrainEpoch(epoch));
      is_last = cooling || (ShouldStop(epoch) && !CoolDown(epoch));
    }
    if (is_last) log_.Info("Early stop condition met. Stopping training.");
    times_.push_back(CountMetric("epochs", epoch));
    return Status::Ok();
  }

  bool ShouldStop(int64_t epoch) {
    if (stopping_.ShouldStop()) return true;
    if (!trainer_->IsSettled()) return false;
    log_.Info(fmt::format("Epoch {}: L-BFGS expects less than a tenth of the tolerance from the next one.", epoch));
    return true;
  }

  bool CoolDown(int64_t epoch) {
    if (epoch + 1 == params_.epochs || !trainer_->CoolDown()) return false;
    log_.Info("Early stop condition met. One more epoch brings the learning rate down.");
    cooling_ = true;
    return true;
  }

  Status TrainEpoch(int64_t epoch) {
    const SystemTime start = log_.clock().Now();
    const Stopwatch watch(log_.clock());
    const int64_t rows_before = trainer_->rows_seen();
    const int64_t batches_before = trainer_->batches_seen();
    SAGESPARK_RETURN_IF_ERROR(channels_
                                  .Pass("train",
                                        [&](const auto& rows, auto labels) -> Result<bool> {
                                          SAGESPARK_RETURN_IF_ERROR(trainer_->Train(rows, labels));
                                          return true;
                                        })
                                  .status());
    SAGESPARK_RETURN_IF_ERROR(trainer_->EndEpoch());
    const int64_t rows = trainer_->rows_seen() - rows_before;
    const int64_t batches = trainer_->batches_seen() - batches_before;
    const double train_seconds = watch.seconds();
    log_.QualityMetric("train", objective_, "loss", Smallest(trainer_->epoch_losses()), epoch);
    double loss = Smallest(trainer_->Objectives());
    if (has_validation_) {
      SAGESPARK_ASSIGN_OR_RETURN(const std::unique_ptr<LinearModelScores> scores, ScoreModels("validation"));
      loss = Smallest(scores->Losses());
      log_.QualityMetric("validation", objective_, "loss", loss, epoch);
    }
    LogStopping(epoch, loss);
    log_.Progress(100.0 * static_cast<double>(epoch + 1) / static_cast<double>(params_.epochs));
    log_.Metrics(start, epoch, "training_data_iter",
                 {CountMetric("Total Records Seen", trainer_->rows_seen()),
                  CountMetric("Total Batches Seen", trainer_->batches_seen()),
                  CountMetric("Max Records Seen Between Resets", rows),
                  CountMetric("Max Batches Seen Between Resets", batches), CountMetric("Reset Count", epoch + 1),
                  CountMetric("Number of Records Since Last Reset", rows),
                  CountMetric("Number of Batches Since Last Reset", batches)});
    log_.Throughput(static_cast<double>(rows) / std::max(train_seconds, 1e-9));
    AddTo(update_time_, watch.milliseconds());
    return Status::Ok();
  }

  void LogStopping(int64_t epoch, double loss) {
    const bool improved = stopping_.Add(loss);
    log_.Info(fmt::format("#early_stopping_criteria_metric: host={}, epoch={}, criteria={}, value={}", log_.host(), epoch,
                          objective_, PythonFloat(loss)));
    stale_epochs_ = improved ? 0 : stale_epochs_ + 1;
    log_.Info(improved ? fmt::format("Epoch {}: Loss improved. Updating best model", epoch)
                       : fmt::format("Epoch {}: Loss has not improved for {} epochs.", epoch, stale_epochs_));
  }

  Result<std::unique_ptr<LinearModelScores>> ScoreModels(const std::string& channel) {
    auto scores = std::make_unique<LinearModelScores>(*trainer_, seed_, pool_);
    SAGESPARK_RETURN_IF_ERROR(channels_
                                  .Pass(channel,
                                        [&](const auto& rows, auto labels) -> Result<bool> {
                                          SAGESPARK_RETURN_IF_ERROR(scores->Add(rows, labels));
                                          return true;
                                        })
                                  .status());
    return scores;
  }

  Result<LinearModel> Choose() {
    std::unique_ptr<LinearModelScores> scores;
    if (has_validation_ || params_.predictor_type == algo::PredictorType::kBinaryClassifier) {
      SAGESPARK_ASSIGN_OR_RETURN(scores, ScoreModels(has_validation_ ? "validation" : "train"));
    }
    choice_ = algo::ChooseLinearModel(*trainer_, scores.get(), has_validation_);
    for (size_t model = 0; model < trainer_->settings().size(); ++model) {
      const LinearModelSetting& setting = trainer_->settings()[model];
      log_.Info(fmt::format("model {}: learning_rate {}, wd {}, l1 {}, {} loss {}", model, setting.learning_rate, setting.wd,
                            setting.l1, has_validation_ ? "validation" : "train", PythonFloat(choice_.losses[model])));
    }
    if (choice_.calibration) {
      log_.Info(fmt::format("Threshold calibrated: {}, criterion {}", PythonFloat(choice_.threshold),
                            PythonFloat(choice_.calibration->criterion)));
    }
    return trainer_->Model(choice_.model, choice_.threshold);
  }

  Status Score(const std::string& channel, const algo::LinearPredictor& predictor) {
    algo::LinearEvaluator evaluator(predictor, params_);
    SAGESPARK_RETURN_IF_ERROR(channels_
                                  .Pass(channel,
                                        [&](const auto& rows, auto labels) -> Result<bool> {
                                          SAGESPARK_RETURN_IF_ERROR(evaluator.Add(rows, labels, pool_));
                                          return true;
                                        })
                                  .status());
    const std::vector<algo::LinearMetric> metrics = evaluator.Metrics();
    for (const algo::LinearMetric& metric : metrics) {
      log_.Info(fmt::format("#{}_score ({}) : ('{}', {})", channel, log_.host(), metric.name, PythonFloat(metric.value)));
    }
    for (const algo::LinearMetric& metric : metrics) {
      log_.QualityMetric(channel, metric.name, metric.is_loss ? "loss" : "score", metric.value);
    }
    return Status::Ok();
  }

  void LogBestModel() {
    const LinearModelSetting& setting = trainer_->settings()[static_cast<size_t>(choice_.model)];
    log_.Info(fmt::format("Best model found for hyperparameters: {{\"optimizer\": \"{}\", \"learning_rate\": {}, \"l1\": {}, "
                          "\"wd\": {}, \"lr_scheduler_step\": {}, \"lr_scheduler_factor\": {}, "
                          "\"lr_scheduler_minimum_lr\": {}}}",
                          trainer_->IsPolishedFromStart(choice_.model)
                              ? "auto"
                              : algo::LinearOptimizerName(params_.optimizer.value_or(algo::LinearOptimizer::kAdam)),
                          PythonFloat(setting.learning_rate), PythonFloat(setting.l1), PythonFloat(setting.wd),
                          NumberOrAuto(params_.lr_scheduler_step), NumberOrAuto(params_.lr_scheduler_factor),
                          NumberOrAuto(params_.lr_scheduler_minimum_lr)));
  }

  TrainingLog& log_;
  TrainingContext& context_;
  const LinearLearnerParams params_;
  const uint64_t seed_;
  ThreadPool& pool_;
  LinearLearnerChannels channels_;
  const std::string objective_;
  algo::LinearEarlyStopping stopping_;
  std::unique_ptr<LinearLearnerTrainer> trainer_;
  LinearChoice choice_;
  bool has_validation_ = false;
  bool cooling_ = false;
  int64_t stale_epochs_ = 0;
  int64_t rows_scanned_ = 0;
  MetricSummary update_time_{.name = "update.time", .count = 0};  ///< One an epoch.
  std::vector<MetricSummary> times_;
};

}  // namespace

Status TrainLinearLearner(TrainingContext& context) {
  SAGESPARK_ASSIGN_OR_RETURN(LinearLearnerParams params, algo::ParseLinearLearnerParams(context.hyperparameters()));
  SAGESPARK_ASSIGN_OR_RETURN(const uint64_t seed, context.Seed());
  ThreadPool pool(ThreadPool::AvailableProcessors());
  return LinearLearnerJob(context, std::move(params), seed, pool).Run();
}

}  // namespace sagespark::container
