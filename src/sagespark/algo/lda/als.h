#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sagespark/base/cancellation.h"
#include "sagespark/base/result.h"
#include "sagespark/linalg/matrix.h"

namespace sagespark::algo {

struct AlsLimits {
  int64_t max_iterations = 1000;  ///< >= 1.
  double tolerance = 1e-8;        ///< Stop when the relative error changes by no more in an iteration.
};

/// A symmetric tensor as a sum of K parts: T ~ sum_i weights[i] v_i (x) v_i (x) v_i.
struct CpFit {
  std::vector<double> weights;    ///< K; their signs matter: v_i is unit, and its own sign is the first factor's.
  linalg::Matrix<double> vectors; ///< K x r, unit rows.
  double error = 0;               ///< ||T - sum|| / ||T|| of the three factors as they were fitted; 0 for T = 0.
  int64_t iterations = 0;
};

/// Fits a CP decomposition by alternating least squares: each of the three factors in turn is set to its best with the
/// other two fixed, until the error stands still. The three are left free, and are averaged at the end.
///
/// @param tensor  r x r^2, symmetric in its three indices; r >= 1.
/// @param starts  three K x r matrices of unit rows; the first is not used.
/// Cost: O(r^2 K (r + K)) an iteration on the calling thread, O(r^2 K) memory.
/// Errors: kCancelled. Reaching `max_iterations` is none.
/// Source: Kolda and Bader 2009, "Tensor decompositions and applications", SIAM Review 51(3), section 3.4.
Result<CpFit> FitCp(linalg::MatrixView<const double> tensor, std::array<linalg::Matrix<double>, 3> starts,
                    const AlsLimits& limits, const CancellationToken& cancellation);

}  // namespace sagespark::algo
