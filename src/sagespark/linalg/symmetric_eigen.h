#pragma once

#include <cstdint>
#include <vector>

#include "sagespark/linalg/matrix.h"

namespace sagespark::linalg {

/// The largest matrix that LargestEigenpairs takes: its elements are counted in 32 bits.
inline constexpr int64_t kMostEigenColumns = 32768;

struct EigenPairs {
  std::vector<double> values;  ///< Ascending.
  Matrix<double> vectors;      ///< count x n: row i, of length 1, belongs to values[i]. Signs are as they come.
};

/// The `count` largest eigenvalues of a symmetric n x n matrix, of which only the lower triangle is read, and their orthonormal
/// vectors, by LAPACK's dsyevr. Runs on the calling thread, so that the result does not depend on the number of threads.
///
/// 0 <= count <= n. Fails with kResourceLimit above kMostEigenColumns, with kCorruptData on NaN or infinity, and with
/// kInternal when LAPACK does not converge.
/// Cost: O(n^3); the matrix, which it takes over, and O(n count) numbers of memory.
Result<EigenPairs> LargestEigenpairs(Matrix<double> matrix, int64_t count);

}  // namespace sagespark::linalg
