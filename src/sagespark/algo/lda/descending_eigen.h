#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "sagespark/base/result.h"
#include "sagespark/linalg/symmetric_eigen.h"

namespace sagespark::algo {

/// All eigenvalues of a small symmetric matrix, the largest first; row i of `vectors` belongs to values[i].
/// Errors: those of linalg::LargestEigenpairs.
inline Result<linalg::EigenPairs> DescendingEigen(linalg::Matrix<double> matrix) {
  const int64_t size = matrix.rows();
  SAGESPARK_ASSIGN_OR_RETURN(linalg::EigenPairs pairs, linalg::LargestEigenpairs(std::move(matrix), size));
  std::ranges::reverse(pairs.values);
  for (int64_t i = 0; i < size / 2; ++i) std::ranges::swap_ranges(pairs.vectors.Row(i), pairs.vectors.Row(size - 1 - i));
  return pairs;
}

}  // namespace sagespark::algo
