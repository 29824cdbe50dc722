#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sagespark/linalg/random.h"

namespace sagespark::linalg {

/// Draws `count` different numbers of 0 ... population - 1, all sets and orders alike. 0 <= count <= population.
std::vector<int64_t> SampleWithoutReplacement(int64_t population, int64_t count, RandomStream& random);

/// Draws `count` different indices of `weights` (>= 0), one after the other, each with probability in proportion to
/// its weight among those left. Indices of weight 0 come only when no others are left, the lowest first.
/// Source: Efraimidis and Spirakis 2006, Information Processing Letters 97(5).
std::vector<int64_t> WeightedSampleWithoutReplacement(std::span<const double> weights, int64_t count,
                                                      RandomStream& random);

/// Draws indices, with replacement, in proportion to weights.
class ProportionalSampler {
 public:
  explicit ProportionalSampler(std::span<const double> weights);

  /// The sum of the weights, added in order. Sample must not be called when it is 0.
  double total() const { return cumulative_.empty() ? 0 : cumulative_.back(); }

  int64_t Sample(RandomStream& random) const;

 private:
  std::vector<double> cumulative_;
};

}  // namespace sagespark::linalg
