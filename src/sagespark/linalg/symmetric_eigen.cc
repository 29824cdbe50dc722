#include "sagespark/linalg/symmetric_eigen.h"

#include <lapacke.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "sagespark/linalg/blas_threads.h"

namespace sagespark::linalg {
namespace {

bool LowerTriangleIsFinite(const Matrix<double>& matrix) {
  for (int64_t row = 0; row < matrix.rows(); ++row) {
    const auto values = matrix.Row(row).first(row + 1);
    if (!std::all_of(values.begin(), values.end(), [](double x) { return std::isfinite(x); })) return false;
  }
  return true;
}

}  // namespace

Result<EigenPairs> LargestEigenpairs(Matrix<double> matrix, int64_t count) {
  SAGESPARK_CHECK(matrix.rows() == matrix.cols() && count >= 0 && count <= matrix.rows());
  if (matrix.cols() > kMostEigenColumns) {
    return ResourceLimit("Matrix is too large for its eigenvectors: " + std::to_string(matrix.cols()) +
                         " columns, limit " + std::to_string(kMostEigenColumns));
  }
  if (!LowerTriangleIsFinite(matrix)) return CorruptData("Matrix to find eigenvectors of has a NaN or infinity");
  EigenPairs pairs{.values = std::vector<double>(count), .vectors = Matrix<double>(count, matrix.cols())};
  if (count == 0) return pairs;
  UseOneBlasThread();
  const auto n = static_cast<lapack_int>(matrix.cols());
  std::vector<double> values(n);
  std::vector<lapack_int> support(2 * static_cast<size_t>(n));
  std::vector<double> work(1);
  std::vector<lapack_int> integers(1);
  lapack_int found = 0;
  // Our rows are LAPACK's columns: the lower triangle is its upper one, and its vectors' columns are our rows.
  const auto run = [&](lapack_int work_size, lapack_int integers_size) {
    return scipy_LAPACKE_dsyevr_work(LAPACK_COL_MAJOR, 'V', 'I', 'U', n, matrix.view().data(), n, 0, 0,
                                     n - static_cast<lapack_int>(count) + 1, n, 0, &found, values.data(),
                                     pairs.vectors.view().data(), n, support.data(), work.data(), work_size,
                                     integers.data(), integers_size);
  };
  lapack_int status = run(-1, -1);
  if (status == 0) {
    work.resize(static_cast<size_t>(work[0]));
    integers.resize(static_cast<size_t>(integers[0]));
    status = run(static_cast<lapack_int>(work.size()), static_cast<lapack_int>(integers.size()));
  }
  if (status != 0 || found != count) {
    return InternalError("Finding eigenvectors failed: dsyevr returned " + std::to_string(status) + " and " +
                         std::to_string(found) + " of " + std::to_string(count) + " vectors");
  }
  std::copy_n(values.begin(), count, pairs.values.begin());
  return pairs;
}

}  // namespace sagespark::linalg
