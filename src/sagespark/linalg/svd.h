#pragma once

#include <vector>

#include "sagespark/linalg/matrix.h"

namespace sagespark::linalg {

/// The largest square matrix that Decompose takes: LAPACK counts its workspace, 4 n^2 + 7 n numbers, in 32 bits.
inline constexpr int64_t kMostSvdColumns = 23169;

/// A = U diag(s) V^T; only U and s.
struct LeftSvd {
  Matrix<double> u;               ///< n x n; column i belongs to singular_values[i].
  std::vector<double> singular_values;  ///< Descending.
};

/// The singular value decomposition of a square matrix by LAPACK's dgesdd, column signs as it leaves them: those that NumPy and Breeze
/// (so Spark) give for the same matrix. Of a covariance matrix: the principal components, and their variances.
///
/// Fails with kResourceLimit above kMostSvdColumns columns, with kCorruptData on NaN or infinity, and with kInternal when LAPACK
/// does not converge. Cost: O(n^3) time; about 8 n^2 numbers of memory.
Result<LeftSvd> Decompose(const Matrix<double>& square);

}  // namespace sagespark::linalg
