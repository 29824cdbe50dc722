#include "sagespark/linalg/row_blocks.h"

#include <algorithm>

#include "sagespark/base/result.h"

namespace sagespark::linalg {

RowBlocks::RowBlocks(int64_t cols, int64_t block_rows) : cols_(cols), block_rows_(block_rows) {
  SAGESPARK_CHECK(cols >= 1 && block_rows >= 1);
}

void RowBlocks::Add(MatrixView<const float> rows, const Take& take) {
  SAGESPARK_CHECK(rows.cols() == cols_);
  while (rows.rows() > 0) {
    const int64_t taken = std::min(block_rows_ - buffered_rows(), rows.rows());
    const MatrixView<const float> piece = rows.Rows(0, taken);
    if (taken == block_rows_) {
      take(piece);  // Whole blocks are used where they lie.
    } else {
      Grow(taken);
      for (int64_t row = 0; row < taken; ++row) {
        buffer_.insert(buffer_.end(), piece.Row(row).begin(), piece.Row(row).end());
      }
      FlushIfFull(take);
    }
    rows = rows.Rows(taken, rows.rows() - taken);
  }
}

void RowBlocks::Add(const SparseRowsView& rows, const Take& take) {
  SAGESPARK_CHECK(rows.cols == cols_);
  int64_t begin = 0;
  for (const int64_t end : rows.row_ends) {
    Grow(1);
    buffer_.resize(buffer_.size() + cols_);
    float* row = buffer_.data() + buffer_.size() - cols_;
    for (int64_t i = begin; i < end; ++i) row[rows.indices[i]] = rows.values[i];
    begin = end;
    FlushIfFull(take);
  }
}

void RowBlocks::Flush(const Take& take) {
  if (buffer_.empty()) return;
  take({buffer_.data(), buffered_rows(), cols_});
  buffer_.clear();
}

// Room for `rows` more, doubling but never beyond a block.
void RowBlocks::Grow(int64_t rows) {
  const size_t needed = buffer_.size() + rows * cols_;
  if (needed <= buffer_.capacity()) return;
  const size_t most = block_rows_ * cols_;
  buffer_.reserve(std::min(std::max(needed, 2 * buffer_.capacity()), most));
}

void RowBlocks::FlushIfFull(const Take& take) {
  if (buffered_rows() == block_rows_) Flush(take);
}

}  // namespace sagespark::linalg
