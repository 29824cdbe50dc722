#pragma once

#include <cstdint>
#include <vector>

#include "sagespark/base/thread_pool.h"
#include "sagespark/linalg/matrix.h"
#include "sagespark/linalg/row_blocks.h"

namespace sagespark::linalg {

/// What products of one block of rows are computed in; their sums are always in double.
enum class Precision { kSingle, kDouble };

/// The sum over rows x of (x - mean)(x - mean)^T.
struct Scatter {
  int64_t rows = 0;
  std::vector<double> mean;  ///< Of the rows; zeros when the scatter is about zero.
  Matrix<double> sums;       ///< d x d: the lower triangle, zeros above.
};

/// Adds float32 rows up to their scatter, in one pass, on all threads of a pool.
///
/// Each block of 1024 rows is centered on its own mean before it is multiplied, and blocks are merged by their means in double.
/// So neither columns far from zero nor a mean that drifts from block to block cancel: with products in single precision the scatter
/// of a direction is within about 1e-6 of its largest eigenvalue. The result does not depend on the number of threads nor on
/// the pieces that rows come in.
/// Memory: 8 d^2 bytes, and 8 to 12 KiB a column. Cost: n d^2 operations.
/// CovarianceAccumulator is its counterpart for single rows in double. Not thread-safe.
/// Source: Chan, Golub, LeVeque 1983, "Algorithms for Computing the Sample Variance" (how two parts are merged).
class ScatterAccumulator {
 public:
  struct Options {
    bool about_mean = true;  ///< False: the sum of x x^T.
    Precision products = Precision::kSingle;
  };

  /// `pool` outlives the accumulator. `cols` >= 1.
  ScatterAccumulator(int64_t cols, Options options, ThreadPool& pool);

  /// Rows have `cols` columns and finite values; indices are in range.
  void Add(MatrixView<const float> rows);
  void Add(const SparseRowsView& rows);

  /// Takes the result. It holds infinities when values were about 1e19 times those of the first rows, or more.
  Scatter Finish() &&;

 private:
  void AddBlock(MatrixView<const float> block);
  template <typename T>
  void AddBlockAs(MatrixView<const float> block, std::vector<T>& panels);
  template <typename T>
  void CenterPanel(MatrixView<const float> block, int64_t panel, T* out);
  template <typename T>
  void AddTile(int64_t block_rows, int64_t tile, const T* panels);
  void ChooseScale(MatrixView<const float> block);

  int64_t FirstOf(int64_t panel) const { return panel * panel_width_; }
  int64_t WidthOf(int64_t panel) const;

  int64_t cols_;
  Options options_;
  ThreadPool* pool_;
  int64_t panel_width_;
  int64_t panels_;
  RowBlocks blocks_;
  int64_t rows_ = 0;
  std::vector<double> mean_;
  Matrix<double> sums_;  // Of scaled values.
  double scale_ = 0;     // A power of two that keeps products in range; 0 before a value other than zero came.

  // Of one block, in scaled units.
  std::vector<double> block_mean_;  // In the rows' units.
  std::vector<double> residuals_;   // The block's mean, less what was subtracted.
  std::vector<double> steps_;       // The block's mean, less that of the rows before.
  std::vector<float> panels_single_;
  std::vector<double> panels_double_;
};

}  // namespace sagespark::linalg
