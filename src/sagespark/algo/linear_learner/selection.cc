#include "sagespark/algo/linear_learner/selection.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sagespark/algo/linear_learner/predict.h"

namespace sagespark::algo {
namespace {

constexpr int64_t kBlockRows = 128;
constexpr int64_t kAutoSampleRows = 200'000;
constexpr uint64_t kSampleStream = 1;

bool IsBinary(const LinearLearnerTrainer& trainer) {
  return trainer.params().predictor_type == PredictorType::kBinaryClassifier;
}

// The models that stand for their objectives, in order.
std::vector<int64_t> BestOfEachObjective(const LinearLearnerTrainer& trainer, const std::vector<double>& objectives) {
  const auto& settings = trainer.settings();
  std::vector<int64_t> best;
  for (size_t model = 0; model < settings.size(); ++model) {
    if (!std::isfinite(objectives[model])) continue;
    const auto same = std::find_if(best.begin(), best.end(), [&](int64_t other) {
      return settings[static_cast<size_t>(other)].SameObjective(settings[model]);
    });
    if (same == best.end()) {
      best.push_back(static_cast<int64_t>(model));
    } else if (objectives[model] < objectives[static_cast<size_t>(*same)]) {
      *same = static_cast<int64_t>(model);
    }
  }
  return best;
}

}  // namespace

LinearModelScores::LinearModelScores(const LinearLearnerTrainer& trainer, uint64_t seed, ThreadPool& pool)
    : trainer_(trainer),
      pool_(&pool),
      loss_(LinearLossFunction::Of(trainer.params())),
      seed_(seed),
      random_(seed, kSampleStream),
      sample_rows_(IsBinary(trainer) ? trainer.params().num_calibration_samples.value_or(kAutoSampleRows) : 0),
      scaled_(trainer.scaling(), pool),
      loss_sums_(trainer.settings().size()),
      sample_values_(IsBinary(trainer) ? trainer.settings().size() : 0) {}

void LinearModelScores::Clear() {
  rows_ = 0;
  random_ = linalg::RandomStream(seed_, kSampleStream);
  std::fill(loss_sums_.begin(), loss_sums_.end(), 0.0);
  sample_labels_.clear();
  for (std::vector<float>& values : sample_values_) values.clear();
}

Status LinearModelScores::Add(const linalg::RowsView& rows, std::span<const float> labels) {
  const LinearScaling& scaling = *trainer_.scaling();
  SAGESPARK_RETURN_IF_ERROR(CheckRows(rows, labels, scaling.feature_dim()));
  SAGESPARK_RETURN_IF_ERROR(CheckLabels(trainer_.params(), labels, rows_ + 1));
  std::vector<float> targets(labels.begin(), labels.end());
  if (!IsClassLabel(loss_.loss)) {
    for (float& target : targets) target = static_cast<float>((target - scaling.label_mean) / scaling.label_scale);
  }
  const LinearState& state = trainer_.state();
  scaled_.Set(rows);
  const int64_t blocks = (scaled_.rows() + kBlockRows - 1) / kBlockRows;
  if (values_.rows() < scaled_.rows()) {
    values_ = linalg::Matrix<float>(scaled_.rows(), state.weights.cols());
    block_losses_ = linalg::Matrix<double>(blocks, state.models());
  }
  const std::vector<float> offsets = scaled_.Offsets(state.weights.view(), state.bias);
  pool_->ParallelFor(blocks, [&](int64_t block) { ScoreBlock(targets, offsets, block); });
  for (int64_t block = 0; block < blocks; ++block) {
    for (size_t model = 0; model < loss_sums_.size(); ++model) loss_sums_[model] += block_losses_.Row(block)[model];
  }
  Sample(labels);
  return Status::Ok();
}

void LinearModelScores::ScoreBlock(std::span<const float> labels, std::span<const float> offsets, int64_t block) {
  const int64_t begin = block * kBlockRows;
  const int64_t size = std::min(kBlockRows, scaled_.rows() - begin);
  const LinearState& state = trainer_.state();
  const auto outputs = static_cast<size_t>(state.outputs);
  const linalg::MatrixView<float> values = values_.view().Rows(begin, size);
  scaled_.Scores(begin, size, state.weights.view(), offsets, values);
  const std::span<double> losses = block_losses_.Row(block);
  std::fill(losses.begin(), losses.end(), 0.0);
  for (int64_t i = 0; i < size; ++i) {
    for (size_t model = 0; model < losses.size(); ++model) {
      losses[model] += loss_.Value(std::span<const float>(values.Row(i)).subspan(model * outputs, outputs),
                                   labels[static_cast<size_t>(begin + i)]);
    }
  }
}

// A reservoir: row n takes the place of any of the sampled ones with probability sample_rows_ / n.
// Source: Vitter 1985, "Random sampling with a reservoir" (algorithm R).
void LinearModelScores::Sample(std::span<const float> labels) {
  for (size_t i = 0; i < labels.size(); ++i, ++rows_) {
    if (sample_values_.empty()) continue;
    const std::span<const float> values = values_.view().Row(static_cast<int64_t>(i));
    if (rows_ < sample_rows_) {
      sample_labels_.push_back(labels[i]);
      for (size_t model = 0; model < values.size(); ++model) sample_values_[model].push_back(values[model]);
      continue;
    }
    const auto place = random_.NextBelow(static_cast<uint64_t>(rows_) + 1);
    if (place >= static_cast<uint64_t>(sample_rows_)) continue;
    sample_labels_[place] = labels[i];
    for (size_t model = 0; model < values.size(); ++model) sample_values_[model][place] = values[model];
  }
}

std::vector<double> LinearModelScores::Losses() const {
  std::vector<double> losses = loss_sums_;
  for (double& loss : losses) loss /= static_cast<double>(std::max<int64_t>(rows_, 1));
  return losses;
}

LinearChoice ChooseLinearModel(const LinearLearnerTrainer& trainer, const LinearModelScores* scores, bool losses_choose) {
  const std::vector<double> objectives = trainer.Objectives();
  const std::vector<int64_t> candidates = BestOfEachObjective(trainer, objectives);
  LinearChoice choice{.losses = losses_choose ? scores->Losses() : objectives};
  const bool binary = IsBinary(trainer);
  const double natural_value = 0;  // Half the probability; the other losses' threshold is on the values themselves.
  double best = -std::numeric_limits<double>::infinity();
  for (const int64_t model : candidates) {
    std::optional<Calibration> calibration;
    if (binary) {
      calibration = CalibrateThreshold(scores->sample_values_[static_cast<size_t>(model)], scores->sample_labels_,
                                       natural_value, trainer.params());
    }
    const bool by_loss = !binary || trainer.params().criterion == SelectionCriterion::kLoss;
    const double value = by_loss ? -choice.losses[static_cast<size_t>(model)] : calibration->criterion;
    if (!(value > best)) continue;
    best = value;
    choice.model = model;
    choice.calibration = calibration;
  }
  if (choice.calibration) {
    const bool logistic = trainer.params().loss == LinearLoss::kLogistic;
    choice.threshold = logistic ? LogisticFunction(choice.calibration->threshold) : choice.calibration->threshold;
  }
  return choice;
}

}  // namespace sagespark::algo
