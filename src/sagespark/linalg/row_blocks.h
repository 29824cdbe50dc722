#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "sagespark/linalg/matrix.h"

namespace sagespark::linalg {

/// Hands rows on in blocks of a fixed size, whatever pieces they come in and whether these are dense or sparse: what is computed
/// block by block then does not depend on the pieces. Memory: at most one block, less when whole blocks come dense.
class RowBlocks {
 public:
  /// Receives block_rows rows each time, and once, from Flush, what is left; they are valid until it returns.
  using Take = std::function<void(MatrixView<const float>)>;

  RowBlocks(int64_t cols, int64_t block_rows);

  void Add(MatrixView<const float> rows, const Take& take);
  void Add(const SparseRowsView& rows, const Take& take);

  /// Hands on the rows that are left, if any.
  void Flush(const Take& take);

 private:
  int64_t buffered_rows() const { return static_cast<int64_t>(buffer_.size()) / cols_; }
  void Grow(int64_t rows);
  void FlushIfFull(const Take& take);

  int64_t cols_;
  int64_t block_rows_;
  std::vector<float> buffer_;
};

}  // namespace sagespark::linalg
