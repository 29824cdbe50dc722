#include "sagespark/algo/factorization_machines/fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "sagespark/algo/factorization_machines/parameter_table.h"

namespace sagespark::algo {
namespace {

constexpr double kDefaultEpsilon = 1e-8;  // MXNet's.
// Work for one thread at a time; of any size, for the results do not depend on it.
constexpr int64_t kRowsAtOnce = 32;
constexpr int64_t kFeaturesAtOnce = 64;
constexpr int64_t kAhead = 2;  // Features whose parameters are asked for before their turn.

int64_t Parts(int64_t count, int64_t at_once) { return (count + at_once - 1) / at_once; }

}  // namespace

FactorizationMachinesTrainer::FactorizationMachinesTrainer(const FactorizationMachinesParams& params, uint64_t seed,
                                                           ThreadPool& pool)
    : params_(params),
      pool_(&pool),
      table_(std::make_unique<ParameterTable>(params, seed)),
      epoch_scores_(params.task) {}

FactorizationMachinesTrainer::FactorizationMachinesTrainer(FactorizationMachinesTrainer&&) noexcept = default;
FactorizationMachinesTrainer::~FactorizationMachinesTrainer() = default;

Result<FactorizationMachinesTrainer> FactorizationMachinesTrainer::Create(const FactorizationMachinesParams& params,
                                                                          uint64_t seed, ThreadPool& pool) {
  SAGESPARK_RETURN_IF_ERROR(ValidateFactorizationMachinesParams(params));
  return FactorizationMachinesTrainer(params, seed, pool);
}

const FactorizationMachinesWeights& FactorizationMachinesTrainer::weights() const { return *table_; }

int64_t FactorizationMachinesTrainer::features_seen() const { return table_->slots(); }

Status FactorizationMachinesTrainer::Add(const linalg::RowsView& rows, std::span<const float> labels) {
  const int64_t count = linalg::RowCount(rows);
  if (linalg::ColumnCount(rows) != params_.feature_dim) {
    return InvalidArgument(fmt::format("Training rows have another length than feature_dim: {}, feature_dim {}",
                                       linalg::ColumnCount(rows), params_.feature_dim));
  }
  if (static_cast<int64_t>(labels.size()) != count) {
    return InvalidArgument(fmt::format("Training rows have not one label each: {} rows, {} labels", count, labels.size()));
  }
  if (epoch_ended_) epoch_scores_ = FactorizationMachinesScores(params_.task);
  epoch_ended_ = false;
  for (int64_t first = 0; first < count;) {
    const int64_t taken = std::min(params_.mini_batch_size - entries_.rows(), count - first);
    const int64_t row_number = epoch_scores_.rows() + entries_.rows();
    SAGESPARK_RETURN_IF_ERROR(CheckLabels(params_.task, labels.subspan(first, taken), row_number + 1));
    SAGESPARK_RETURN_IF_ERROR(entries_.Append(rows, first, taken, row_number));
    labels_.insert(labels_.end(), labels.begin() + first, labels.begin() + first + taken);
    if (entries_.rows() == params_.mini_batch_size) SAGESPARK_RETURN_IF_ERROR(TrainBatch());
    first += taken;
  }
  return Status::Ok();
}

Status FactorizationMachinesTrainer::EndEpoch() {
  if (epoch_ended_ || epoch_scores_.rows() + entries_.rows() == 0) return InvalidArgument("Training data has no rows");
  epoch_ended_ = true;
  return entries_.rows() == 0 ? Status::Ok() : TrainBatch();
}

Status FactorizationMachinesTrainer::TrainBatch() {
  GroupByFeature();
  table_->FillNewSlots(*pool_);
  ScoreRows();
  SAGESPARK_RETURN_IF_ERROR(AddScores());
  ++batches_seen_;
  StepFeatures();
  StepBias();
  rows_seen_ += entries_.rows();
  entries_.Clear();
  labels_.clear();
  return Status::Ok();
}

// A counting sort of the entries by feature.
void FactorizationMachinesTrainer::GroupByFeature() {
  features_.clear();
  feature_of_entry_.clear();
  for (int64_t row = 0; row < entries_.rows(); ++row) {
    for (const int32_t column : entries_.columns(row)) {
      const int32_t slot = table_->SlotOf(column);
      if (slot >= std::ssize(feature_of_slot_)) feature_of_slot_.resize(slot + 1, -1);
      int32_t& feature = feature_of_slot_[slot];
      if (feature < 0) {
        feature = static_cast<int32_t>(features_.size());
        features_.push_back({.slot = slot, .terms_end = 0});
      }
      ++features_[feature].terms_end;
      feature_of_entry_.push_back(feature);
    }
  }
  int64_t begin = 0;
  for (Feature& feature : features_) {
    feature_of_slot_[feature.slot] = -1;
    const int64_t count = feature.terms_end;
    feature.terms_end = begin;  // Moved on by each of its terms below.
    begin += count;
  }
  term_rows_.resize(entries_.size());
  term_values_.resize(entries_.size());
  for (int64_t row = 0; row < entries_.rows(); ++row) {
    const std::span<const float> values = entries_.values(row);
    for (size_t i = 0; i < values.size(); ++i) {
      const int64_t place = features_[feature_of_entry_[entries_.begin(row) + static_cast<int64_t>(i)]].terms_end++;
      term_rows_[place] = static_cast<int32_t>(row);
      term_values_[place] = values[i];
    }
  }
}

void FactorizationMachinesTrainer::ScoreRows() {
  const int64_t width = params_.num_factors + 1;
  const int64_t rows = entries_.rows();
  sums_.resize(rows * width);
  margins_.resize(rows);
  slopes_.resize(rows);
  const auto bias = static_cast<double>(table_->bias());
  pool_->ParallelFor(Parts(rows, kRowsAtOnce), [&](int64_t part) {
    std::vector<float> squares(width);
    std::vector<WeightedEntry> weighted;
    for (int64_t row = part * kRowsAtOnce; row < std::min((part + 1) * kRowsAtOnce, rows); ++row) {
      const std::span<const float> values = entries_.values(row);
      const int32_t* const features = feature_of_entry_.data() + entries_.begin(row);
      weighted.clear();
      for (size_t i = 0; i < values.size(); ++i) {
        weighted.push_back({.weights = table_->Weights(features_[features[i]].slot), .value = values[i]});
      }
      const double margin = bias + ScoreRow(weighted, params_.num_factors, sums_.data() + row * width, squares.data());
      margins_[row] = margin;
      const bool is_regressor = params_.task == FactorizationMachinesTask::kRegressor;
      slopes_[row] = static_cast<float>((is_regressor ? margin : 1 / (1 + std::exp(-margin))) - labels_[row]);
    }
  });
}

Status FactorizationMachinesTrainer::AddScores() {
  for (int64_t row = 0; row < entries_.rows(); ++row) epoch_scores_.Add(margins_[row], labels_[row]);
  if (std::isfinite(epoch_scores_.loss())) return Status::Ok();
  return InvalidArgument(
      fmt::format("Training diverges, the loss is not finite: mini-batch {}, bias_lr {}, linear_lr {}, factors_lr {}",
                  batches_seen_, params_.bias.lr, params_.linear.lr, params_.factors.lr));
}

void FactorizationMachinesTrainer::StepFeatures() {
  const int64_t k = params_.num_factors;
  const auto count = static_cast<int64_t>(features_.size());
  const AdamStep factors = StepFor(params_.factors);
  const AdamStep linear = StepFor(params_.linear);
  pool_->ParallelFor(Parts(count, kFeaturesAtOnce), [&](int64_t part) {
    std::vector<float> gradient(k + 1);
    std::vector<GradientTerm> terms;
    const int64_t end = std::min((part + 1) * kFeaturesAtOnce, count);
    for (int64_t i = part * kFeaturesAtOnce; i < end; ++i) {
      if (i + kAhead < end) PrefetchFloats(table_->Weights(features_[i + kAhead].slot), 3 * (k + 1));
      terms.clear();
      for (int64_t t = i == 0 ? 0 : features_[i - 1].terms_end; t < features_[i].terms_end; ++t) {
        const int32_t row = term_rows_[t];
        terms.push_back({.sums = sums_.data() + row * (k + 1), .slope = slopes_[row], .value = term_values_[t]});
      }
      const int64_t slot = features_[i].slot;
      float* const weights = table_->Weights(slot);
      float* const first = table_->FirstMoments(slot);
      float* const second = table_->SecondMoments(slot);
      GradientOfFeature(terms, weights, k, gradient.data());
      factors.Take(gradient.data(), k, weights, first, second);
      linear.Take(gradient.data() + k, 1, weights + k, first + k, second + k);
    }
  });
}

void FactorizationMachinesTrainer::StepBias() {
  double sum = 0;
  for (const float slope : slopes_) sum += slope;
  const auto gradient = static_cast<float>(sum);
  StepFor(params_.bias).Take(&gradient, 1, &table_->mutable_bias(), &bias_moments_[0], &bias_moments_[1]);
}

AdamStep FactorizationMachinesTrainer::StepFor(const ParameterGroup& group) const {
  const auto step = static_cast<double>(batches_seen_);
  const double correction = std::sqrt(1 - std::pow(kAdamBeta2, step)) / (1 - std::pow(kAdamBeta1, step));
  const auto rows = static_cast<double>(entries_.rows());
  return {.rescale = static_cast<float>(params_.rescale_grad.value_or(1 / rows)),
          .clip = static_cast<float>(params_.clip_gradient.value_or(std::numeric_limits<double>::infinity())),
          .decay = static_cast<float>(group.wd),
          .rate = static_cast<float>(group.lr * correction),
          .epsilon = static_cast<float>(params_.eps.value_or(kDefaultEpsilon))};
}

}  // namespace sagespark::algo
