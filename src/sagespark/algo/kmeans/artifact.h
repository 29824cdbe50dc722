#pragma once

#include <cstdint>
#include <span>

#include "sagespark/base/result.h"
#include "sagespark/linalg/matrix.h"

namespace sagespark::algo {

/// The trained centers, k x d, feature units.
///
/// As a file: one unnamed float32 array of shape (k, d) in an MXNet ndarray file named `model_algo-1`, which AWS's
/// k-means image loads too. `centers.values()` is that array's data.
struct KMeansModel {
  linalg::Matrix<float> centers;

  int64_t k() const { return centers.rows(); }
  int64_t feature_dim() const { return centers.cols(); }
};

/// Takes over an array as read from a model file.
/// Errors: kCorruptData when it is not a k x d array with k >= 1 and d >= 1 and as many values, or has a NaN or infinity.
Result<KMeansModel> KMeansModelFromArray(std::span<const int64_t> shape, std::span<const float> values);

}  // namespace sagespark::algo
