#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

#include "sagespark/linalg/matrix.h"
#include "sagespark/linalg/random.h"

namespace sagespark::algo {

// The streams of a training job's seed: one for each use of random numbers.
constexpr uint64_t kEigenvectorStream = 0;
constexpr uint64_t kSpareTopicStream = 1;
constexpr uint64_t kFirstRestartStream = 2;  // Restart t draws from stream kFirstRestartStream + t.

/// Standard normal elements, so that rows and columns have no preferred direction.
/// Source: Box and Muller 1958.
inline linalg::Matrix<double> RandomDirections(int64_t rows, int64_t cols, linalg::RandomStream& random) {
  linalg::Matrix<double> matrix(rows, cols);
  for (int64_t row = 0; row < rows; ++row) {
    for (double& element : matrix.Row(row)) {
      const double radius = std::sqrt(-2 * std::log(1 - random.NextUniform()));
      element = radius * std::cos(2 * std::numbers::pi * random.NextUniform());
    }
  }
  return matrix;
}

}  // namespace sagespark::algo
