#include "sagespark/algo/lda/spectral.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include "sagespark/algo/lda/als.h"
#include "sagespark/algo/lda/moments.h"
#include "sagespark/algo/lda/random_directions.h"

namespace sagespark::algo {
namespace {

using linalg::Matrix;

constexpr double kSameTopicDistance = 0.5;  // L1, of at most 2.
constexpr double kLeastWeight = 1e-3;       // Of alpha0 / num_topics.

// Topics and Dirichlet weights of the parts of the whitened tensor. A part that is no topic has weight 0.
struct Candidates {
  std::vector<double> alpha;
  Matrix<double> beta;
};

void MakeDistribution(std::span<double> values) {
  double sum = 0;
  for (double& value : values) sum += value = std::max(value, 0.0);
  for (double& value : values) value /= sum;
}

Candidates Unwhiten(const CpFit& parts, const Matrix<double>& unwhitener, double alpha0) {
  const int64_t count = parts.vectors.rows(), vocabulary = unwhitener.rows();
  Candidates topics{std::vector<double>(count), Matrix<double>(count, vocabulary)};
  for (int64_t part = 0; part < count; ++part) {
    const std::span<double> topic = topics.beta.Row(part);
    double sum = 0;
    for (int64_t word = 0; word < vocabulary; ++word) {
      const std::span<const double> row = unwhitener.Row(word);
      topic[word] = std::inner_product(row.begin(), row.end(), parts.vectors.Row(part).begin(), 0.0);
      sum += topic[word];
    }
    const double alpha = parts.weights[part] * sum * sum * sum * alpha0 * (alpha0 + 1) * (alpha0 + 2) / 2;
    if (!(alpha > 0) || !std::isfinite(alpha)) continue;
    topics.alpha[part] = alpha;
    for (double& value : topic) value /= sum;
    MakeDistribution(topic);
  }
  return topics;
}

double Distance(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += std::abs(a[i] - b[i]);
  return sum;
}

// Indices of topics that differ, the one with the largest weight first; at most `most`.
std::vector<int64_t> PickLargest(const Candidates& topics, int64_t most) {
  std::vector<int64_t> order(topics.alpha.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return topics.alpha[a] > topics.alpha[b]; });
  std::vector<int64_t> picked;
  for (const int64_t topic : order) {
    if (std::ssize(picked) == most || topics.alpha[topic] == 0) break;
    const bool is_new = std::all_of(picked.begin(), picked.end(), [&](int64_t other) {
      return Distance(topics.beta.Row(topic), topics.beta.Row(other)) > kSameTopicDistance;
    });
    if (is_new) picked.push_back(topic);
  }
  return picked;
}

Matrix<double> UnitDirections(int64_t count, int64_t dimensions, linalg::RandomStream& random) {
  Matrix<double> rows = RandomDirections(count, dimensions, random);
  for (int64_t i = 0; i < count; ++i) {
    const std::span<double> row = rows.Row(i);
    const double length = std::sqrt(std::inner_product(row.begin(), row.end(), row.begin(), 0.0));
    for (double& element : row) element /= length;
  }
  return rows;
}

// A document as a topic, mixed with all documents so that it is not blind to words it happens to lack.
std::vector<double> TopicOfADocument(const LdaCorpus& corpus, linalg::RandomStream& random) {
  std::vector<double> topic(corpus.vocabulary(), 1.0 / static_cast<double>(corpus.vocabulary()));
  const auto document = static_cast<int64_t>(random.NextBelow(corpus.documents()));
  for (size_t entry = 0; entry < corpus.Words(document).size(); ++entry) {
    topic[corpus.Words(document)[entry]] += corpus.Counts(document)[entry] / corpus.Length(document);
  }
  MakeDistribution(topic);
  return topic;
}

class Decomposition {
 public:
  Decomposition(const WhitenedMoment& moment, const LdaParams& params, uint64_t seed, const CancellationToken& cancellation)
      : moment_(moment), params_(params), seed_(seed), cancellation_(cancellation) {}

  Result<CpFit> BestOfRestarts(ThreadPool& pool, SpectralTopics& topics) const {
    std::vector<std::optional<Result<CpFit>>> fits(params_.max_restarts);
    pool.ParallelFor(params_.max_restarts, [&](int64_t restart) { fits[restart] = FromRandomFactors(restart); });
    for (const auto& fit : fits) {
      SAGESPARK_RETURN_IF_ERROR(fit->status());
      topics.restarts.push_back({(*fit)->error, (*fit)->iterations});
    }
    const auto best = std::min_element(topics.restarts.begin(), topics.restarts.end(),
                                       [](const AlsRestart& a, const AlsRestart& b) { return a.error < b.error; });
    topics.best_restart = best - topics.restarts.begin();
    return **std::move(fits[topics.best_restart]);
  }

  // ALS from the vectors of the topics kept, and random ones in the place of those that are missing.
  Result<CpFit> FromTopics(const CpFit& all, std::span<const int64_t> kept) const {
    linalg::RandomStream random(seed_, kSpareTopicStream);
    Matrix<double> start = UnitDirections(params_.num_topics, moment_.tensor.rows(), random);
    for (size_t i = 0; i < kept.size(); ++i) std::ranges::copy(all.vectors.Row(kept[i]), start.Row(i).begin());
    return FitCp(moment_.tensor.view(), {start, start, start}, Limits(), cancellation_);
  }

 private:
  AlsLimits Limits() const { return {params_.max_iterations, params_.tol}; }

  Result<CpFit> FromRandomFactors(int64_t restart) const {
    linalg::RandomStream random(seed_, kFirstRestartStream + restart);
    std::array<Matrix<double>, 3> starts;
    for (auto& start : starts) {
      start = UnitDirections(ComputedTopics(params_.num_topics), moment_.tensor.rows(), random);
    }
    return FitCp(moment_.tensor.view(), std::move(starts), Limits(), cancellation_);
  }

  const WhitenedMoment& moment_;
  const LdaParams& params_;
  uint64_t seed_;
  const CancellationToken& cancellation_;
};

// Fewer dimensions than this do not determine so many parts. Source: Kruskal 1977; Kolda and Bader 2009, section 3.2.
int64_t LeastDimensions(int64_t parts) { return (2 * parts + 2 + 2) / 3; }

}  // namespace

int64_t ComputedTopics(int64_t num_topics) { return num_topics + (num_topics + 3) / 4; }

Result<SpectralTopics> FindSpectralTopics(const LdaCorpus& corpus, const LdaParams& params, uint64_t seed,
                                          ThreadPool& pool, const CancellationToken& cancellation) {
  SpectralTopics topics;
  topics.computed_topics = ComputedTopics(params.num_topics);
  const WhiteningLimits limits{std::min(LeastDimensions(params.num_topics), topics.computed_topics),
                               topics.computed_topics};
  SAGESPARK_ASSIGN_OR_RETURN(const WhitenedMoment moment,
                             WhitenMoments(corpus, params.alpha0, limits, seed, pool, cancellation));
  topics.dimensions = std::ssize(moment.eigenvalues);
  topics.noise = moment.noise;
  Candidates found;
  std::vector<int64_t> kept;
  if (topics.dimensions > 0) {
    const Decomposition decomposition(moment, params, seed, cancellation);
    SAGESPARK_ASSIGN_OR_RETURN(const CpFit all, decomposition.BestOfRestarts(pool, topics));
    kept = PickLargest(Unwhiten(all, moment.unwhitener, params.alpha0), params.num_topics);
    SAGESPARK_ASSIGN_OR_RETURN(const CpFit last, decomposition.FromTopics(all, kept));
    topics.last_fit = {last.error, last.iterations};
    found = Unwhiten(last, moment.unwhitener, params.alpha0);
    kept = PickLargest(found, params.num_topics);
  }
  topics.spare_topics = params.num_topics - std::ssize(kept);
  topics.beta = Matrix<double>(params.num_topics, corpus.vocabulary());
  const double mean_weight = params.alpha0 / static_cast<double>(params.num_topics);
  for (size_t i = 0; i < kept.size(); ++i) {
    topics.alpha.push_back(std::max(found.alpha[kept[i]], kLeastWeight * mean_weight));
    std::ranges::copy(std::as_const(found.beta).Row(kept[i]), topics.beta.Row(i).begin());
  }
  linalg::RandomStream random(seed, kSpareTopicStream);
  for (int64_t topic = std::ssize(kept); topic < params.num_topics; ++topic) {
    topics.alpha.push_back(mean_weight);
    std::ranges::copy(TopicOfADocument(corpus, random), topics.beta.Row(topic).begin());
  }
  return topics;
}

}  // namespace sagespark::algo
