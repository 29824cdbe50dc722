#include "sagespark/algo/linear_learner/fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "sagespark/linalg/random.h"
#include "sagespark/linalg/rows.h"

namespace sagespark::algo {
namespace {

using linalg::MatrixView;

// Fixed, so that sums do not depend on the number of threads.
constexpr int64_t kBlockRows = 128;
constexpr int64_t kBlockFeatures = 64;

// What auto cuts small data into; see LinearLearnerTrainer.
constexpr int64_t kAutoUpdates = 32;
constexpr int64_t kAutoUpdateRows = 16;

// Polishing; see there.
constexpr int64_t kPolishLeastEpochs = 15;
constexpr int64_t kPolishRows = 60'000;
constexpr int64_t kPolishWeights = int64_t{1} << 21;

constexpr uint64_t kWeightsStream = 0;

constexpr double kAutoFactor = 0.99;
constexpr int64_t kAutoStep = 100;
constexpr double kAutoMinimumRate = 1e-5;
// The one epoch of a job whose number of rows is not known: rates fall as 1 / sqrt(1 + t / this).
constexpr double kSqrtUpdates = 50;

int64_t Blocks(int64_t count, int64_t size) { return (count + size - 1) / size; }

double NextNormal(linalg::RandomStream& random) {
  const double radius = std::sqrt(-2 * std::log(1 - random.NextUniform()));
  return radius * std::cos(2 * std::numbers::pi * random.NextUniform());
}

// A value for each column: `of` its model's setting.
template <typename Of>
std::vector<float> ForColumns(const std::vector<LinearModelSetting>& settings, int64_t outputs, const Of& of) {
  std::vector<float> values;
  for (const LinearModelSetting& setting : settings) {
    values.insert(values.end(), static_cast<size_t>(outputs), static_cast<float>(of(setting)));
  }
  return values;
}

LinearUpdateRule RuleOf(const LinearLearnerParams& params, const std::vector<LinearModelSetting>& settings) {
  return {params, ForColumns(settings, params.outputs(), [](const auto& setting) { return setting.wd; }),
          ForColumns(settings, params.outputs(), [](const auto& setting) { return setting.l1; })};
}

LinearUpdateRule BiasRuleOf(const LinearLearnerParams& params, const std::vector<LinearModelSetting>& settings) {
  const double wd_mult = params.bias_wd_mult.value_or(0);
  return {params, ForColumns(settings, params.outputs(), [&](const auto& setting) { return setting.wd * wd_mult; }),
          ForColumns(settings, params.outputs(), [](const auto&) { return 0; })};
}

}  // namespace

Result<LinearLearnerTrainer> LinearLearnerTrainer::Create(const LinearLearnerParams& params, LinearScaling scaling,
                                                          std::optional<int64_t> known_rows, uint64_t seed,
                                                          ThreadPool& pool) {
  const int64_t models = params.num_models.value_or(1);
  constexpr int64_t kMostWeights = int64_t{1} << 31;
  if (models > kMostWeights / params.outputs() / scaling.feature_dim()) {
    return ResourceLimit(
        fmt::format("Models take too much memory: num_models * outputs * feature_dim = {} * {} * {}, the limit is {}", models,
                    params.outputs(), scaling.feature_dim(), kMostWeights));
  }
  return LinearLearnerTrainer(params, std::move(scaling), known_rows, seed, pool);
}

LinearLearnerTrainer::LinearLearnerTrainer(const LinearLearnerParams& params, LinearScaling scaling,
                                           std::optional<int64_t> known_rows, uint64_t seed, ThreadPool& pool)
    : params_(params),
      scaling_(std::move(scaling)),
      loss_(LinearLossFunction::Of(params)),
      pool_(&pool),
      settings_(LinearModelGrid(params_, scaling_)),
      rule_(RuleOf(params_, settings_)),
      bias_rule_(BiasRuleOf(params_, settings_)),
      positive_weights_(settings_.size(), params.positive_example_weight_mult),
      update_rows_(params.mini_batch_size),
      known_rows_(known_rows),
      loss_sums_(settings_.size()) {
  if (IsClassLabel(params.loss)) class_counts_.resize(static_cast<size_t>(std::max<int64_t>(2, params.num_classes)));
  state_.outputs = params.outputs();
  const int64_t columns = static_cast<int64_t>(settings_.size()) * state_.outputs;
  state_.weights = linalg::Matrix<float>(scaling_.feature_dim(), columns);
  state_.bias.assign(static_cast<size_t>(columns), params.use_bias ? static_cast<float>(params.init_bias) : 0.0F);
  u_ = linalg::Matrix<float>(scaling_.feature_dim(), columns);
  bias_u_.resize(static_cast<size_t>(columns));
  if (rule_.remembers_v()) {
    v_ = linalg::Matrix<float>(scaling_.feature_dim(), columns);
    bias_v_.resize(static_cast<size_t>(columns));
  }
  InitializeWeights(seed);
  if (known_rows_) {
    ChooseUpdateRows(*known_rows_);
    StartLine(*known_rows_);
  }
}

bool LinearLearnerTrainer::IsToBePolished() const {
  return !params_.optimizer && !params_.learning_rate && FallsInALine() && IsSmooth(params_.loss) &&
         static_cast<int64_t>(state_.weights.values().size()) <= kPolishWeights;
}

// The straight line of the learning rates, from here to the end of the epochs that go by batches.
void LinearLearnerTrainer::StartLine(int64_t epoch_rows) {
  int64_t epochs = params_.epochs;
  if (IsToBePolished() && epoch_rows < kPolishRows) {
    epochs = std::min(epochs, std::max(kPolishLeastEpochs, Blocks(epochs * epoch_rows, kPolishRows)));
    polish_from_ = epochs;
  }
  line_start_ = rows_seen_;
  line_end_ = epoch_rows * epochs;
}

// All models start from the same weights.
void LinearLearnerTrainer::InitializeWeights(uint64_t seed) {
  linalg::RandomStream random(seed, kWeightsStream);
  for (int64_t j = 0; j < state_.weights.rows(); ++j) {
    const std::span<float> row = state_.weights.Row(j);
    for (int64_t output = 0; output < state_.outputs; ++output) {
      const double value = params_.init_method == LinearInit::kUniform
                               ? params_.init_scale * (2 * random.NextUniform() - 1)
                               : params_.init_sigma * NextNormal(random);
      for (size_t c = static_cast<size_t>(output); c < row.size(); c += static_cast<size_t>(state_.outputs)) {
        row[c] = static_cast<float>(value);
      }
    }
  }
}

void LinearLearnerTrainer::ChooseUpdateRows(int64_t epoch_rows) {
  if (params_.optimizer) return;
  update_rows_ = std::min(params_.mini_batch_size, std::max(kAutoUpdateRows, Blocks(epoch_rows, kAutoUpdates)));
}

Status LinearLearnerTrainer::Train(const linalg::RowsView& rows, std::span<const float> labels) {
  SAGESPARK_RETURN_IF_ERROR(CheckRows(rows, labels, scaling_.feature_dim()));
  SAGESPARK_RETURN_IF_ERROR(CheckLabels(params_, labels, rows_seen_ - rows_before_epoch_ + 1));
  CountLabels(labels);
  std::vector<float> targets(labels.begin(), labels.end());
  if (!IsClassLabel(params_.loss)) {
    for (float& target : targets) {
      target = static_cast<float>((target - scaling_.label_mean) / scaling_.label_scale);
    }
  }
  ScaledRows scaled(scaling_, *pool_);
  scaled.Set(rows);
  ++batches_seen_;
  if (!minimizers_.empty()) {
    Evaluate(scaled, targets);
    rows_seen_ += scaled.rows();
    return Status::Ok();
  }
  for (int64_t first = 0; first < scaled.rows(); first += update_rows_) {
    const int64_t count = std::min(update_rows_, scaled.rows() - first);
    Update(scaled, first, std::span(targets).subspan(static_cast<size_t>(first), static_cast<size_t>(count)));
    rows_seen_ += count;
  }
  return Status::Ok();
}

void LinearLearnerTrainer::CountLabels(std::span<const float> labels) {
  if (class_counts_.empty() || epoch_ > 0) return;
  for (const float label : labels) ++class_counts_[static_cast<size_t>(label)];
  counted_ += static_cast<double>(labels.size());
  WeighPositiveRows();
}

void LinearLearnerTrainer::WeighPositiveRows() {
  if (params_.predictor_type != PredictorType::kBinaryClassifier) return;
  const bool both = class_counts_[0] > 0 && class_counts_[1] > 0;
  const double ratio = both ? class_counts_[0] / class_counts_[1] : 1;
  for (size_t model = 0; model < settings_.size(); ++model) {
    if (const auto power = settings_[model].positive_power) positive_weights_[model] = std::pow(ratio, *power);
  }
}

double LinearLearnerTrainer::RowWeight(int64_t model, float label) const {
  if (params_.predictor_type == PredictorType::kBinaryClassifier) {
    return label == 1 ? positive_weights_[static_cast<size_t>(model)] : 1;
  }
  if (!params_.balance_multiclass_weights || params_.predictor_type == PredictorType::kRegressor) return 1;
  const double rows = class_counts_[static_cast<size_t>(label)];
  return rows == 0 ? 1 : counted_ / (static_cast<double>(params_.num_classes) * rows);
}

void LinearLearnerTrainer::Update(ScaledRows& rows, int64_t first, std::span<const float> labels) {
  const auto count = static_cast<int64_t>(labels.size());
  const std::vector<float> slope_sums = Slopes(rows, first, labels, static_cast<double>(count));
  ++updates_;
  const std::vector<float> rates = Rates();
  rule_.Start(updates_, rates);
  rows.PrepareColumns(first, count);
  pool_->ParallelFor(Blocks(scaling_.feature_dim(), kBlockFeatures),
                     [&](int64_t block) { UpdateBlock(rows, first, count, slope_sums, block); });
  if (!params_.use_bias) return;
  std::vector<float> bias_rates = rates;
  for (float& rate : bias_rates) rate *= static_cast<float>(params_.bias_lr_mult.value_or(1));
  bias_rule_.Start(updates_, bias_rates);
  bias_rule_.Update(state_.bias, slope_sums, bias_u_, bias_v_);
}

// Fills slopes_ for these rows, divided by `count`, and returns their sums. While polishing at the points to
// evaluate.
std::vector<float> LinearLearnerTrainer::Slopes(ScaledRows& rows, int64_t first, std::span<const float> labels,
                                                double count) {
  const auto size = static_cast<int64_t>(labels.size());
  const int64_t columns = state_.weights.cols();
  const int64_t blocks = Blocks(size, kBlockRows);
  if (slopes_.rows() < size) slopes_ = linalg::Matrix<float>(size, columns);
  if (block_sums_.rows() < blocks) {
    block_sums_ = linalg::Matrix<float>(blocks, columns);
    block_losses_ = linalg::Matrix<double>(blocks, state_.models());
  }
  const LinearState& state = minimizers_.empty() ? state_ : trial_;
  const std::vector<float> offsets = rows.Offsets(state.weights.view(), state.bias);
  pool_->ParallelFor(blocks, [&](int64_t block) { SlopesOfBlock(rows, first, labels, count, offsets, block); });
  return SumBlocks(blocks);
}

// Adds the rows' share to losses and gradients at the points to evaluate.
void LinearLearnerTrainer::Evaluate(ScaledRows& rows, std::span<const float> labels) {
  const std::vector<float> slope_sums = Slopes(rows, 0, labels, 1);
  for (size_t c = 0; c < slope_sums.size(); ++c) bias_gradient_sums_[c] += slope_sums[c];
  const int64_t columns = state_.weights.cols();
  rows.PrepareColumns(0, rows.rows());
  pool_->ParallelFor(Blocks(scaling_.feature_dim(), kBlockFeatures), [&](int64_t block) {
    const int64_t begin = block * kBlockFeatures;
    linalg::Matrix<float> gradients(std::min(kBlockFeatures, scaling_.feature_dim() - begin), columns);
    rows.Gradients(0, std::as_const(slopes_).view().Rows(0, rows.rows()), slope_sums, begin, gradients.view());
    for (int64_t i = 0; i < gradients.rows(); ++i) linalg::AddTo(gradients.Row(i), gradient_sums_.Row(begin + i));
  });
}

// A model's weights, output by output, then its biases.
std::vector<float> LinearLearnerTrainer::ModelPoint(const linalg::Matrix<double>& weights, std::span<const double> bias,
                                                    int64_t model) const {
  std::vector<float> point;
  point.reserve(static_cast<size_t>((weights.rows() + 1) * state_.outputs));
  for (int64_t column = model * state_.outputs; column < (model + 1) * state_.outputs; ++column) {
    for (int64_t j = 0; j < weights.rows(); ++j) point.push_back(static_cast<float>(weights(j, column)));
    point.push_back(static_cast<float>(bias[static_cast<size_t>(column)]));
  }
  return point;
}

void LinearLearnerTrainer::SetModelPoint(int64_t model, std::span<const float> point, LinearState& state) const {
  const float* value = point.data();
  for (int64_t column = model * state_.outputs; column < (model + 1) * state_.outputs; ++column) {
    for (int64_t j = 0; j < state.weights.rows(); ++j) state.weights(j, column) = *value++;
    state.bias[static_cast<size_t>(column)] = *value++;
  }
}

// Ends the last epoch that goes by batches.
void LinearLearnerTrainer::StartPolishing() {
  trial_ = state_;
  gradient_sums_ = linalg::Matrix<double>(state_.weights.rows(), state_.weights.cols());
  bias_gradient_sums_.resize(state_.bias.size());
  const std::vector<double> bias(state_.bias.begin(), state_.bias.end());
  linalg::Matrix<double> weights(state_.weights.rows(), state_.weights.cols());
  for (int64_t j = 0; j < weights.rows(); ++j) linalg::AddTo(state_.weights.Row(j), weights.Row(j));
  for (int64_t model = 0; model < state_.models(); ++model) minimizers_.emplace_back(ModelPoint(weights, bias, model));
}

// Ends an epoch of evaluations: tells the minimizers, and asks where to go next.
void LinearLearnerTrainer::Polish(double rows) {
  const double bias_wd_mult = params_.bias_wd_mult.value_or(0);
  for (int64_t model = 0; model < state_.models(); ++model) {
    const LinearModelSetting& setting = settings_[static_cast<size_t>(model)];
    LbfgsMinimizer& minimizer = minimizers_[static_cast<size_t>(model)];
    if (setting.l1 > 0) continue;
    std::vector<float> gradient = ModelPoint(gradient_sums_, bias_gradient_sums_, model);
    const size_t stride = static_cast<size_t>(scaling_.feature_dim()) + 1;
    double penalty = 0;
    for (size_t i = 0; i < gradient.size(); ++i) {
      const bool is_bias = i % stride == stride - 1;
      const double wd = setting.wd * (is_bias ? bias_wd_mult : 1);
      const double w = minimizer.next()[i];
      penalty += wd / 2 * w * w;
      gradient[i] = is_bias && !params_.use_bias ? 0 : static_cast<float>(gradient[i] / rows + wd * w);
    }
    minimizer.Tell(epoch_losses_[static_cast<size_t>(model)] + penalty, gradient);
    SetModelPoint(model, minimizer.best(), state_);
    SetModelPoint(model, minimizer.next(), trial_);
  }
  ++polished_epochs_;
  for (int64_t j = 0; j < gradient_sums_.rows(); ++j) {
    std::fill(gradient_sums_.Row(j).begin(), gradient_sums_.Row(j).end(), 0.0);
  }
  std::fill(bias_gradient_sums_.begin(), bias_gradient_sums_.end(), 0.0);
}

// The slopes of the losses, their sums over the block's rows, and the losses themselves.
void LinearLearnerTrainer::SlopesOfBlock(const ScaledRows& rows, int64_t first, std::span<const float> labels,
                                         double count, std::span<const float> offsets, int64_t block) {
  const LinearState& state = minimizers_.empty() ? state_ : trial_;
  const int64_t begin = block * kBlockRows;
  const int64_t size = std::min(kBlockRows, static_cast<int64_t>(labels.size()) - begin);
  const auto outputs = static_cast<size_t>(state_.outputs);
  const MatrixView<float> slopes = slopes_.view().Rows(begin, size);
  rows.Scores(first + begin, size, state.weights.view(), offsets, slopes);
  const std::span<double> losses = block_losses_.Row(block);
  const std::span<float> sums = block_sums_.Row(block);
  std::fill(losses.begin(), losses.end(), 0.0);
  std::fill(sums.begin(), sums.end(), 0.0F);
  for (int64_t i = 0; i < size; ++i) {
    const float label = labels[static_cast<size_t>(begin + i)];
    const std::span<float> row = slopes.Row(i);
    for (size_t model = 0; model < losses.size(); ++model) {
      const double weight = RowWeight(static_cast<int64_t>(model), label);
      losses[model] += weight * loss_.ValueAndGradient(row.subspan(model * outputs, outputs), label,
                                                       static_cast<float>(weight / count));
    }
    for (size_t c = 0; c < row.size(); ++c) sums[c] += row[c];
  }
}

// Adds up what the blocks of rows had, in their order.
std::vector<float> LinearLearnerTrainer::SumBlocks(int64_t blocks) {
  std::vector<float> slope_sums(state_.bias.size());
  for (int64_t block = 0; block < blocks; ++block) {
    const std::span<const float> sums = block_sums_.view().Row(block);
    const std::span<const double> losses = block_losses_.view().Row(block);
    for (size_t c = 0; c < sums.size(); ++c) slope_sums[c] += sums[c];
    for (size_t model = 0; model < losses.size(); ++model) loss_sums_[model] += losses[model];
  }
  return slope_sums;
}

void LinearLearnerTrainer::UpdateBlock(const ScaledRows& rows, int64_t first, int64_t count,
                                       std::span<const float> slope_sums, int64_t block) {
  const int64_t begin = block * kBlockFeatures;
  const int64_t columns = state_.weights.cols();
  const int64_t size = std::min(kBlockFeatures, scaling_.feature_dim() - begin);
  thread_local std::vector<float> gradients;
  gradients.resize(static_cast<size_t>(size * columns));
  rows.Gradients(first, std::as_const(slopes_).view().Rows(0, count), slope_sums, begin,
                 {gradients.data(), size, columns});
  const auto part = [&](linalg::Matrix<float>& matrix) -> std::span<float> {
    if (matrix.rows() == 0) return {};
    return {matrix.view().Row(begin).data(), gradients.size()};
  };
  rule_.Update(part(state_.weights), gradients, part(u_), part(v_));
}

bool LinearLearnerTrainer::FallsInALine() const {
  return params_.use_lr_scheduler && !params_.lr_scheduler_step && !params_.lr_scheduler_factor;
}

double LinearLearnerTrainer::LineFactor() const {
  if (!line_end_) {
    return params_.epochs == 1 ? 1 / std::sqrt(1 + static_cast<double>(updates_ - 1) / kSqrtUpdates) : 1;
  }
  const auto done = static_cast<double>(rows_seen_ - line_start_);
  const auto length = static_cast<double>(*line_end_ - line_start_);
  return line_factor_ * std::max(0.0, 1 - done / std::max(1.0, length));
}

// Of update number updates_, for each column.
std::vector<float> LinearLearnerTrainer::Rates() const {
  double factor = 1;
  double minimum = 0;
  if (FallsInALine()) {
    factor = LineFactor();
    minimum = params_.lr_scheduler_minimum_lr.value_or(0);
  } else if (params_.use_lr_scheduler) {
    const int64_t cuts = (updates_ - 1) / params_.lr_scheduler_step.value_or(kAutoStep);
    factor = std::pow(params_.lr_scheduler_factor.value_or(kAutoFactor), static_cast<double>(cuts));
    minimum = params_.lr_scheduler_minimum_lr.value_or(kAutoMinimumRate);
  }
  return ForColumns(settings_, state_.outputs, [&](const LinearModelSetting& setting) {
    return std::max(std::min(minimum, setting.learning_rate), factor * setting.learning_rate);
  });
}

Status LinearLearnerTrainer::EndEpoch() {
  const int64_t rows = rows_seen_ - rows_before_epoch_;
  if (rows == 0) return InvalidArgument("Training data has no rows");
  epoch_losses_.clear();
  for (double& sum : loss_sums_) {
    epoch_losses_.push_back(sum / static_cast<double>(rows));
    sum = 0;
  }
  const auto is_finite = [](double loss) { return std::isfinite(loss); };
  // A step of L-BFGS may go too far, and is taken back.
  if (minimizers_.empty() && std::none_of(epoch_losses_.begin(), epoch_losses_.end(), is_finite)) {
    return InvalidArgument(fmt::format("Training went to infinity: learning_rate {}, loss {}; a smaller learning_rate helps",
                                       settings_[0].learning_rate, epoch_losses_[0]));
  }
  rows_before_epoch_ = rows_seen_;
  ++epoch_;
  if (!known_rows_) {
    known_rows_ = rows;
    ChooseUpdateRows(rows);
    StartLine(rows);
  }
  if (!minimizers_.empty()) {
    Polish(static_cast<double>(rows));
  } else if (epoch_ == polish_from_ && epoch_ < params_.epochs) {
    StartPolishing();
  }
  return Status::Ok();
}

bool LinearLearnerTrainer::CoolDown() {
  if (!FallsInALine() || !line_end_ || *line_end_ <= rows_seen_ + *known_rows_) return false;
  polish_from_.reset();
  line_factor_ = LineFactor();
  line_start_ = rows_seen_;
  line_end_ = rows_seen_ + *known_rows_;
  return true;
}

std::vector<double> LinearLearnerTrainer::Objectives() const {
  std::vector<double> objectives = Penalties();
  for (size_t model = 0; model < objectives.size(); ++model) {
    const bool polished = !minimizers_.empty() && polished_epochs_ > 0 && settings_[model].l1 == 0;
    objectives[model] = polished ? minimizers_[model].best_value() : objectives[model] + epoch_losses_[model];
  }
  return objectives;
}

std::vector<double> LinearLearnerTrainer::Penalties() const {
  const auto columns = static_cast<size_t>(state_.weights.cols());
  std::vector<double> squares(columns), sizes(columns);
  for (int64_t j = 0; j < state_.weights.rows(); ++j) {
    const std::span<const float> row = state_.weights.Row(j);
    for (size_t c = 0; c < columns; ++c) {
      squares[c] += static_cast<double>(row[c]) * row[c];
      sizes[c] += std::abs(row[c]);
    }
  }
  std::vector<double> penalties(settings_.size());
  for (size_t c = 0; c < columns; ++c) {
    const size_t model = c / static_cast<size_t>(state_.outputs);
    const LinearModelSetting& setting = settings_[model];
    const double bias_square = params_.bias_wd_mult.value_or(0) * state_.bias[c] * state_.bias[c];
    penalties[model] += setting.wd / 2 * (squares[c] + bias_square) + setting.l1 * sizes[c];
  }
  return penalties;
}

LinearModel LinearLearnerTrainer::Model(int64_t model, double threshold) const {
  const int64_t outputs = state_.outputs;
  LinearModel result{params_.predictor_type, loss_, linalg::Matrix<float>(outputs, scaling_.feature_dim()),
                     std::vector<float>(static_cast<size_t>(outputs)), threshold};
  for (int64_t output = 0; output < outputs; ++output) {
    const int64_t column = model * outputs + output;
    double bias = state_.bias[static_cast<size_t>(column)] * scaling_.label_scale + scaling_.label_mean;
    for (int64_t j = 0; j < scaling_.feature_dim(); ++j) {
      const auto feature = static_cast<size_t>(j);
      const double weight = static_cast<double>(state_.weights(j, column)) * scaling_.inverse_scale[feature];
      const auto rounded = static_cast<float>(weight * scaling_.label_scale);
      // With the weight as it is kept, so that its rounding does not count where all values are far from zero.
      bias -= static_cast<double>(rounded) * scaling_.mean[feature];
      result.weights(output, j) = rounded;
    }
    result.bias[static_cast<size_t>(output)] = static_cast<float>(bias);
  }
  return result;
}

}  // namespace sagespark::algo
