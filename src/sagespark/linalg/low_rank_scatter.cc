#include "sagespark/linalg/low_rank_scatter.h"

#include <lapacke.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <utility>

#include "sagespark/linalg/blas_threads.h"
#include "sagespark/linalg/gemm.h"
#include "sagespark/linalg/symmetric_eigen.h"

namespace sagespark::linalg {
namespace {

constexpr int64_t kBlockRows = 1024;
constexpr int64_t kTaskColumns = 256;  // Of a product: one thread's task. Fixed, so that all numbers of threads cut alike.
constexpr int64_t kTaskRows = 128;
constexpr int kSubspaceIterations = 2;

int64_t DivideUp(int64_t a, int64_t b) { return (a + b - 1) / b; }

template <typename T>
MatrixView<T> Columns(MatrixView<T> matrix, int64_t first, int64_t count) {
  return {matrix.data() + first, matrix.rows(), count, matrix.stride()};
}

/// a b, for a b that is wide.
Matrix<double> Product(const Matrix<double>& a, const Matrix<double>& b, ThreadPool& pool) {
  Matrix<double> out(a.rows(), b.cols());
  pool.ParallelFor(DivideUp(b.cols(), kTaskColumns), [&](int64_t task) {
    const int64_t first = task * kTaskColumns;
    const int64_t count = std::min(kTaskColumns, b.cols() - first);
    Multiply(a.view(), Columns(b.view(), first, count), Columns(out.view(), first, count));
  });
  return out;
}

/// a^T b, for a b that is wide.
Matrix<double> TransposedProduct(const Matrix<double>& a, const Matrix<double>& b, ThreadPool& pool) {
  Matrix<double> out(a.cols(), b.cols());
  pool.ParallelFor(DivideUp(b.cols(), kTaskColumns), [&](int64_t task) {
    const int64_t first = task * kTaskColumns;
    const int64_t count = std::min(kTaskColumns, b.cols() - first);
    MultiplyFirstTransposed(a.view(), Columns(b.view(), first, count), Columns(out.view(), first, count));
  });
  return out;
}

/// a b^T, for an a that is long.
Matrix<double> ProductTransposed(const Matrix<double>& a, const Matrix<double>& b, ThreadPool& pool) {
  Matrix<double> out(a.rows(), b.rows());
  pool.ParallelFor(DivideUp(a.rows(), kTaskRows), [&](int64_t task) {
    const int64_t first = task * kTaskRows;
    const int64_t count = std::min(kTaskRows, a.rows() - first);
    MultiplyTransposed(a.view().Rows(first, count), b.view(), out.view().Rows(first, count));
  });
  return out;
}

/// Turns the rows, at most as many as columns, into an orthonormal basis of a space that has them.
Status OrthonormalizeRows(Matrix<double>& rows) {
  UseOneBlasThread();
  // Our rows are LAPACK's columns.
  const auto length = static_cast<lapack_int>(rows.cols());
  const auto count = static_cast<lapack_int>(rows.rows());
  std::vector<double> factors(rows.rows());
  lapack_int status =
      scipy_LAPACKE_dgeqrf(LAPACK_COL_MAJOR, length, count, rows.view().data(), length, factors.data());
  if (status == 0) {
    status = scipy_LAPACKE_dorgqr(LAPACK_COL_MAJOR, length, count, count, rows.view().data(), length, factors.data());
  }
  if (status != 0) return InternalError("QR decomposition failed: LAPACK returned " + std::to_string(status));
  return Status::Ok();
}

double SumOfSquares(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value * value;
  return sum;
}

}  // namespace

LowRankScatter::LowRankScatter(int64_t cols, Options options, ThreadPool& pool)
    : cols_(cols),
      options_(options),
      pool_(&pool),
      blocks_(cols, std::max(kBlockRows, options.rank)),
      random_(options.seed, options.stream) {
  SAGESPARK_CHECK(options.rank >= 1 && options.rank <= cols);
  factor_.mean.resize(cols);
  factor_.vectors = Matrix<double>(0, cols);
}

Status LowRankScatter::Add(MatrixView<const float> rows) {
  blocks_.Add(rows, [this](MatrixView<const float> block) { AddBlock(block); });
  return status_;
}

Status LowRankScatter::Add(const SparseRowsView& rows) {
  blocks_.Add(rows, [this](MatrixView<const float> block) { AddBlock(block); });
  return status_;
}

Result<LowRankFactor> LowRankScatter::Finish() && {
  blocks_.Flush([this](MatrixView<const float> block) { AddBlock(block); });
  SAGESPARK_RETURN_IF_ERROR(status_);
  return std::move(factor_);
}

void LowRankScatter::AddBlock(MatrixView<const float> block) {
  if (!status_.ok()) return;
  const Matrix<double> stacked = Stack(block);
  status_ = std::isfinite(factor_.total) ? Compress(stacked) : CorruptData("Rows have a value that is not finite");
}

/// The factor, the centered block, and the difference of the means: together they have the scatter of all rows so far.
Matrix<double> LowRankScatter::Stack(MatrixView<const float> block) {
  const int64_t factor_rows = factor_.vectors.rows();
  const bool merges_means = options_.about_mean && factor_.rows > 0;
  Matrix<double> stacked(factor_rows + block.rows() + (merges_means ? 1 : 0), cols_);
  for (int64_t row = 0; row < factor_rows; ++row) {
    const std::span<const double> vector = std::as_const(factor_.vectors).Row(row);
    const double value = factor_.values[static_cast<size_t>(row)];
    std::transform(vector.begin(), vector.end(), stacked.Row(row).begin(), [value](double x) { return value * x; });
  }
  std::vector<double> block_mean(cols_);
  if (options_.about_mean) {
    for (int64_t row = 0; row < block.rows(); ++row) {
      const std::span<const float> from = block.Row(row);
      for (int64_t col = 0; col < cols_; ++col) block_mean[col] += static_cast<double>(from[col]);
    }
    for (double& mean : block_mean) mean /= static_cast<double>(block.rows());
  }
  for (int64_t row = 0; row < block.rows(); ++row) {
    const std::span<const float> from = block.Row(row);
    const std::span<double> to = stacked.Row(factor_rows + row);
    for (int64_t col = 0; col < cols_; ++col) to[col] = static_cast<double>(from[col]) - block_mean[col];
    factor_.total += SumOfSquares(to);
  }
  const double own = static_cast<double>(factor_.rows);
  const double more = static_cast<double>(block.rows());
  if (merges_means) {
    const std::span<double> difference = stacked.Row(stacked.rows() - 1);
    const double weight = std::sqrt(own * more / (own + more));
    for (int64_t col = 0; col < cols_; ++col) difference[col] = weight * (block_mean[col] - factor_.mean[col]);
    factor_.total += SumOfSquares(difference);
  }
  factor_.rows += block.rows();
  if (options_.about_mean) {
    for (int64_t col = 0; col < cols_; ++col) {
      factor_.mean[col] += more / (own + more) * (block_mean[col] - factor_.mean[col]);
    }
  }
  return stacked;
}

/// Makes the factor anew: the leading singular values and vectors of `stacked`, nearly.
Status LowRankScatter::Compress(const Matrix<double>& stacked) {
  const int64_t rank = std::min(options_.rank, stacked.rows());
  Matrix<double> basis = stacked;  // Exact when there is nothing to leave out.
  if (rank < stacked.rows()) {
    basis = Product(RandomSigns(rank, stacked.rows()), stacked, *pool_);
    for (int i = 0; i < kSubspaceIterations; ++i) {
      SAGESPARK_RETURN_IF_ERROR(OrthonormalizeRows(basis));
      basis = TransposedProduct(ProductTransposed(stacked, basis, *pool_), stacked, *pool_);
    }
  }
  SAGESPARK_RETURN_IF_ERROR(OrthonormalizeRows(basis));
  const Matrix<double> coordinates = ProductTransposed(stacked, basis, *pool_);
  Matrix<double> gram(rank, rank);
  MultiplyFirstTransposed(coordinates.view(), coordinates.view(), gram.view());
  SAGESPARK_ASSIGN_OR_RETURN(const EigenPairs pairs, LargestEigenpairs(std::move(gram), rank));
  factor_.vectors = Product(pairs.vectors, basis, *pool_);
  factor_.values.resize(rank);
  std::transform(pairs.values.begin(), pairs.values.end(), factor_.values.begin(),
                 [](double value) { return std::sqrt(std::max(value, 0.0)); });
  return Status::Ok();
}

/// -1 and 1, each with probability 1/2.
Matrix<double> LowRankScatter::RandomSigns(int64_t rows, int64_t cols) {
  Matrix<double> signs(rows, cols);
  for (int64_t row = 0; row < rows; ++row) {
    uint64_t bits = 0;
    for (int64_t col = 0; col < cols; ++col) {
      if (col % 64 == 0) bits = random_.NextUint64();
      signs(row, col) = (bits >> (col % 64) & 1) != 0 ? 1 : -1;
    }
  }
  return signs;
}

}  // namespace sagespark::linalg
