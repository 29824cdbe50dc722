#include "sagespark/linalg/cholesky.h"

#include <lapacke.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "sagespark/linalg/blas_threads.h"

namespace sagespark::linalg {

// Our rows are LAPACK's columns: the lower triangle is its upper one.
std::optional<CholeskyFactor> CholeskyFactor::Of(Matrix<double> matrix) {
  SAGESPARK_CHECK(matrix.rows() == matrix.cols() && matrix.rows() >= 1);
  UseOneBlasThread();
  const auto n = static_cast<lapack_int>(matrix.rows());
  if (scipy_LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'U', n, matrix.view().data(), n) != 0) return std::nullopt;
  for (lapack_int i = 0; i < n; ++i) {
    const auto row = matrix.Row(i).first(static_cast<size_t>(i) + 1);
    if (!std::all_of(row.begin(), row.end(), [](double value) { return std::isfinite(value); })) return std::nullopt;
  }
  return CholeskyFactor(std::move(matrix));
}

void CholeskyFactor::Solve(std::span<double> x) const {
  SAGESPARK_DCHECK(static_cast<int64_t>(x.size()) == size());
  const auto n = static_cast<lapack_int>(size());
  scipy_LAPACKE_dpotrs_work(LAPACK_COL_MAJOR, 'U', n, 1, factor_.values().data(), n, x.data(), n);
}

}  // namespace sagespark::linalg
