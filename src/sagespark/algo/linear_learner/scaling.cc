#include "sagespark/algo/linear_learner/scaling.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace sagespark::algo {
namespace {

// The columns' mean and standard deviation, given sums of differences to an origin.
struct Moments {
  double mean;
  double deviation;
};

Moments MomentsOf(double origin, double sum, double squares, double count) {
  const double shift = sum / count;
  const double variance = std::max(0.0, squares / count - shift * shift);
  // What rounding leaves of a column without variance.
  const bool constant = variance <= 1e-12 * (squares / count) || variance < 1e-60;
  return {origin + shift, constant ? 0 : std::sqrt(variance)};
}

// The mean of ((x - shift) / scale)^2.
double SquaredSize(const Moments& column, double shift, double scale) {
  const double rest = column.mean - shift;
  return (column.deviation * column.deviation + rest * rest) / (scale * scale);
}

double PooledDeviation(const std::vector<Moments>& columns) {
  double sum = 0;
  int64_t count = 0;
  for (const Moments& column : columns) {
    if (column.deviation == 0) continue;
    sum += column.deviation * column.deviation;
    ++count;
  }
  return count == 0 ? 1 : std::sqrt(sum / static_cast<double>(count));
}

}  // namespace

LinearScaler::LinearScaler(const LinearLearnerParams& params) : params_(params) {}

Status LinearScaler::Add(const linalg::RowsView& rows, std::span<const float> labels) {
  const int64_t columns = linalg::ColumnCount(rows);
  if (rows_ == 0) {
    const auto size = static_cast<size_t>(params_.feature_dim.value_or(columns));
    origin_.assign(size, 0);
    sums_.assign(size, 0);
    squares_.assign(size, 0);
  }
  SAGESPARK_RETURN_IF_ERROR(CheckRows(rows, labels, static_cast<int64_t>(sums_.size())));
  SAGESPARK_RETURN_IF_ERROR(CheckLabels(params_, labels, rows_ + 1));
  const int64_t count = std::min(linalg::RowCount(rows), params_.num_point_for_scaler - rows_);
  if (count <= 0) return Status::Ok();
  if (const auto* sparse = std::get_if<linalg::SparseRowsView>(&rows)) {
    AddSparse(*sparse, count);
  } else {
    AddDense(std::get<linalg::MatrixView<const float>>(rows).Rows(0, count));
  }
  if (rows_ == 0) label_origin_ = labels[0];
  for (const float label : labels.first(static_cast<size_t>(count))) {
    const double difference = static_cast<double>(label) - label_origin_;
    label_sum_ += difference;
    label_squares_ += difference * difference;
  }
  rows_ += count;
  return Status::Ok();
}

void LinearScaler::AddDense(linalg::MatrixView<const float> rows) {
  if (rows_ == 0) std::copy(rows.Row(0).begin(), rows.Row(0).end(), origin_.begin());
  for (int64_t i = 0; i < rows.rows(); ++i) {
    const std::span<const float> row = rows.Row(i);
    for (size_t j = 0; j < row.size(); ++j) {
      const double difference = static_cast<double>(row[j]) - static_cast<double>(origin_[j]);
      sums_[j] += difference;
      squares_[j] += difference * difference;
    }
  }
}

void LinearScaler::AddSparse(const linalg::SparseRowsView& rows, int64_t count) {
  const int64_t end = rows.row_ends[static_cast<size_t>(count - 1)];
  for (int64_t i = 0; i < end; ++i) {
    const auto column = static_cast<size_t>(rows.indices[static_cast<size_t>(i)]);
    const double value = rows.values[static_cast<size_t>(i)];
    sums_[column] += value;
    squares_[column] += value * value;
  }
}

Result<LinearScaling> LinearScaler::Finish() const {
  if (rows_ == 0) return InvalidArgument("Training data has no rows");
  const auto count = static_cast<double>(rows_);
  std::vector<Moments> columns(sums_.size());
  for (size_t j = 0; j < sums_.size(); ++j) columns[j] = MomentsOf(origin_[j], sums_[j], squares_[j], count);
  LinearScaling scaling;
  scaling.mean.assign(columns.size(), 0);
  scaling.inverse_scale.assign(columns.size(), 1);
  const double pooled = PooledDeviation(columns);
  double squares = 0;
  for (size_t j = 0; j < columns.size(); ++j) {
    const auto [mean, deviation] = columns[j];
    if (params_.unbiases_data()) scaling.mean[j] = static_cast<float>(mean);
    const double scale = deviation > 0 ? deviation : mean != 0 ? std::abs(mean) : pooled;
    if (params_.normalize_data) scaling.inverse_scale[j] = static_cast<float>(1 / scale);
    squares += SquaredSize(columns[j], scaling.mean[j], 1.0 / scaling.inverse_scale[j]);
  }
  if (squares > 0) scaling.feature_size = std::sqrt(squares / static_cast<double>(columns.size()));
  const Moments label = MomentsOf(label_origin_, label_sum_, label_squares_, count);
  if (params_.unbiases_label()) scaling.label_mean = label.mean;
  if (params_.normalizes_label() && label.deviation > 0) scaling.label_scale = label.deviation;
  const double label_squares = SquaredSize(label, scaling.label_mean, scaling.label_scale);
  if (label_squares > 0) scaling.label_size = std::sqrt(label_squares);
  return scaling;
}

Status CheckLabels(const LinearLearnerParams& params, std::span<const float> labels, int64_t row) {
  if (params.predictor_type == PredictorType::kRegressor) return Status::Ok();
  const int64_t classes = params.predictor_type == PredictorType::kBinaryClassifier ? 2 : params.num_classes;
  for (size_t i = 0; i < labels.size(); ++i) {
    const float label = labels[i];
    if (label >= 0 && label < static_cast<float>(classes) && std::floor(label) == label) continue;
    return InvalidArgument(fmt::format("Label is no class: {} in row {}, valid are the integers 0 to {} ({})", label,
                                       row + static_cast<int64_t>(i), classes - 1,
                                       PredictorTypeName(params.predictor_type)));
  }
  return Status::Ok();
}

Status CheckRows(const linalg::RowsView& rows, std::span<const float> labels, int64_t feature_dim) {
  if (linalg::ColumnCount(rows) != feature_dim) {
    return InvalidArgument(fmt::format("Rows have another length than feature_dim: {}, feature_dim {}",
                                       linalg::ColumnCount(rows), feature_dim));
  }
  if (linalg::RowCount(rows) != static_cast<int64_t>(labels.size())) {
    return InvalidArgument(
        fmt::format("Rows without a label: {} rows, {} labels", linalg::RowCount(rows), labels.size()));
  }
  return Status::Ok();
}

}  // namespace sagespark::algo
