#include "sagespark/algo/lda/predict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace sagespark::algo {
namespace {

constexpr MixtureLimits kLimits = {.max_steps = 500, .tolerance = 1e-5F};
constexpr double kLeastProbability = 1e-10;
constexpr int64_t kDocumentsInTask = 16;

}  // namespace

Status LdaPredictor::Predict(const LdaCorpus& documents, ThreadPool& pool, std::span<float> mixtures) const {
  if (documents.vocabulary() != model_.feature_dim()) {
    return InvalidArgument(fmt::format("Documents have another length than the model's feature_dim: {}, feature_dim {}",
                                       documents.vocabulary(), model_.feature_dim()));
  }
  const int64_t topics = model_.num_topics(), count = documents.documents();
  SAGESPARK_CHECK(std::ssize(mixtures) == count * topics);
  pool.ParallelFor((count + kDocumentsInTask - 1) / kDocumentsInTask, [&](int64_t task) {
    MixtureSearch::Posterior posterior;
    const int64_t end = std::min(count, (task + 1) * kDocumentsInTask);
    for (int64_t document = task * kDocumentsInTask; document < end; ++document) {
      search_.Find(documents.Words(document), documents.Counts(document), kLimits, posterior);
      const double total = std::accumulate(posterior.gamma.begin(), posterior.gamma.end(), 0.0);
      std::ranges::transform(posterior.gamma, mixtures.begin() + document * topics,
                             [&](float gamma) { return static_cast<float>(gamma / total); });
    }
  });
  return Status::Ok();
}

Status LdaEvaluator::Add(const LdaCorpus& documents, ThreadPool& pool) {
  const int64_t topics = predictor_.model().num_topics();
  std::vector<float> mixtures(documents.documents() * topics);
  SAGESPARK_RETURN_IF_ERROR(predictor_.Predict(documents, pool, mixtures));
  std::vector<float> mixture(predictor_.search_.padded_topics());
  for (int64_t document = 0; document < documents.documents(); ++document) {
    std::copy_n(mixtures.begin() + document * topics, topics, mixture.begin());
    const std::span<const int32_t> words = documents.Words(document);
    for (size_t entry = 0; entry < words.size(); ++entry) {
      const double probability = predictor_.search_.Probability(words[entry], mixture);
      log_likelihood_ += documents.Counts(document)[entry] * std::log(std::max(probability, kLeastProbability));
    }
    words_ += documents.Length(document);
  }
  documents_ += documents.documents();
  return Status::Ok();
}

double LdaEvaluator::PerWordLogLikelihood() const {
  SAGESPARK_DCHECK(words_ > 0);
  return log_likelihood_ / words_;
}

}  // namespace sagespark::algo
