#include "sagespark/algo/lda/mixture.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sagespark/base/multiversion.h"

namespace sagespark::algo {
namespace {

constexpr int64_t kLanes = 8;
constexpr float kLeastProbability = 1e-30F;  // Below it, no topic has the word.

// Lane by lane, so that the compiler may use vectors without changing the order of the sums.
inline float LaneDot(const float* a, const float* b, int64_t count) {
  float sums[kLanes] = {};
  for (int64_t i = 0; i < count; i += kLanes) {
    for (int64_t lane = 0; lane < kLanes; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  }
  return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

// sums += for each word its row of beta times count / p_w.
SAGESPARK_MULTIVERSION
void AddWordShares(const int32_t* words, const float* counts, size_t size, const float* beta, int64_t stride,
                   const float* weights, float* sums) {
  for (size_t entry = 0; entry < size; ++entry) {
    const float* row = beta + words[entry] * stride;
    const float probability = LaneDot(weights, row, stride);
    if (probability < kLeastProbability) continue;
    const float ratio = counts[entry] / probability;
    for (int64_t topic = 0; topic < stride; ++topic) sums[topic] += ratio * row[topic];
  }
}

}  // namespace

float ExpDigamma(float x) {
  // digamma(x) = digamma(x + 6) - sum 1 / (x + i), and the asymptotic series at x + 6.
  double recurrence = 0;
  for (int i = 0; i < 6; ++i) recurrence += 1 / (static_cast<double>(x) + i);
  const double y = static_cast<double>(x) + 6;
  const double inverse = 1 / y, square = inverse * inverse;
  const double series = inverse / 2 + square * (1.0 / 12 - square * (1.0 / 120 - square / 252));
  return static_cast<float>(y * std::exp(-series - recurrence));
}

MixtureSearch::MixtureSearch(const LdaModel& model)
    : alpha_(model.alpha),
      beta_by_word_(model.feature_dim(), (model.num_topics() + kLanes - 1) / kLanes * kLanes) {
  for (int64_t topic = 0; topic < model.num_topics(); ++topic) {
    for (int64_t word = 0; word < model.feature_dim(); ++word) beta_by_word_(word, topic) = model.beta(topic, word);
  }
}

float MixtureSearch::Probability(int32_t word, std::span<const float> weights) const {
  return LaneDot(weights.data(), beta_by_word_.Row(word).data(), padded_topics());
}

void MixtureSearch::Find(std::span<const int32_t> words, std::span<const float> counts, const MixtureLimits& limits,
                         Posterior& posterior) const {
  const auto topics = alpha_.size();
  const double length = std::accumulate(counts.begin(), counts.end(), 0.0);
  const double total = std::accumulate(alpha_.begin(), alpha_.end(), length);
  posterior.gamma.resize(topics);
  posterior.weights.assign(padded_topics(), 0.0F);
  posterior.next.resize(padded_topics());
  const auto set_weights = [&] { std::ranges::transform(posterior.gamma, posterior.weights.begin(), ExpDigamma); };
  for (size_t k = 0; k < topics; ++k) {
    posterior.gamma[k] = alpha_[k] + static_cast<float>(length / static_cast<double>(topics));
  }
  set_weights();
  for (int64_t step = 0; step < limits.max_steps; ++step) {
    std::ranges::fill(posterior.next, 0.0F);
    AddWordShares(words.data(), counts.data(), words.size(), beta_by_word_.values().data(), padded_topics(),
                  posterior.weights.data(), posterior.next.data());
    double change = 0;
    for (size_t k = 0; k < topics; ++k) {
      const float gamma = alpha_[k] + posterior.weights[k] * posterior.next[k];
      change += std::abs(gamma - posterior.gamma[k]);
      posterior.gamma[k] = gamma;
    }
    set_weights();
    if (change <= limits.tolerance * total) break;
  }
}

}  // namespace sagespark::algo
