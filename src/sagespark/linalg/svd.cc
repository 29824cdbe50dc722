#include "sagespark/linalg/svd.h"

#include <lapacke.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "sagespark/linalg/blas_threads.h"

namespace sagespark::linalg {
namespace {

Matrix<double> Transposed(const Matrix<double>& square) {
  Matrix<double> transposed(square.cols(), square.rows());
  for (int64_t i = 0; i < square.rows(); ++i) {
    for (int64_t j = 0; j < square.cols(); ++j) transposed(j, i) = square(i, j);
  }
  return transposed;
}

}  // namespace

Result<LeftSvd> Decompose(const Matrix<double>& square) {
  SAGESPARK_DCHECK(square.rows() == square.cols());
  if (square.cols() > kMostSvdColumns) {
    return ResourceLimit("Matrix is too large to decompose: " + std::to_string(square.cols()) + " columns, limit " +
                         std::to_string(kMostSvdColumns));
  }
  if (!std::all_of(square.values().begin(), square.values().end(), [](double x) { return std::isfinite(x); })) {
    return CorruptData("Matrix to decompose has a NaN or infinity");
  }
  UseOneBlasThread();
  const auto n = static_cast<lapack_int>(square.cols());
  LeftSvd svd{.u = Matrix<double>(n, n), .singular_values = std::vector<double>(n)};
  if (n == 0) return svd;
  // Column-major, as LAPACK has it: its U is our U transposed. The right-hand vectors are computed, too: without them, dgesdd gives none.
  Matrix<double> a = Transposed(square);
  Matrix<double> vt(n, n);
  std::vector<lapack_int> integers(8 * static_cast<size_t>(n));
  std::vector<double> work(1);
  const auto run = [&](lapack_int work_size) {
    return scipy_LAPACKE_dgesdd_work(LAPACK_COL_MAJOR, 'S', n, n, a.view().data(), n, svd.singular_values.data(),
                                     svd.u.view().data(), n, vt.view().data(), n, work.data(), work_size, integers.data());
  };
  lapack_int status = run(-1);
  if (status == 0) {
    work.resize(static_cast<size_t>(work[0]));
    status = run(static_cast<lapack_int>(work.size()));
  }
  if (status != 0) return InternalError("Singular value decomposition failed: dgesdd returned " + std::to_string(status));
  svd.u = Transposed(svd.u);
  return svd;
}

}  // namespace sagespark::linalg
