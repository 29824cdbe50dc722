#include "sagespark/algo/lda/fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "sagespark/algo/lda/moments.h"

namespace sagespark::algo {
namespace {

Error WrongNumberOfDocuments(std::string_view comparison, int64_t documents, int64_t mini_batch_size) {
  return InvalidArgument(fmt::format(
      "Training data has {} documents than mini_batch_size, which is the number of documents: {}, mini_batch_size {}",
      comparison, documents, mini_batch_size));
}

// The topic with the largest weight first.
LdaModel Sorted(const LdaModel& model) {
  std::vector<int64_t> order(model.num_topics());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return model.alpha[a] > model.alpha[b]; });
  LdaModel sorted{{}, linalg::Matrix<float>(model.num_topics(), model.feature_dim())};
  for (const int64_t topic : order) {
    std::ranges::copy(model.beta.Row(topic), sorted.beta.Row(std::ssize(sorted.alpha)).begin());
    sorted.alpha.push_back(model.alpha[topic]);
  }
  return sorted;
}

}  // namespace

Result<LdaTrainer> LdaTrainer::Create(const LdaParams& params, uint64_t seed, ThreadPool& pool) {
  SAGESPARK_RETURN_IF_ERROR(ValidateLdaParams(params));
  return LdaTrainer(params, seed, pool);
}

Status LdaTrainer::Add(const linalg::RowsView& rows) {
  SAGESPARK_RETURN_IF_ERROR(corpus_.Add(rows));
  if (documents() <= params_.mini_batch_size) return Status::Ok();
  return WrongNumberOfDocuments("more", documents(), params_.mini_batch_size);
}

Result<LdaFit> LdaTrainer::Finish(const CancellationToken& cancellation) const {
  if (documents() < params_.mini_batch_size) {
    return WrongNumberOfDocuments("fewer", documents(), params_.mini_batch_size);
  }
  LdaFit fit;
  fit.documents = documents();
  for (int64_t document = 0; document < documents(); ++document) {
    if (corpus_.Length(document) < kLeastWordsForMoments) ++fit.short_documents;
  }
  const int64_t usable = fit.documents - fit.short_documents;
  if (usable < params_.num_topics) {
    return InvalidArgument(
        fmt::format("Training data has fewer documents of three words or more than topics: {} documents, num_topics {}",
                    usable, params_.num_topics));
  }
  SAGESPARK_ASSIGN_OR_RETURN(fit.spectral, FindSpectralTopics(corpus_, params_, seed_, *pool_, cancellation));
  const auto& beta = fit.spectral.beta;
  LdaModel model{{fit.spectral.alpha.begin(), fit.spectral.alpha.end()},
                 {beta.rows(), beta.cols(), {beta.values().begin(), beta.values().end()}}};
  SAGESPARK_ASSIGN_OR_RETURN(fit.refinement, RefineTopics(corpus_, model, *pool_, cancellation));
  fit.model = Sorted(model);
  return fit;
}

}  // namespace sagespark::algo
