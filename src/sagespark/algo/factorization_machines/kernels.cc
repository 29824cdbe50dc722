#include "sagespark/algo/factorization_machines/kernels.h"

#include <algorithm>
#include <cmath>

#include "sagespark/base/multiversion.h"

namespace sagespark::algo {
namespace {

constexpr auto kBeta1 = static_cast<float>(kAdamBeta1);
constexpr auto kBeta2 = static_cast<float>(kAdamBeta2);

constexpr size_t kAhead = 3;  // Entries.

SAGESPARK_MULTIVERSION void SumEntries(const WeightedEntry* entries, size_t count, int64_t width,
                                       float* __restrict sums, float* __restrict squares) {
  for (int64_t f = 0; f < width; ++f) sums[f] = squares[f] = 0;
  for (size_t i = 0; i < std::min(count, kAhead); ++i) PrefetchFloats(entries[i].weights, width);
  for (size_t i = 0; i < count; ++i) {
    if (i + kAhead < count) PrefetchFloats(entries[i + kAhead].weights, width);
    const float* __restrict weights = entries[i].weights;
    const float value = entries[i].value;
    for (int64_t f = 0; f < width; ++f) {
      const float product = value * weights[f];
      sums[f] += product;
      squares[f] += product * product;
    }
  }
}

SAGESPARK_MULTIVERSION void SumTerms(const GradientTerm* terms, size_t count, const float* __restrict weights, int64_t k,
                                     float* __restrict gradient) {
  for (int64_t f = 0; f < k; ++f) gradient[f] = 0;
  float linear = 0;
  float own = 0;  // What a feature's own share in the sums would add.
  for (size_t i = 0; i < count; ++i) {
    const float* __restrict sums = terms[i].sums;
    const float factor = terms[i].slope * terms[i].value;
    for (int64_t f = 0; f < k; ++f) gradient[f] += factor * sums[f];
    linear += factor;
    own += factor * terms[i].value;
  }
  for (int64_t f = 0; f < k; ++f) gradient[f] -= own * weights[f];
  gradient[k] = linear;
}

SAGESPARK_MULTIVERSION void Adam(const AdamStep& step, const float* __restrict gradient, int64_t count,
                                 float* __restrict weights, float* __restrict first, float* __restrict second) {
  const AdamStep s = step;
  for (int64_t i = 0; i < count; ++i) {
    float g = s.rescale * gradient[i] + s.decay * weights[i];
    g = g > s.clip ? s.clip : g;
    g = g < -s.clip ? -s.clip : g;
    first[i] = kBeta1 * first[i] + (1 - kBeta1) * g;
    second[i] = kBeta2 * second[i] + (1 - kBeta2) * g * g;
    weights[i] -= s.rate * first[i] / (std::sqrt(second[i]) + s.epsilon);
  }
}

}  // namespace

double ScoreRow(std::span<const WeightedEntry> entries, int64_t k, float* sums, float* squares) {
  SumEntries(entries.data(), entries.size(), k + 1, sums, squares);
  double pairs = 0;
  for (int64_t f = 0; f < k; ++f) pairs += static_cast<double>(sums[f]) * sums[f] - static_cast<double>(squares[f]);
  return static_cast<double>(sums[k]) + pairs / 2;
}

void GradientOfFeature(std::span<const GradientTerm> terms, const float* weights, int64_t k, float* gradient) {
  SumTerms(terms.data(), terms.size(), weights, k, gradient);
}

void AdamStep::Take(const float* gradient, int64_t count, float* weights, float* first, float* second) const {
  Adam(*this, gradient, count, weights, first, second);
}

}  // namespace sagespark::algo
