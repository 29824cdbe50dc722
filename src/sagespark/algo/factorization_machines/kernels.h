#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace sagespark::algo {

// The loops over factors. Weights of a feature are its k factors, then its linear weight. Every number is computed in an
// order that the code fixes and without fused multiply-adds: the same bits on every processor.

/// Asks for floats that are needed soon: what belongs to a feature is seldom in a cache when the table is large, and follows no
/// pattern.
inline void PrefetchFloats(const float* floats, int64_t count) {
  constexpr int64_t kFloatsALine = 16;
  for (int64_t i = 0; i < count; i += kFloatsALine) __builtin_prefetch(floats + i);
}

/// One entry of a row: the weights of its feature, and its value.
struct WeightedEntry {
  const float* weights = nullptr;
  float value = 0;
};

/// Sets sums[f] to the sum of v_f x over the entries for the k factors and sums[k] to that of w x; `squares` is scratch of
/// as many floats. Returns the row's score without the bias: sums[k] + 1/2 sum_f (sums[f]^2 - sum v_f^2 x^2).
double ScoreRow(std::span<const WeightedEntry> entries, int64_t k, float* sums, float* squares);

/// One row of a feature's gradient.
struct GradientTerm {
  const float* sums = nullptr;  ///< Of the row, from ScoreRow.
  float slope = 0;              ///< The loss' derivative by the row's score.
  float value = 0;              ///< Of the feature in the row.
};

/// Sets gradient[0 ... k] to the derivatives of the loss by a feature's weights, summed over the rows that have it.
void GradientOfFeature(std::span<const GradientTerm> terms, const float* weights, int64_t k, float* gradient);

/// One step of Adam on `count` weights, as MXNet's adam_update has it: with g = rescale gradient + decay weight, cut to
/// [-clip, clip], first = beta1 first + (1 - beta1) g, second = beta2 second + (1 - beta2) g^2,
/// weight -= rate first / (sqrt(second) + epsilon).
struct AdamStep {
  float rescale = 1;
  float clip = 0;  ///< Infinity: nothing is cut.
  float decay = 0;
  float rate = 0;  ///< The learning rate, corrected for the moments' start at 0.
  float epsilon = 0;

  void Take(const float* gradient, int64_t count, float* weights, float* first, float* second) const;
};

inline constexpr double kAdamBeta1 = 0.9;
inline constexpr double kAdamBeta2 = 0.999;

}  // namespace sagespark::algo
