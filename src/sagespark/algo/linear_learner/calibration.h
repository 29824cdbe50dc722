#pragma once

#include <cstdint>
#include <span>

#include "sagespark/algo/linear_learner/params.h"

namespace sagespark::algo {

/// Counts of a binary classifier's answers.
struct BinaryCounts {
  double true_positives = 0;
  double false_positives = 0;
  double true_negatives = 0;
  double false_negatives = 0;

  double accuracy() const;
  double precision() const;  ///< 0 when no row was answered 1.
  double recall() const;     ///< 0 when there is no positive row.
  double FBeta(double beta) const;
};

struct Calibration {
  double threshold = 0;    ///< On the values z: a row is answered 1 when its z is at least this.
  double criterion = 0;    ///< What was made large; larger is better.
  BinaryCounts counts;     ///< With that threshold.
};

/// Finds the threshold on `values` that makes the criterion largest (the accuracy for kLoss).
///
/// precision_at_target_recall makes precision large among the thresholds of at least target_recall, and
/// recall_at_target_precision the other way around; where none reaches the target, the one nearest to it is taken. On
/// ties the threshold nearest to `natural` is; it lies halfway between two values, or at `natural` when that is
/// between them too. O(n log n). Values are finite; labels are 0 and 1; there is at least one.
Calibration CalibrateThreshold(std::span<const float> values, std::span<const float> labels, double natural,
                               const LinearLearnerParams& params);

}  // namespace sagespark::algo
