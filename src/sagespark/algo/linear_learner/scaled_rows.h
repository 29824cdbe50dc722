#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "sagespark/algo/linear_learner/scaling.h"
#include "sagespark/base/thread_pool.h"
#include "sagespark/linalg/matrix.h"

namespace sagespark::algo {

/// A batch of scaled rows, and its products with the weights of all models: W of feature_dim x C, C = models x
/// outputs.
///
/// Dense rows are shifted and scaled in a copy. Sparse ones stay sparse: only scaled, while the shift's share of the
/// products, the same in every row, is taken off them.
class ScaledRows {
 public:
  /// `pool` outlives this object. Its memory, a scaled copy of the largest batch, is used again from batch to batch.
  ScaledRows(std::shared_ptr<const LinearScaling> scaling, ThreadPool& pool) : scaling_(std::move(scaling)), pool_(&pool) {}

  /// Takes the next batch; indices of sparse rows are below feature_dim. `rows` must stay as long as products of them are asked for.
  void Set(const linalg::RowsView& rows);
  int64_t rows() const { return rows_; }

  /// What to add to every row's products: the bias, less the shift's share.
  std::vector<float> Offsets(linalg::MatrixView<const float> weights, std::span<const float> bias) const;

  /// out (count x C) = rows [first, first + count) times W, plus offsets. Threads may call it side by side.
  void Scores(int64_t first, int64_t count, linalg::MatrixView<const float> weights, std::span<const float> offsets,
              linalg::MatrixView<float> out) const;

  /// out (rows x (feature_dim + 1)) = the scaled and shifted rows with a 1 after each, times the root of a weight >= 0 a row.
  void CopyWeighted(std::span<const float> weights, linalg::MatrixView<float> out) const;

  /// To be called before Gradients of these rows.
  void PrepareColumns(int64_t first, int64_t count);

  /// out = the columns [first_column, first_column + out.rows()) of these rows, transposed, times `slopes` (their
  /// count x C, with the sums over the rows in `slope_sums`). Threads may call it side by side.
  void Gradients(int64_t first, linalg::MatrixView<const float> slopes, std::span<const float> slope_sums,
                 int64_t first_column, linalg::MatrixView<float> out) const;

 private:
  void SetDense(linalg::MatrixView<const float> rows);
  void SetSparse(const linalg::SparseRowsView& rows);
  int64_t RowBegin(int64_t row) const { return row == 0 ? 0 : sparse_.row_ends[static_cast<size_t>(row - 1)]; }

  std::shared_ptr<const LinearScaling> scaling_;
  ThreadPool* pool_;
  int64_t rows_ = 0;
  bool is_sparse_ = false;
  std::vector<float> values_;  // Dense: rows x feature_dim. Sparse: of the entries.
  linalg::SparseRowsView sparse_;
  // The entries of the prepared rows by columns: entry k is in row entry_rows_[k] (from the first prepared one).
  std::vector<int64_t> column_ends_;
  std::vector<int32_t> entry_rows_;
  std::vector<float> entry_values_;
};

}  // namespace sagespark::algo
