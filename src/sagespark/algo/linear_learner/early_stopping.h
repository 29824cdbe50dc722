#pragma once

#include <cmath>
#include <cstdint>

#include "sagespark/algo/linear_learner/params.h"

namespace sagespark::algo {

/// Tells when the loss falls no more: early_stopping_patience epochs in a row without one that is below the best so
/// far by more than early_stopping_tolerance of it.
class LinearEarlyStopping {
 public:
  explicit LinearEarlyStopping(const LinearLearnerParams& params)
      : patience_(params.early_stopping_patience), tolerance_(params.early_stopping_tolerance) {}

  /// Takes the next epoch's loss; whether it improved on the best one.
  bool Add(double loss) {
    const bool improved = first_ || best_ - loss > tolerance_ * std::abs(best_);
    first_ = false;
    stale_ = improved ? 0 : stale_ + 1;
    if (improved) best_ = loss;
    return improved;
  }

  bool ShouldStop() const { return stale_ >= patience_; }

 private:
  int64_t patience_;
  double tolerance_;
  bool first_ = true;
  double best_ = 0;
  int64_t stale_ = 0;
};

}  // namespace sagespark::algo
