#pragma once

#include <cstdint>
#include <vector>

#include "sagespark/algo/lda/artifact.h"
#include "sagespark/algo/lda/corpus.h"
#include "sagespark/algo/lda/params.h"
#include "sagespark/algo/lda/refine.h"
#include "sagespark/algo/lda/spectral.h"
#include "sagespark/base/cancellation.h"
#include "sagespark/base/result.h"
#include "sagespark/base/thread_pool.h"
#include "sagespark/linalg/matrix.h"

namespace sagespark::algo {

struct LdaFit {
  LdaModel model;
  int64_t documents = 0;
  int64_t short_documents = 0;  ///< With fewer than three words: these took no part in the moments.
  SpectralTopics spectral;      ///< The topics before refinement, and how they were found.
  Refinement refinement;
};

/// Trains latent Dirichlet allocation: collects documents, then finds topics by tensor decomposition
/// (FindSpectralTopics) and refines them (RefineTopics).
///
/// The model depends on the parameters, the seed and the documents in their order; not on how Add cuts them nor on the
/// number of threads.
/// Memory: the documents (LdaCorpus), and O(V K + threads K^3), K being a quarter more than num_topics.
class LdaTrainer {
 public:
  /// `pool` outlives the trainer. Errors: those of ValidateLdaParams.
  static Result<LdaTrainer> Create(const LdaParams& params, uint64_t seed, ThreadPool& pool);

  /// Takes the next documents, n x feature_dim counts of words. Counts need not be whole.
  /// Errors: those of LdaCorpus::Add; kInvalidArgument when there are more than mini_batch_size. After an error the
  ///         trainer is of no more use.
  Status Add(const linalg::RowsView& rows);

  /// Makes the model.
  /// Errors: kInvalidArgument when there are fewer documents than mini_batch_size, or fewer with three words than
  ///         num_topics; kCancelled.
  Result<LdaFit> Finish(const CancellationToken& cancellation) const;

  int64_t documents() const { return corpus_.documents(); }

 private:
  LdaTrainer(const LdaParams& params, uint64_t seed, ThreadPool& pool)
      : params_(params), seed_(seed), pool_(&pool), corpus_(params.feature_dim) {}

  LdaParams params_;
  uint64_t seed_;
  ThreadPool* pool_;
  LdaCorpus corpus_;
};

}  // namespace sagespark::algo
