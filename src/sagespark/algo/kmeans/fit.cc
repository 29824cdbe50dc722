#include "sagespark/algo/kmeans/fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sagespark/algo/kmeans/random_streams.h"
#include "sagespark/algo/kmeans/row_groups.h"
#include "sagespark/linalg/kmeans_plus_plus.h"
#include "sagespark/linalg/nearest_centers.h"
#include "sagespark/linalg/random.h"
#include "sagespark/linalg/rows.h"
#include "sagespark/linalg/sampling.h"

namespace sagespark::algo {
namespace {

using linalg::Matrix;
using linalg::MatrixView;
using linalg::SparseRowsView;

constexpr int64_t kAutoFactor = 10;  // What AWS's image logs for auto.
constexpr int64_t kCheckBlockRows = 1024;

Error NotFinite(int64_t row, int64_t column) {
  return CorruptData(fmt::format("Training data has a value that is not finite: row {}, column {}", row, column));
}

Error WrongLength(int64_t found, int64_t expected) {
  return InvalidArgument(
      fmt::format("Training rows have another length than feature_dim: {}, feature_dim {}", found, expected));
}

std::vector<int64_t> PickStartingCenters(MatrixView<const float> batch, int64_t centers, CenterInit method,
                                         uint64_t seed, ThreadPool& pool) {
  linalg::RandomStream random(seed, kStartingCentersStream);
  if (method == CenterInit::kRandom) return linalg::SampleWithoutReplacement(batch.rows(), centers, random);
  const std::vector<double> equal_weights(batch.rows(), 1.0);
  return linalg::PickKMeansPlusPlus(batch, equal_weights, centers, random, pool);
}

}  // namespace

void KMeansState::Append(const KMeansState& other) {
  SAGESPARK_CHECK(centers.cols() == other.centers.cols());
  std::vector<double> values = centers.values();
  values.insert(values.end(), other.centers.values().begin(), other.centers.values().end());
  centers = Matrix<double>(centers.rows() + other.centers.rows(), centers.cols(), std::move(values));
  weights.insert(weights.end(), other.weights.begin(), other.weights.end());
  squared_norms.insert(squared_norms.end(), other.squared_norms.begin(), other.squared_norms.end());
}

Result<KMeansTrainer> KMeansTrainer::Create(const KMeansParams& params, uint64_t seed, ThreadPool& pool) {
  SAGESPARK_RETURN_IF_ERROR(ValidateKMeansParams(params));
  return KMeansTrainer(params, seed, pool);
}

Status KMeansTrainer::Add(MatrixView<const float> rows) {
  if (rows.cols() != params_.feature_dim) return WrongLength(rows.cols(), params_.feature_dim);
  SAGESPARK_RETURN_IF_ERROR(CheckFinite(rows));
  while (rows.rows() > 0) {
    // Whole mini-batches are trained where they lie.
    const int64_t buffered = static_cast<int64_t>(buffer_.size()) / params_.feature_dim;
    const int64_t taken = std::min(params_.mini_batch_size - buffered, rows.rows());
    const MatrixView<const float> piece = rows.Rows(0, taken);
    if (taken == params_.mini_batch_size) {
      SAGESPARK_RETURN_IF_ERROR(TrainBatch(piece));
    } else {
      GrowBuffer(taken);
      for (int64_t row = 0; row < taken; ++row) {
        buffer_.insert(buffer_.end(), piece.Row(row).begin(), piece.Row(row).end());
      }
      SAGESPARK_RETURN_IF_ERROR(TrainBufferIfFull());
    }
    rows_seen_ += taken;
    rows = rows.Rows(taken, rows.rows() - taken);
  }
  return Status::Ok();
}

Status KMeansTrainer::Add(const SparseRowsView& rows) {
  if (rows.cols != params_.feature_dim) return WrongLength(rows.cols, params_.feature_dim);
  SAGESPARK_RETURN_IF_ERROR(CheckSparse(rows));
  int64_t begin = 0;
  for (const int64_t end : rows.row_ends) {
    GrowBuffer(1);
    buffer_.resize(buffer_.size() + params_.feature_dim);
    float* row = buffer_.data() + buffer_.size() - params_.feature_dim;
    for (int64_t i = begin; i < end; ++i) row[rows.indices[i]] = rows.values[i];
    begin = end;
    SAGESPARK_RETURN_IF_ERROR(TrainBufferIfFull());
    ++rows_seen_;
  }
  return Status::Ok();
}

Status KMeansTrainer::EndEpoch() {
  if (rows_seen_ == rows_seen_before_epoch_) return InvalidArgument("Training data has no rows");
  rows_seen_before_epoch_ = rows_seen_;
  const int64_t buffered = static_cast<int64_t>(buffer_.size()) / params_.feature_dim;
  if (buffered == 0) return Status::Ok();
  SAGESPARK_RETURN_IF_ERROR(TrainBatch({buffer_.data(), buffered, params_.feature_dim}));
  buffer_.clear();
  return Status::Ok();
}

Result<KMeansFit> KMeansTrainer::Finish() const { return ShrinkKMeans(state_, params_, seed_, *pool_); }

Status KMeansTrainer::CheckFinite(MatrixView<const float> rows) const {
  const int64_t blocks = (rows.rows() + kCheckBlockRows - 1) / kCheckBlockRows;
  std::vector<int64_t> bad_rows(blocks, -1);
  pool_->ParallelFor(blocks, [&](int64_t block) {
    const int64_t end = std::min((block + 1) * kCheckBlockRows, rows.rows());
    for (int64_t row = block * kCheckBlockRows; row < end && bad_rows[block] < 0; ++row) {
      if (linalg::FirstNotFinite(rows.Row(row))) bad_rows[block] = row;
    }
  });
  const auto bad = std::find_if(bad_rows.begin(), bad_rows.end(), [](int64_t row) { return row >= 0; });
  if (bad == bad_rows.end()) return Status::Ok();
  return NotFinite(rows_seen_ - rows_seen_before_epoch_ + *bad, *linalg::FirstNotFinite(rows.Row(*bad)));
}

Status KMeansTrainer::CheckSparse(const SparseRowsView& rows) const {
  int64_t begin = 0;
  for (int64_t row = 0; row < rows.rows(); ++row) {
    const int64_t global_row = rows_seen_ - rows_seen_before_epoch_ + row;
    for (int64_t i = begin; i < rows.row_ends[row]; ++i) {
      if (rows.indices[i] < 0 || rows.indices[i] >= rows.cols) {
        return CorruptData(fmt::format("Training data has an index outside of the row: row {}, index {}, feature_dim {}",
                                       global_row, rows.indices[i], rows.cols));
      }
      if (!std::isfinite(rows.values[i])) return NotFinite(global_row, rows.indices[i]);
    }
    begin = rows.row_ends[row];
  }
  return Status::Ok();
}

// Room for `rows` more, doubling but never beyond a mini-batch.
void KMeansTrainer::GrowBuffer(int64_t rows) {
  const size_t needed = buffer_.size() + rows * params_.feature_dim;
  if (needed <= buffer_.capacity()) return;
  const size_t most = params_.mini_batch_size * params_.feature_dim;
  buffer_.reserve(std::min(std::max(needed, 2 * buffer_.capacity()), most));
}

Status KMeansTrainer::TrainBufferIfFull() {
  if (static_cast<int64_t>(buffer_.size()) < params_.mini_batch_size * params_.feature_dim) return Status::Ok();
  SAGESPARK_RETURN_IF_ERROR(TrainBatch({buffer_.data(), params_.mini_batch_size, params_.feature_dim}));
  buffer_.clear();
  return Status::Ok();
}

Status KMeansTrainer::TrainBatch(MatrixView<const float> batch) {
  if (extra_center_factor_ == 0) SAGESPARK_RETURN_IF_ERROR(Start(batch));
  ++batches_seen_;
  Decay(batch.rows());
  MoveCenters(batch);
  return Status::Ok();
}

Status KMeansTrainer::Start(MatrixView<const float> batch) {
  SAGESPARK_ASSIGN_OR_RETURN(extra_center_factor_, ChooseFactor(batch.rows()));
  first_batch_rows_ = batch.rows();
  const int64_t centers = params_.k * extra_center_factor_;
  const std::vector<int64_t> picked = PickStartingCenters(batch, centers, params_.init_method, seed_, *pool_);
  state_.centers = Matrix<double>(centers, batch.cols());
  state_.weights.assign(centers, 0);
  state_.squared_norms.assign(centers, 0);
  rounded_centers_ = Matrix<float>(centers, batch.cols());
  for (int64_t center = 0; center < centers; ++center) {
    const std::span<const float> row = batch.Row(picked[center]);
    std::copy(row.begin(), row.end(), state_.centers.Row(center).begin());
    std::copy(row.begin(), row.end(), rounded_centers_.Row(center).begin());
  }
  return Status::Ok();
}

Result<int64_t> KMeansTrainer::ChooseFactor(int64_t first_batch_rows) const {
  const int64_t factor = params_.extra_center_factor.value_or(
      std::clamp<int64_t>(first_batch_rows / params_.k, 1, kAutoFactor));
  if (params_.k * factor <= first_batch_rows) return factor;
  return InvalidArgument(fmt::format(
      "Training data has too few rows for the centers: {} rows in the first mini-batch, k * extra_center_factor = {} * {}",
      first_batch_rows, params_.k, factor));
}

void KMeansTrainer::Decay(int64_t rows) {
  if (params_.half_life_time_size == 0) return;
  const double kept = std::exp2(-static_cast<double>(rows) / static_cast<double>(params_.half_life_time_size));
  for (double& weight : state_.weights) weight *= kept;
  for (double& squared_norm : state_.squared_norms) squared_norm *= kept;
}

void KMeansTrainer::MoveCenters(MatrixView<const float> batch) {
  std::vector<int32_t> nearest(batch.rows());
  linalg::NearestCenters(rounded_centers_.view()).Find(batch, *pool_, nearest);
  const RowGroups groups(nearest, state_.centers.rows());
  pool_->ParallelFor(state_.centers.rows(), [&](int64_t center) {
    const std::span<const int64_t> rows = groups.Of(center);
    if (rows.empty()) return;
    std::vector<double> sums(batch.cols());
    for (const int64_t row : rows) {
      linalg::AddTo(batch.Row(row), sums);
      state_.squared_norms[center] += linalg::SquaredNorm(batch.Row(row));
    }
    const double old_weight = state_.weights[center];
    const double weight = old_weight + static_cast<double>(rows.size());
    const std::span<double> mean = state_.centers.Row(center);
    const std::span<float> rounded = rounded_centers_.Row(center);
    for (size_t col = 0; col < mean.size(); ++col) {
      mean[col] = (old_weight * mean[col] + sums[col]) / weight;
      rounded[col] = static_cast<float>(mean[col]);
    }
    state_.weights[center] = weight;
  });
}

}  // namespace sagespark::algo
