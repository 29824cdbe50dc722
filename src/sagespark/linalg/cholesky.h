#pragma once

#include <optional>
#include <span>

#include "sagespark/linalg/matrix.h"

namespace sagespark::linalg {

/// The factor of a symmetric positive definite matrix, to solve systems with.
class CholeskyFactor {
 public:
  /// Of a symmetric n x n matrix, n >= 1, of which only the lower triangle is read; nullopt when it is not positive definite, or
  /// holds a NaN or infinity. By LAPACK's dpotrf, on the calling thread. Cost: n^3 / 3; the matrix, which it takes over.
  static std::optional<CholeskyFactor> Of(Matrix<double> matrix);

  int64_t size() const { return factor_.rows(); }

  /// Replaces x, of n values, by the solution y of matrix y = x. Threads may call it side by side. Cost: 2 n^2.
  void Solve(std::span<double> x) const;

 private:
  explicit CholeskyFactor(Matrix<double> factor) : factor_(std::move(factor)) {}

  Matrix<double> factor_;
};

}  // namespace sagespark::linalg
