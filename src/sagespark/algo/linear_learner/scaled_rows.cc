#include "sagespark/algo/linear_learner/scaled_rows.h"

#include <algorithm>
#include <cmath>

#include "sagespark/linalg/gemm.h"

namespace sagespark::algo {
namespace {

using linalg::MatrixView;

constexpr int64_t kBlockRows = 128;

void AddScaledRow(float scale, std::span<const float> row, std::span<float> sums) {
  for (size_t c = 0; c < row.size(); ++c) sums[c] += scale * row[c];
}

}  // namespace

void ScaledRows::Set(const linalg::RowsView& rows) {
  rows_ = linalg::RowCount(rows);
  is_sparse_ = std::holds_alternative<linalg::SparseRowsView>(rows);
  if (is_sparse_) {
    SetSparse(std::get<linalg::SparseRowsView>(rows));
  } else {
    SetDense(std::get<MatrixView<const float>>(rows));
  }
}

void ScaledRows::SetDense(MatrixView<const float> rows) {
  values_.resize(static_cast<size_t>(rows.rows() * rows.cols()));
  const MatrixView<float> scaled(values_.data(), rows.rows(), rows.cols());
  pool_->ParallelFor((rows.rows() + kBlockRows - 1) / kBlockRows, [&](int64_t block) {
    const int64_t end = std::min((block + 1) * kBlockRows, rows.rows());
    for (int64_t i = block * kBlockRows; i < end; ++i) {
      const float* const from = rows.Row(i).data();
      float* const to = scaled.Row(i).data();
      const float* const mean = scaling_->mean.data();
      const float* const inverse = scaling_->inverse_scale.data();
      for (int64_t j = 0; j < rows.cols(); ++j) to[j] = (from[j] - mean[j]) * inverse[j];
    }
  });
}

void ScaledRows::SetSparse(const linalg::SparseRowsView& rows) {
  sparse_ = rows;
  const auto entries = static_cast<size_t>(RowBegin(rows.rows()));
  values_.resize(entries);
  for (size_t k = 0; k < entries; ++k) {
    values_[k] = rows.values[k] * scaling_->inverse_scale[static_cast<size_t>(rows.indices[k])];
  }
}

std::vector<float> ScaledRows::Offsets(MatrixView<const float> weights, std::span<const float> bias) const {
  std::vector<float> offsets(bias.begin(), bias.end());
  if (!is_sparse_) return offsets;
  std::vector<double> shifts(bias.size());
  for (int64_t j = 0; j < weights.rows(); ++j) {
    const double shift = static_cast<double>(scaling_->mean[j]) * scaling_->inverse_scale[j];
    if (shift == 0) continue;
    const std::span<const float> row = weights.Row(j);
    for (size_t c = 0; c < row.size(); ++c) shifts[c] += shift * row[c];
  }
  for (size_t c = 0; c < offsets.size(); ++c) offsets[c] = static_cast<float>(offsets[c] - shifts[c]);
  return offsets;
}

void ScaledRows::Scores(int64_t first, int64_t count, MatrixView<const float> weights, std::span<const float> offsets,
                        MatrixView<float> out) const {
  if (!is_sparse_) {
    const MatrixView<const float> dense(values_.data(), rows_, weights.rows());
    linalg::Multiply(dense.Rows(first, count), weights, out);
    for (int64_t i = 0; i < count; ++i) AddScaledRow(1, offsets, out.Row(i));
    return;
  }
  for (int64_t i = 0; i < count; ++i) {
    const std::span<float> scores = out.Row(i);
    std::copy(offsets.begin(), offsets.end(), scores.begin());
    const int64_t end = RowBegin(first + i + 1);
    for (int64_t k = RowBegin(first + i); k < end; ++k) {
      AddScaledRow(values_[static_cast<size_t>(k)], weights.Row(sparse_.indices[static_cast<size_t>(k)]), scores);
    }
  }
}

void ScaledRows::CopyWeighted(std::span<const float> weights, MatrixView<float> out) const {
  const int64_t columns = scaling_->feature_dim();
  pool_->ParallelFor((rows_ + kBlockRows - 1) / kBlockRows, [&](int64_t block) {
    const int64_t end = std::min((block + 1) * kBlockRows, rows_);
    for (int64_t i = block * kBlockRows; i < end; ++i) {
      const float root = std::sqrt(weights[static_cast<size_t>(i)]);
      const std::span<float> to = out.Row(i);
      to[static_cast<size_t>(columns)] = root;
      if (!is_sparse_) {
        const float* const from = values_.data() + i * columns;
        for (int64_t j = 0; j < columns; ++j) to[static_cast<size_t>(j)] = root * from[j];
        continue;
      }
      for (size_t j = 0; j < static_cast<size_t>(columns); ++j) {
        to[j] = -root * scaling_->mean[j] * scaling_->inverse_scale[j];
      }
      for (int64_t k = RowBegin(i); k < RowBegin(i + 1); ++k) {
        to[static_cast<size_t>(sparse_.indices[static_cast<size_t>(k)])] += root * values_[static_cast<size_t>(k)];
      }
    }
  });
}

void ScaledRows::PrepareColumns(int64_t first, int64_t count) {
  if (!is_sparse_) return;
  const int64_t begin = RowBegin(first);
  const int64_t end = RowBegin(first + count);
  column_ends_.assign(static_cast<size_t>(scaling_->feature_dim()) + 1, 0);
  entry_rows_.resize(static_cast<size_t>(end - begin));
  entry_values_.resize(static_cast<size_t>(end - begin));
  // First the starts of the columns, which placing the entries moves to their ends.
  for (int64_t k = begin; k < end; ++k) ++column_ends_[static_cast<size_t>(sparse_.indices[static_cast<size_t>(k)]) + 1];
  for (size_t j = 1; j < column_ends_.size(); ++j) column_ends_[j] += column_ends_[j - 1];
  for (int64_t i = 0; i < count; ++i) {
    for (int64_t k = RowBegin(first + i); k < RowBegin(first + i + 1); ++k) {
      const auto at = static_cast<size_t>(column_ends_[static_cast<size_t>(sparse_.indices[static_cast<size_t>(k)])]++);
      entry_rows_[at] = static_cast<int32_t>(i);
      entry_values_[at] = values_[static_cast<size_t>(k)];
    }
  }
}

void ScaledRows::Gradients(int64_t first, MatrixView<const float> slopes, std::span<const float> slope_sums,
                           int64_t first_column, MatrixView<float> out) const {
  if (!is_sparse_) {
    const int64_t columns = scaling_->feature_dim();
    const MatrixView<const float> block(values_.data() + first * columns + first_column, slopes.rows(), out.rows(),
                                        columns);
    linalg::MultiplyFirstTransposed(block, slopes, out);
    return;
  }
  for (int64_t i = 0; i < out.rows(); ++i) {
    const auto column = static_cast<size_t>(first_column + i);
    const std::span<float> sums = out.Row(i);
    const float shift = scaling_->mean[column] * scaling_->inverse_scale[column];
    for (size_t c = 0; c < sums.size(); ++c) sums[c] = -shift * slope_sums[c];
    const int64_t begin = column == 0 ? 0 : column_ends_[column - 1];
    for (int64_t k = begin; k < column_ends_[column]; ++k) {
      AddScaledRow(entry_values_[static_cast<size_t>(k)], slopes.Row(entry_rows_[static_cast<size_t>(k)]), sums);
    }
  }
}

}  // namespace sagespark::algo
