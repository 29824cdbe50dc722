#include "sagespark/algo/lda/refine.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "sagespark/algo/lda/corpus_products.h"
#include "sagespark/algo/lda/mixture.h"

namespace sagespark::algo {
namespace {

using linalg::Matrix;

constexpr int64_t kMaxIterations = 60;
constexpr double kTolerance = 2e-5;
constexpr MixtureLimits kMixtureLimits = {.max_steps = 20, .tolerance = 1e-3F};
constexpr double kPriorCount = 0.01;
constexpr float kShareOfAllWords = 0.05F;

void MixWithAllWords(const LdaCorpus& corpus, Matrix<float>& beta) {
  std::vector<double> counts(corpus.vocabulary());
  double total = 0;
  for (int64_t document = 0; document < corpus.documents(); ++document) {
    const std::span<const int32_t> words = corpus.Words(document);
    for (size_t entry = 0; entry < words.size(); ++entry) counts[words[entry]] += corpus.Counts(document)[entry];
    total += corpus.Length(document);
  }
  for (int64_t topic = 0; topic < beta.rows(); ++topic) {
    for (int64_t word = 0; word < beta.cols(); ++word) {
      const auto share = static_cast<float>(counts[word] / total);
      beta(topic, word) = (1 - kShareOfAllWords) * beta(topic, word) + kShareOfAllWords * share;
    }
  }
}

// One expectation step over some documents: for each word of each, count / p_w; for each document its weights.
class ExpectedShares {
 public:
  ExpectedShares(const LdaCorpus& corpus, const MixtureSearch& search, int64_t first, int64_t count, ThreadPool& pool)
      : weights_(count, search.num_topics()) {
    const int64_t last = first + count - 1;
    const float* start = corpus.Counts(first).data();
    ratios_.resize(corpus.Counts(last).data() + corpus.Counts(last).size() - start);
    constexpr int64_t kDocumentsInTask = 64;
    pool.ParallelFor((count + kDocumentsInTask - 1) / kDocumentsInTask, [&](int64_t task) {
      MixtureSearch::Posterior posterior;
      const int64_t end = std::min(count, (task + 1) * kDocumentsInTask);
      for (int64_t i = task * kDocumentsInTask; i < end; ++i) {
        const std::span<const int32_t> words = corpus.Words(first + i);
        const std::span<const float> counts = corpus.Counts(first + i);
        search.Find(words, counts, kMixtureLimits, posterior);
        std::copy_n(posterior.weights.begin(), weights_.cols(), weights_.Row(i).begin());
        float* ratio = ratios_.data() + (counts.data() - start);
        for (size_t entry = 0; entry < words.size(); ++entry) {
          ratio[entry] = counts[entry] / search.Probability(words[entry], posterior.weights);
        }
      }
    });
  }

  const Matrix<float>& weights() const { return weights_; }
  const std::vector<float>& ratios() const { return ratios_; }

 private:
  Matrix<float> weights_;
  std::vector<float> ratios_;
};

// beta_kw ~ prior + beta_kw sums_wk; returns the largest move.
double MoveTopics(const Matrix<double>& sums, Matrix<float>& beta) {
  double largest = 0;
  std::vector<double> topic(beta.cols());
  for (int64_t k = 0; k < beta.rows(); ++k) {
    double total = 0;
    for (int64_t word = 0; word < beta.cols(); ++word) {
      total += topic[word] = kPriorCount + beta(k, word) * sums(word, k);
    }
    double change = 0;
    for (int64_t word = 0; word < beta.cols(); ++word) {
      const double probability = topic[word] / total;
      change += std::abs(probability - beta(k, word));
      beta(k, word) = static_cast<float>(probability);
    }
    largest = std::max(largest, change);
  }
  return largest;
}

}  // namespace

Result<Refinement> RefineTopics(const LdaCorpus& corpus, LdaModel& model, ThreadPool& pool,
                                const CancellationToken& cancellation) {
  MixWithAllWords(corpus, model.beta);
  Refinement refinement;
  while (refinement.iterations < kMaxIterations) {
    const MixtureSearch search(model);
    Matrix<double> sums(corpus.vocabulary(), model.num_topics());
    for (int64_t first = 0; first < corpus.documents(); first += kDocumentsInPiece) {
      SAGESPARK_RETURN_IF_ERROR(cancellation.Check());
      const int64_t count = std::min(kDocumentsInPiece, corpus.documents() - first);
      const ExpectedShares shares(corpus, search, first, count, pool);
      AddTransposedProduct(corpus, first, shares.ratios(), shares.weights().view(), pool, sums.view());
    }
    ++refinement.iterations;
    refinement.change = MoveTopics(sums, model.beta);
    if (refinement.change <= kTolerance) break;
  }
  return refinement;
}

}  // namespace sagespark::algo
