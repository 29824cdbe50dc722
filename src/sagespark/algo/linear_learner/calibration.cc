#include "sagespark/algo/linear_learner/calibration.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <vector>

namespace sagespark::algo {
namespace {

double Ratio(double part, double whole) { return whole == 0 ? 0 : part / whole; }

// Ordered by what it reaches: a missed target counts for less than any that is met.
double AtTarget(double reached, double target, double wanted) { return reached >= target ? wanted : reached - target - 1; }

double CriterionOf(const BinaryCounts& counts, const LinearLearnerParams& params) {
  switch (params.criterion) {
    case SelectionCriterion::kFBeta:
      return counts.FBeta(params.criterion_beta);
    case SelectionCriterion::kPrecisionAtTargetRecall:
      return AtTarget(counts.recall(), params.target_recall, counts.precision());
    case SelectionCriterion::kRecallAtTargetPrecision:
      return AtTarget(counts.precision(), params.target_precision, counts.recall());
    case SelectionCriterion::kAccuracy:
    case SelectionCriterion::kLoss:
      break;
  }
  return counts.accuracy();
}

// The threshold in (below, above] to use.
double Between(double below, double above, double natural) {
  if (natural > below && natural <= above) return natural;
  if (std::isinf(below)) return above;
  if (std::isinf(above)) return std::nextafter(below, above);
  return below + (above - below) / 2;
}

}  // namespace

double BinaryCounts::accuracy() const {
  return Ratio(true_positives + true_negatives, true_positives + true_negatives + false_positives + false_negatives);
}
double BinaryCounts::precision() const { return Ratio(true_positives, true_positives + false_positives); }
double BinaryCounts::recall() const { return Ratio(true_positives, true_positives + false_negatives); }
double BinaryCounts::FBeta(double beta) const {
  const double hits = (1 + beta * beta) * true_positives;
  return Ratio(hits, hits + beta * beta * false_negatives + false_positives);
}

Calibration CalibrateThreshold(std::span<const float> values, std::span<const float> labels, double natural,
                               const LinearLearnerParams& params) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return values[a] > values[b]; });
  BinaryCounts counts;
  for (const float label : labels) ++(label == 1 ? counts.false_negatives : counts.true_negatives);

  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  std::optional<Calibration> best;
  double above = kInfinity;  // The smallest value answered 1.
  for (size_t i = 0;;) {
    const double below = i < order.size() ? values[order[i]] : -kInfinity;
    const double threshold = Between(below, above, natural);
    const double criterion = CriterionOf(counts, params);
    const bool better = !best || criterion > best->criterion ||
                        (criterion == best->criterion &&
                         std::abs(threshold - natural) < std::abs(best->threshold - natural));
    if (better) best = Calibration{threshold, criterion, counts};
    if (i == order.size()) break;
    above = below;
    for (; i < order.size() && values[order[i]] == above; ++i) {
      const bool positive = labels[order[i]] == 1;
      ++(positive ? counts.true_positives : counts.false_positives);
      --(positive ? counts.false_negatives : counts.true_negatives);
    }
  }
  return *best;
}

}  // namespace sagespark::algo
