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
constexpr double kSettledShare = 0.1;

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

bool FallsInALine(const LinearLearnerParams& params) {
  return params.use_lr_scheduler && !params.lr_scheduler_step && !params.lr_scheduler_factor;
}

bool LeavesOptimizerToAuto(const LinearLearnerParams& params) {
  return !params.optimizer && !params.learning_rate && !params.momentum && !params.beta_1 && !params.beta_2 &&
         !params.bias_lr_mult && !params.lr_scheduler_minimum_lr && FallsInALine(params);
}

// Whether models of that many weights may be polished.
bool CanPolish(const LinearLearnerParams& params, int64_t weights) {
  return LeavesOptimizerToAuto(params) && IsSmooth(params.loss) && weights <= kPolishWeights;
}

bool CanPolishFromStart(const LinearLearnerParams& params, const LinearScaling& scaling, int64_t models) {
  // Classes' models of many penalties compete by what they reach: the least penalised would win when all are at their optimum, and
  // answer new rows worse.
  const bool penalties_are_given = params.outputs() == 1 || params.wd || params.l1;
  return penalties_are_given && scaling.feature_dim() <= LinearPolisher::kCurvatureFeatures &&
         CanPolish(params, models * params.outputs() * scaling.feature_dim());
}

// The grid, but of models that are polished from the start only one for each objective: they have no learning rates.
std::vector<LinearModelSetting> SettingsOf(const LinearLearnerParams& params, const LinearScaling& scaling) {
  std::vector<LinearModelSetting> grid = LinearModelGrid(params, scaling);
  std::vector<LinearModelSetting> settings;
  for (const LinearModelSetting& setting : grid) {
    const auto same = [&](const LinearModelSetting& other) { return setting.l1 == 0 && other.SameObjective(setting); };
    if (std::none_of(settings.begin(), settings.end(), same)) settings.push_back(setting);
  }
  return CanPolishFromStart(params, scaling, static_cast<int64_t>(settings.size())) ? settings : grid;
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
      scaling_(std::make_shared<const LinearScaling>(std::move(scaling))),
      loss_(LinearLossFunction::Of(params)),
      pool_(&pool),
      settings_(SettingsOf(params_, *scaling_)),
      rule_(RuleOf(params_, settings_)),
      bias_rule_(BiasRuleOf(params_, settings_)),
      positive_weights_(settings_.size(), params.positive_example_weight_mult),
      update_rows_(params.mini_batch_size),
      known_rows_(known_rows),
      scaled_(scaling_, pool) {
  for (size_t model = 0; model < settings_.size(); ++model) batch_slopes_.models.push_back(static_cast<int64_t>(model));
  if (IsClassLabel(params.loss)) class_counts_.resize(static_cast<size_t>(std::max<int64_t>(2, params.num_classes)));
  state_.outputs = params.outputs();
  const int64_t columns = static_cast<int64_t>(settings_.size()) * state_.outputs;
  state_.weights = linalg::Matrix<float>(scaling_->feature_dim(), columns);
  state_.bias.assign(static_cast<size_t>(columns), params.use_bias ? static_cast<float>(params.init_bias) : 0.0F);
  u_ = linalg::Matrix<float>(scaling_->feature_dim(), columns);
  bias_u_.resize(static_cast<size_t>(columns));
  if (rule_.remembers_v()) {
    v_ = linalg::Matrix<float>(scaling_->feature_dim(), columns);
    bias_v_.resize(static_cast<size_t>(columns));
  }
  InitializeWeights(seed);
  StartPolishingFromZero();
  if (known_rows_) {
    ChooseUpdateRows(*known_rows_);
    StartLine(*known_rows_);
  }
}

void LinearLearnerTrainer::StartPolishingFromZero() {
  const auto models = static_cast<int64_t>(settings_.size());
  if (!CanPolishFromStart(params_, *scaling_, models)) return;
  const auto has_l1 = [](const LinearModelSetting& setting) { return setting.l1 > 0; };
  const int64_t with_l1 = std::count_if(settings_.begin(), settings_.end(), has_l1);
  if (with_l1 == models) return;
  StartPolishing(LinearState::Zeros(state_.outputs, scaling_->feature_dim(), models), true);
  goes_by_batches_ = with_l1 > 0;
}

// Of the models without l1, from their places in `start`.
void LinearLearnerTrainer::StartPolishing(const LinearState& start, bool with_curvature) {
  polish_slopes_.models.clear();
  for (size_t model = 0; model < settings_.size(); ++model) {
    if (settings_[model].l1 == 0) polish_slopes_.models.push_back(static_cast<int64_t>(model));
  }
  if (polish_slopes_.models.empty()) return;
  polisher_.emplace(params_, settings_, polish_slopes_.models, start, with_curvature, *pool_);
  polish_slopes_.loss_sums.assign(polish_slopes_.models.size(), 0);
}

bool LinearLearnerTrainer::IsPolishedFromStart(int64_t model) const {
  return polisher_ && !polish_from_ && settings_[static_cast<size_t>(model)].l1 == 0;
}

// The straight line of the learning rates, from here to the end of the epochs that go by batches.
void LinearLearnerTrainer::StartLine(int64_t epoch_rows) {
  int64_t epochs = params_.epochs;
  const auto weights = static_cast<int64_t>(state_.weights.values().size());
  if (!polisher_ && CanPolish(params_, weights) && epoch_rows < kPolishRows) {
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
  SAGESPARK_RETURN_IF_ERROR(CheckRows(rows, labels, scaling_->feature_dim()));
  SAGESPARK_RETURN_IF_ERROR(CheckLabels(params_, labels, rows_seen_ - rows_before_epoch_ + 1));
  CountLabels(labels);
  std::vector<float> targets(labels.begin(), labels.end());
  if (!IsClassLabel(params_.loss)) {
    for (float& target : targets) {
      target = static_cast<float>((target - scaling_->label_mean) / scaling_->label_scale);
    }
  }
  scaled_.Set(rows);
  ++batches_seen_;
  if (polisher_) Evaluate(scaled_, targets);
  if (!goes_by_batches_) {
    rows_seen_ += scaled_.rows();
    return Status::Ok();
  }
  for (int64_t first = 0; first < scaled_.rows(); first += update_rows_) {
    const int64_t count = std::min(update_rows_, scaled_.rows() - first);
    Update(scaled_, first, std::span(targets).subspan(static_cast<size_t>(first), static_cast<size_t>(count)));
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
  const std::vector<float> slope_sums =
      FindSlopes(state_, rows, first, labels, static_cast<double>(count), batch_slopes_);
  ++updates_;
  const std::vector<float> rates = Rates();
  rule_.Start(updates_, rates);
  rows.PrepareColumns(first, count);
  pool_->ParallelFor(Blocks(scaling_->feature_dim(), kBlockFeatures),
                     [&](int64_t block) { UpdateBlock(rows, first, count, slope_sums, block); });
  if (!params_.use_bias) return;
  std::vector<float> bias_rates = rates;
  for (float& rate : bias_rates) rate *= static_cast<float>(params_.bias_lr_mult.value_or(1));
  bias_rule_.Start(updates_, bias_rates);
  bias_rule_.Update(state_.bias, slope_sums, bias_u_, bias_v_);
}

// Fills slopes.values for these rows, divided by `count`, and returns their sums.
std::vector<float> LinearLearnerTrainer::FindSlopes(const LinearState& state, ScaledRows& rows, int64_t first,
                                                    std::span<const float> labels, double count, Slopes& slopes) {
  const auto size = static_cast<int64_t>(labels.size());
  const int64_t blocks = Blocks(size, kBlockRows);
  slopes.loss_sums.resize(slopes.models.size());
  if (slopes.values.rows() < size) slopes.values = linalg::Matrix<float>(size, state.weights.cols());
  if (slopes.block_sums.rows() < blocks) {
    slopes.block_sums = linalg::Matrix<float>(blocks, state.weights.cols());
    slopes.block_losses = linalg::Matrix<double>(blocks, state.models());
  }
  if (slopes.wants_curvatures) slopes.curvatures.resize(static_cast<size_t>(size));
  const std::vector<float> offsets = rows.Offsets(state.weights.view(), state.bias);
  pool_->ParallelFor(
      blocks, [&](int64_t block) { SlopesOfBlock(state, rows, first, labels, count, offsets, block, slopes); });
  return SumBlocks(blocks, slopes);
}

// The slopes of the losses, their sums over the block's rows, and the losses themselves.
void LinearLearnerTrainer::SlopesOfBlock(const LinearState& state, const ScaledRows& rows, int64_t first,
                                         std::span<const float> labels, double count, std::span<const float> offsets,
                                         int64_t block, Slopes& slopes) const {
  const int64_t begin = block * kBlockRows;
  const int64_t size = std::min(kBlockRows, static_cast<int64_t>(labels.size()) - begin);
  const auto outputs = static_cast<size_t>(state.outputs);
  const MatrixView<float> values = slopes.values.view().Rows(begin, size);
  rows.Scores(first + begin, size, state.weights.view(), offsets, values);
  const std::span<double> losses = slopes.block_losses.Row(block);
  const std::span<float> sums = slopes.block_sums.Row(block);
  std::fill(losses.begin(), losses.end(), 0.0);
  std::fill(sums.begin(), sums.end(), 0.0F);
  for (int64_t i = 0; i < size; ++i) {
    const float label = labels[static_cast<size_t>(begin + i)];
    const std::span<float> row = values.Row(i);
    double curvature = 0;
    for (size_t model = 0; model < losses.size(); ++model) {
      const double weight = RowWeight(slopes.models[model], label);
      const std::span<float> scores = row.subspan(model * outputs, outputs);
      if (slopes.wants_curvatures) curvature += weight * loss_.Curvature(scores, label);
      losses[model] += weight * loss_.ValueAndGradient(scores, label, static_cast<float>(weight / count));
    }
    if (slopes.wants_curvatures) {
      slopes.curvatures[static_cast<size_t>(begin + i)] = static_cast<float>(curvature / static_cast<double>(losses.size()));
    }
    for (size_t c = 0; c < row.size(); ++c) sums[c] += row[c];
  }
}

// Adds up what the blocks of rows had, in their order.
std::vector<float> LinearLearnerTrainer::SumBlocks(int64_t blocks, Slopes& slopes) const {
  std::vector<float> slope_sums(static_cast<size_t>(slopes.values.cols()));
  for (int64_t block = 0; block < blocks; ++block) {
    const std::span<const float> sums = slopes.block_sums.view().Row(block);
    const std::span<const double> losses = slopes.block_losses.view().Row(block);
    for (size_t c = 0; c < sums.size(); ++c) slope_sums[c] += sums[c];
    for (size_t model = 0; model < losses.size(); ++model) slopes.loss_sums[model] += losses[model];
  }
  return slope_sums;
}

// Hands the rows' losses and gradients at the polisher's points to it.
void LinearLearnerTrainer::Evaluate(ScaledRows& rows, std::span<const float> labels) {
  polish_slopes_.wants_curvatures = polisher_->wants_curvatures();
  const std::vector<float> slope_sums = FindSlopes(polisher_->points(), rows, 0, labels, 1, polish_slopes_);
  polisher_->AddRows(rows, std::as_const(polish_slopes_.values).view().Rows(0, rows.rows()), slope_sums,
                     polish_slopes_.curvatures);
}

void LinearLearnerTrainer::PolishEpoch(int64_t rows) {
  std::vector<double>& losses = polish_slopes_.loss_sums;
  for (size_t i = 0; i < losses.size(); ++i) {
    losses[i] /= static_cast<double>(rows);
    epoch_losses_[static_cast<size_t>(polish_slopes_.models[i])] = losses[i];
  }
  polisher_->EndEpoch(rows, losses);
  polisher_->CopyTo(state_);
  std::fill(losses.begin(), losses.end(), 0.0);
}

void LinearLearnerTrainer::UpdateBlock(const ScaledRows& rows, int64_t first, int64_t count,
                                       std::span<const float> slope_sums, int64_t block) {
  const int64_t begin = block * kBlockFeatures;
  const int64_t columns = state_.weights.cols();
  const int64_t size = std::min(kBlockFeatures, scaling_->feature_dim() - begin);
  thread_local std::vector<float> gradients;
  gradients.resize(static_cast<size_t>(size * columns));
  rows.Gradients(first, std::as_const(batch_slopes_.values).view().Rows(0, count), slope_sums, begin,
                 {gradients.data(), size, columns});
  const auto part = [&](linalg::Matrix<float>& matrix) -> std::span<float> {
    if (matrix.rows() == 0) return {};
    return {matrix.view().Row(begin).data(), gradients.size()};
  };
  rule_.Update(part(state_.weights), gradients, part(u_), part(v_));
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
  if (FallsInALine(params_)) {
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
  epoch_losses_.assign(settings_.size(), 0);
  for (size_t model = 0; model < batch_slopes_.loss_sums.size(); ++model) {
    epoch_losses_[model] = batch_slopes_.loss_sums[model] / static_cast<double>(rows);
    batch_slopes_.loss_sums[model] = 0;
  }
  const auto is_finite = [](double loss) { return std::isfinite(loss); };
  // A step of L-BFGS may go too far, and is taken back.
  if (!polisher_ && std::none_of(epoch_losses_.begin(), epoch_losses_.end(), is_finite)) {
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
  if (polisher_) {
    PolishEpoch(rows);
    if (epoch_ == 1 && WeighsByCounts()) polisher_->Restart();
  } else if (epoch_ == polish_from_ && epoch_ < params_.epochs) {
    StartPolishing(state_, false);
    goes_by_batches_ = !polisher_;
  }
  return Status::Ok();
}

// Whether the weights of rows are settled after the first epoch only.
bool LinearLearnerTrainer::WeighsByCounts() const {
  return params_.balance_multiclass_weights ||
         (params_.predictor_type == PredictorType::kBinaryClassifier && params_.positive_weight != PositiveWeight::kGiven);
}

bool LinearLearnerTrainer::CoolDown() {
  if (!goes_by_batches_ || !FallsInALine(params_) || !line_end_ || *line_end_ <= rows_seen_ + *known_rows_) return false;
  polish_from_.reset();
  line_factor_ = LineFactor();
  line_start_ = rows_seen_;
  line_end_ = rows_seen_ + *known_rows_;
  return true;
}

bool LinearLearnerTrainer::IsSettled() const {
  if (!polisher_ || goes_by_batches_ || params_.early_stopping_patience >= params_.epochs) return false;
  const double share = kSettledShare * params_.early_stopping_tolerance;
  for (size_t i = 0; i < polisher_->models().size(); ++i) {
    if (!(polisher_->predicted_gain(i) <= share * std::abs(polisher_->objective(i)))) return false;
  }
  return true;
}

std::vector<double> LinearLearnerTrainer::Objectives() const {
  std::vector<double> objectives = Penalties();
  for (size_t model = 0; model < objectives.size(); ++model) objectives[model] += epoch_losses_[model];
  if (!polisher_ || polisher_->epochs() == 0) return objectives;
  for (size_t i = 0; i < polisher_->models().size(); ++i) {
    objectives[static_cast<size_t>(polisher_->models()[i])] = polisher_->objective(i);
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
  LinearModel result{params_.predictor_type, loss_, linalg::Matrix<float>(outputs, scaling_->feature_dim()),
                     std::vector<float>(static_cast<size_t>(outputs)), threshold};
  for (int64_t output = 0; output < outputs; ++output) {
    const int64_t column = model * outputs + output;
    double bias = state_.bias[static_cast<size_t>(column)] * scaling_->label_scale + scaling_->label_mean;
    for (int64_t j = 0; j < scaling_->feature_dim(); ++j) {
      const auto feature = static_cast<size_t>(j);
      const double weight = static_cast<double>(state_.weights(j, column)) * scaling_->inverse_scale[feature];
      const auto rounded = static_cast<float>(weight * scaling_->label_scale);
      // With the weight as it is kept, so that its rounding does not count where all values are far from zero.
      bias -= static_cast<double>(rounded) * scaling_->mean[feature];
      result.weights(output, j) = rounded;
    }
    result.bias[static_cast<size_t>(output)] = static_cast<float>(bias);
  }
  return result;
}

}  // namespace sagespark::algo
