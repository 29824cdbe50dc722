#pragma once

#include <cstdint>
#include <span>

#include "sagespark/algo/linear_learner/params.h"

namespace sagespark::algo {

/// A loss with its parameters.
///
/// With z the linear function's value, y the label, s = 2 y - 1 and r = z - y:
///   logistic                    log(1 + exp(-s z))
///   hinge_loss (binary)         max(0, margin - s z)
///   softmax_loss                log(sum_c exp(z_c)) - z_y
///   hinge_loss (multiclass)     max(0, margin + max_{c != y} z_c - z_y)
///   squared_loss                r^2
///   absolute_loss               |r|
///   eps_insensitive_squared     max(0, |r| - loss_insensitivity)^2
///   eps_insensitive_absolute    max(0, |r| - loss_insensitivity)
///   quantile_loss               quantile * max(0, -r) + (1 - quantile) * max(0, r)
///   huber_loss                  r^2 / 2 where |r| <= huber_delta, else huber_delta (|r| - huber_delta / 2)
struct LinearLossFunction {
  LinearLoss loss = LinearLoss::kLogistic;
  double margin = 1;
  double quantile = 0.5;
  double loss_insensitivity = 0.01;
  double huber_delta = 1;

  static LinearLossFunction Of(const LinearLearnerParams& params) {
    return {params.loss, params.margin, params.quantile, params.loss_insensitivity, params.huber_delta};
  }

  /// The loss of one row. `scores` has one value an output.
  double Value(std::span<const float> scores, float label) const;

  /// The same, and replaces `scores` by the loss's derivatives by them, times `weight`. At kinks a subgradient.
  double ValueAndGradient(std::span<float> scores, float label, float weight) const;

  /// How the loss curves at these scores, as one number for all of them: the second derivative of logistic and squared_loss, the
  /// mean of those of softmax_loss, and where they jump the curvature of the parabola that touches the loss there and lies above
  /// it. 0 of losses that are not smooth.
  double Curvature(std::span<const float> scores, float label) const;
};

/// Whether the label of the losses is 0 or 1, or a class, and not a number.
bool IsClassLabel(LinearLoss loss);

/// Whether its curvature is the same everywhere.
inline bool IsParabola(LinearLoss loss) { return loss == LinearLoss::kSquared; }

/// Whether its derivative has no jumps.
bool IsSmooth(LinearLoss loss);

}  // namespace sagespark::algo
