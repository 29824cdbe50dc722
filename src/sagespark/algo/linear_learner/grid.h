#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sagespark/algo/linear_learner/params.h"
#include "sagespark/algo/linear_learner/scaling.h"

namespace sagespark::algo {

/// What the models that are trained side by side differ in.
struct LinearModelSetting {
  double learning_rate = 0;
  double wd = 0;
  double l1 = 0;
  /// A positive row weighs (negative rows / positive rows)^power; without one positive_example_weight_mult.
  std::optional<double> positive_power;

  /// Whether training makes the same objective small.
  bool SameObjective(const LinearModelSetting& other) const {
    return wd == other.wd && l1 == other.l1 && positive_power == other.positive_power;
  }
};

/// The most linear functions (models times outputs) that num_models = auto trains, and weights, but at least
/// kAutoModelsLeast models of the former.
inline constexpr int64_t kAutoModels = 32;
inline constexpr int64_t kAutoOutputs = 128;
inline constexpr int64_t kAutoModelsLeast = 4;
inline constexpr int64_t kAutoWeights = int64_t{1} << 25;

/// The models to train: the one of the given parameters first, then close ones.
///
/// A given value is every model's. Auto learning rates go over four values, the first one's factors 1, 1/3, 3 and
/// 1/10. wd and l1 are varied only when both are auto: (1e-4, 0), (1e-3, 0), (1e-5, 0), (1e-2, 0), (0, 0), (1e-4,
/// 1e-4), (1e-4, 1e-5), (1e-4, 1e-3) of wd and l1; else the auto one is 0. positive_example_weight_mult = auto takes
/// the powers 0, 1 and 1/2 of the balanced weight. A given num_models of more than that many combinations takes
/// further learning rates.
std::vector<LinearModelSetting> LinearModelGrid(const LinearLearnerParams& params, const LinearScaling& scaling);

}  // namespace sagespark::algo
