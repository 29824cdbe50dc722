#include "sagespark/algo/pca/predict.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sagespark/linalg/gemm.h"
#include "sagespark/linalg/row_blocks.h"
#include "sagespark/linalg/rows.h"

namespace sagespark::algo {
namespace {

using linalg::Matrix;
using linalg::MatrixView;

constexpr int64_t kBlockRows = 256;  // Centered at a time.

Matrix<float> Transposed(const Matrix<float>& matrix) {
  Matrix<float> transposed(matrix.cols(), matrix.rows());
  for (int64_t i = 0; i < matrix.rows(); ++i) {
    for (int64_t j = 0; j < matrix.cols(); ++j) transposed(j, i) = matrix(i, j);
  }
  return transposed;
}

/// Calls take(rows less the mean) block by block, in order.
template <typename Take>
void ForEachCenteredBlock(const linalg::RowsView& rows, std::span<const float> mean, const Take& take) {
  Matrix<float> centered(std::min(kBlockRows, linalg::RowCount(rows)), linalg::ColumnCount(rows));
  const auto center = [&](MatrixView<const float> block) {
    for (int64_t row = 0; row < block.rows(); ++row) {
      std::ranges::transform(block.Row(row), mean, centered.Row(row).begin(), std::minus<>());
    }
    take(std::as_const(centered).view().Rows(0, block.rows()));
  };
  linalg::RowBlocks blocks(linalg::ColumnCount(rows), kBlockRows);
  std::visit([&](const auto& view) { blocks.Add(view, center); }, rows);
  blocks.Flush(center);
}

Status CheckLength(int64_t length, int64_t feature_dim) {
  if (length == feature_dim) return Status::Ok();
  return InvalidArgument(fmt::format("Rows have another length than the model's feature_dim: {}, feature_dim {}", length,
                                     feature_dim));
}

}  // namespace

PcaPredictor::PcaPredictor(PcaModel model) : by_component_(Transposed(model.components)), mean_(std::move(model.mean)) {
  mean_.resize(static_cast<size_t>(feature_dim()));
}

Status PcaPredictor::Predict(const linalg::RowsView& rows, std::span<float> projections) const {
  SAGESPARK_RETURN_IF_ERROR(CheckLength(linalg::ColumnCount(rows), feature_dim()));
  SAGESPARK_CHECK(std::ssize(projections) == linalg::RowCount(rows) * num_components());
  float* out = projections.data();
  ForEachCenteredBlock(rows, mean_, [&](MatrixView<const float> centered) {
    linalg::MultiplyTransposed(centered, by_component_.view(), {out, centered.rows(), num_components()});
    out += centered.rows() * num_components();
  });
  return Status::Ok();
}

Status PcaEvaluator::Add(const linalg::RowsView& rows) {
  SAGESPARK_RETURN_IF_ERROR(CheckLength(linalg::ColumnCount(rows), predictor_.feature_dim()));
  Matrix<float> projections(kBlockRows, predictor_.num_components());
  ForEachCenteredBlock(rows, predictor_.mean_, [&](MatrixView<const float> centered) {
    const MatrixView<float> projected = projections.view().Rows(0, centered.rows());
    linalg::MultiplyTransposed(centered, predictor_.by_component_.view(), projected);
    for (int64_t row = 0; row < centered.rows(); ++row) {
      explained_ += linalg::SquaredNorm(projected.Row(row));
      total_ += linalg::SquaredNorm(centered.Row(row));
    }
  });
  rows_ += linalg::RowCount(rows);
  return Status::Ok();
}

double PcaEvaluator::ExplainedVarianceRatio() const { return total_ > 0 ? std::min(explained_ / total_, 1.0) : 1.0; }

}  // namespace sagespark::algo
