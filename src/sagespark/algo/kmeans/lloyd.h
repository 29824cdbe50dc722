#pragma once

#include <cstdint>
#include <span>

#include "sagespark/base/thread_pool.h"
#include "sagespark/linalg/matrix.h"

namespace sagespark::algo {

struct LloydLimits {
  int64_t max_iterations = 300;  ///< >= 1.
  double tolerance = 1e-4;       ///< Stop when the objective falls by no more than this share of itself.
};

struct LloydFit {
  linalg::Matrix<float> centers;  ///< k x d.
  double objective = 0;           ///< Of these centers, squared feature units times weight.
  int64_t iterations = 0;         ///< Moves of all centers to the means of their points.
};

/// Moves centers to the weighted means of the points nearest to them until that no longer pays.
///
/// @param points   n x d, finite.
/// @param weights  n, >= 0, at least one above 0.
/// @param centers  k x d, where to start; 1 <= k.
///
/// Minimizes sum_i w_i min_j ||x_i - c_j||^2. A center that loses all its weight moves to the point whose weight times
/// squared distance to its own center is largest, the lowest index on ties, a point for one such center only. Sums are
/// taken in row order, so the result does not depend on the number of threads. Reaching `max_iterations` is no error.
/// Source: Lloyd 1982, IEEE Trans. Inf. Theory 28(2).
LloydFit FitLloyd(linalg::MatrixView<const float> points, std::span<const double> weights,
                  linalg::Matrix<float> centers, const LloydLimits& limits, ThreadPool& pool);

}  // namespace sagespark::algo
