#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "sagespark/linalg/matrix.h"

namespace sagespark::algo {

/// The bars of Griffiths and Steyvers 2004, "Finding scientific topics", PNAS 101: words are the 25 squares of a 5 x 5
/// field, and the 10 topics its rows and columns.
inline constexpr int64_t kBarWords = 25, kBarTopics = 10;

inline linalg::Matrix<float> BarTopics() {
  linalg::Matrix<float> topics(kBarTopics, kBarWords);
  for (int64_t bar = 0; bar < 5; ++bar) {
    for (int64_t i = 0; i < 5; ++i) topics(bar, 5 * bar + i) = topics(5 + bar, 5 * i + bar) = 0.2F;
  }
  return topics;
}

/// Documents of `words` words, their mixtures drawn from a symmetric Dirichlet distribution of weight alpha0 in all.
inline linalg::Matrix<float> BarDocuments(int64_t documents, int64_t words, uint32_t seed, double alpha0 = 1) {
  std::mt19937 random(seed);
  std::gamma_distribution<double> gamma(alpha0 / kBarTopics);
  std::uniform_int_distribution<int64_t> square(0, 4);
  linalg::Matrix<float> counts(documents, kBarWords);
  for (int64_t document = 0; document < documents; ++document) {
    std::vector<double> mixture(kBarTopics);
    for (double& share : mixture) share = gamma(random) + 1e-300;
    std::discrete_distribution<int64_t> topic_of(mixture.begin(), mixture.end());
    for (int64_t i = 0; i < words; ++i) {
      const int64_t topic = topic_of(random), place = square(random);
      ++counts(document, topic < 5 ? 5 * topic + place : 5 * place + topic - 5);
    }
  }
  return counts;
}

/// The mean over the true topics of the L1 distance to the topic nearest to them, where each may be taken once: bars
/// are so far apart that taking the smallest distances first is the best matching.
inline double MatchedError(const linalg::Matrix<float>& truth, const linalg::Matrix<float>& found) {
  struct Pair {
    double distance;
    int64_t truth, found;
  };
  std::vector<Pair> pairs;
  for (int64_t i = 0; i < truth.rows(); ++i) {
    for (int64_t j = 0; j < found.rows(); ++j) {
      double distance = 0;
      for (int64_t word = 0; word < truth.cols(); ++word) distance += std::abs(truth(i, word) - found(j, word));
      pairs.push_back({distance, i, j});
    }
  }
  std::stable_sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) { return a.distance < b.distance; });
  std::vector<bool> truth_taken(truth.rows()), found_taken(found.rows());
  double sum = 0;
  for (const Pair& pair : pairs) {
    if (truth_taken[pair.truth] || found_taken[pair.found]) continue;
    truth_taken[pair.truth] = found_taken[pair.found] = true;
    sum += pair.distance;
  }
  return sum / static_cast<double>(truth.rows());
}

}  // namespace sagespark::algo
