#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sagespark/linalg/matrix.h"

namespace sagespark::algo {

/// The weights of models side by side, in scaled units: column m * outputs + o belongs to output o of model m.
struct LinearState {
  int64_t outputs = 1;
  linalg::Matrix<float> weights;  ///< feature_dim x (models * outputs).
  std::vector<float> bias;        ///< models * outputs.

  static LinearState Zeros(int64_t outputs, int64_t feature_dim, int64_t models) {
    return {outputs, linalg::Matrix<float>(feature_dim, models * outputs),
            std::vector<float>(static_cast<size_t>(models * outputs))};
  }

  int64_t models() const { return static_cast<int64_t>(bias.size()) / outputs; }

  /// One model as a vector: its weights, output by output, each with its bias after them.
  std::vector<float> Point(int64_t model) const {
    std::vector<float> point;
    point.reserve(static_cast<size_t>((weights.rows() + 1) * outputs));
    for (int64_t column = model * outputs; column < (model + 1) * outputs; ++column) {
      for (int64_t j = 0; j < weights.rows(); ++j) point.push_back(weights(j, column));
      point.push_back(bias[static_cast<size_t>(column)]);
    }
    return point;
  }

  void SetPoint(int64_t model, std::span<const float> point) {
    const float* value = point.data();
    for (int64_t column = model * outputs; column < (model + 1) * outputs; ++column) {
      for (int64_t j = 0; j < weights.rows(); ++j) weights(j, column) = *value++;
      bias[static_cast<size_t>(column)] = *value++;
    }
  }
};

}  // namespace sagespark::algo
