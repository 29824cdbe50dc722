#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "sagespark/base/result.h"
#include "sagespark/linalg/matrix.h"

namespace sagespark::algo {

/// The principal components of some rows.
///
/// As a file: the named float32 arrays `s` (k), `v` (d x k) and, unless subtract_mean was false, `mean` (1 x d) in an MXNet
/// ndarray file named `model_algo-1`, which AWS's PCA image writes and reads.
struct PcaModel {
  std::vector<float> singular_values;  ///< k, ascending, feature units: of the rows (less their mean), not divided by their number.
  linalg::Matrix<float> components;    ///< d x k: column i, of length 1, belongs to singular_values[i].
  std::vector<float> mean;             ///< d; empty when it is not to be subtracted.

  int64_t num_components() const { return components.cols(); }
  int64_t feature_dim() const { return components.rows(); }
};

/// An array as read from a model file.
struct PcaArrayView {
  std::string_view name;
  std::span<const int64_t> shape;
  std::span<const float> values;
};

/// Takes over arrays as read from a model file, in any order.
/// Errors: kCorruptData, naming the array, when `s` or `v` is missing, one comes twice or has an unknown name, shapes do not fit
///         together, or there is a NaN or infinity.
Result<PcaModel> PcaModelFromArrays(std::span<const PcaArrayView> arrays);

}  // namespace sagespark::algo
