#pragma once

#include <cstdint>
#include <span>

#include "sagespark/algo/lda/artifact.h"
#include "sagespark/algo/lda/corpus.h"
#include "sagespark/algo/lda/mixture.h"
#include "sagespark/base/result.h"
#include "sagespark/base/thread_pool.h"

namespace sagespark::algo {

/// Finds the topic mixtures of documents under a model.
/// Thread safety: const methods may run concurrently, on different pools.
class LdaPredictor {
 public:
  explicit LdaPredictor(LdaModel model) : model_(std::move(model)), search_(model_) {}

  const LdaModel& model() const { return model_; }

  /// @param documents  over the model's vocabulary.
  /// @param mixtures   receives documents x num_topics shares, row-major: `topic_mixture`; each row sums to 1. A
  ///                   document without words has the mean mixture, alpha / sum(alpha).
  /// Errors: kInvalidArgument when the vocabulary is not feature_dim.
  Status Predict(const LdaCorpus& documents, ThreadPool& pool, std::span<float> mixtures) const;

 private:
  friend class LdaEvaluator;
  LdaModel model_;
  MixtureSearch search_;
};

/// Adds up the log-likelihood of test documents, each under the mixture that Predict gives it.
class LdaEvaluator {
 public:
  /// `predictor` outlives the evaluator.
  explicit LdaEvaluator(const LdaPredictor& predictor) : predictor_(predictor) {}

  /// Takes the next documents. Errors as LdaPredictor::Predict.
  Status Add(const LdaCorpus& documents, ThreadPool& pool);

  int64_t documents() const { return documents_; }
  double words() const { return words_; }

  /// `pwll`: the mean over all words of ln sum_k mixture_k beta_kw, with 1e-10 for a word of smaller probability. Needs a
  /// word.
  double PerWordLogLikelihood() const;

 private:
  const LdaPredictor& predictor_;
  int64_t documents_ = 0;
  double words_ = 0;
  double log_likelihood_ = 0;
};

}  // namespace sagespark::algo
