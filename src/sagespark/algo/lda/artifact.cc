#include "sagespark/algo/lda/artifact.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

namespace sagespark::algo {
namespace {

constexpr double kSumTolerance = 1e-3;

Status CheckShapes(const LdaArray& alpha, const LdaArray& beta) {
  const auto topics = static_cast<int64_t>(alpha.values.size());
  const auto size = static_cast<int64_t>(beta.values.size());
  // Divide, do not multiply: a broken file may hold any numbers.
  const bool fits = alpha.shape.size() == 1 && topics >= 1 && alpha.shape[0] == topics && beta.shape.size() == 2 &&
                    beta.shape[0] == topics && beta.shape[1] >= 1 && size % topics == 0 &&
                    size / topics == beta.shape[1];
  if (fits) return Status::Ok();
  return CorruptData(fmt::format("LDA model is no alpha of k and beta of k x V: shapes ({}) and ({}), {} and {} values",
                                 fmt::join(alpha.shape, ", "), fmt::join(beta.shape, ", "), topics, size));
}

Status CheckValues(const LdaModel& model) {
  for (int64_t topic = 0; topic < model.num_topics(); ++topic) {
    if (!(model.alpha[topic] > 0 && std::isfinite(model.alpha[topic]))) {
      return CorruptData(fmt::format("LDA model has a Dirichlet weight that is not above 0: topic {}, alpha {}", topic,
                                     model.alpha[topic]));
    }
    double sum = 0;
    for (int64_t word = 0; word < model.feature_dim(); ++word) {
      const float probability = model.beta(topic, word);
      if (!(probability >= 0 && probability <= 1)) {
        return CorruptData(fmt::format("LDA model has a probability outside of [0, 1]: topic {}, word {}, {}", topic,
                                       word, probability));
      }
      sum += probability;
    }
    if (std::abs(sum - 1) > kSumTolerance) {
      return CorruptData(fmt::format("LDA model has a topic that does not sum to 1: topic {}, sum {}", topic, sum));
    }
  }
  return Status::Ok();
}

}  // namespace

Result<LdaModel> LdaModelFromArrays(std::span<const LdaArray> arrays) {
  if (arrays.size() != 2) {
    return CorruptData(fmt::format("LDA model does not hold the two arrays alpha and beta: {} arrays", arrays.size()));
  }
  const LdaArray& alpha = arrays[0];
  const LdaArray& beta = arrays[1];
  SAGESPARK_RETURN_IF_ERROR(CheckShapes(alpha, beta));
  LdaModel model{{alpha.values.begin(), alpha.values.end()},
                 {beta.shape[0], beta.shape[1], {beta.values.begin(), beta.values.end()}}};
  SAGESPARK_RETURN_IF_ERROR(CheckValues(model));
  return model;
}

}  // namespace sagespark::algo
