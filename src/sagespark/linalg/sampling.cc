#include "sagespark/linalg/sampling.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "sagespark/base/result.h"

namespace sagespark::linalg {

std::vector<int64_t> SampleWithoutReplacement(int64_t population, int64_t count, RandomStream& random) {
  SAGESPARK_CHECK(count >= 0 && count <= population);
  std::vector<int64_t> numbers(population);
  std::iota(numbers.begin(), numbers.end(), 0);
  for (int64_t i = 0; i < count; ++i) {
    std::swap(numbers[i], numbers[i + static_cast<int64_t>(random.NextBelow(population - i))]);
  }
  numbers.resize(count);
  return numbers;
}

std::vector<int64_t> WeightedSampleWithoutReplacement(std::span<const double> weights, int64_t count,
                                                      RandomStream& random) {
  const auto population = static_cast<int64_t>(weights.size());
  SAGESPARK_CHECK(count >= 0 && count <= population);
  // The first arrivals of independent Poisson processes whose rates are the weights.
  std::vector<double> arrival(population, std::numeric_limits<double>::infinity());
  for (int64_t i = 0; i < population; ++i) {
    const double exponential = -std::log1p(-random.NextUniform());
    if (weights[i] > 0) arrival[i] = exponential / weights[i];
  }
  std::vector<int64_t> order(population);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return arrival[a] < arrival[b]; });
  order.resize(count);
  return order;
}

ProportionalSampler::ProportionalSampler(std::span<const double> weights) : cumulative_(weights.size()) {
  std::partial_sum(weights.begin(), weights.end(), cumulative_.begin());
}

int64_t ProportionalSampler::Sample(RandomStream& random) const {
  SAGESPARK_DCHECK(total() > 0);
  const double target = random.NextUniform() * total();
  auto found = std::upper_bound(cumulative_.begin(), cumulative_.end(), target);
  // The product may round up to the total: then take the last index that has a weight.
  if (found == cumulative_.end()) found = std::lower_bound(cumulative_.begin(), cumulative_.end(), total());
  return found - cumulative_.begin();
}

}  // namespace sagespark::linalg
