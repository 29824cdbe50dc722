#pragma once

#include <cstdint>
#include <vector>

#include "sagespark/algo/lda/corpus.h"
#include "sagespark/algo/lda/params.h"
#include "sagespark/base/cancellation.h"
#include "sagespark/base/result.h"
#include "sagespark/base/thread_pool.h"
#include "sagespark/linalg/matrix.h"

namespace sagespark::algo {

/// One run of ALS from random factors.
struct AlsRestart {
  double error = 0;  ///< Relative, see CpFit.
  int64_t iterations = 0;
};

/// Topics as the moments give them.
struct SpectralTopics {
  std::vector<double> alpha;        ///< num_topics, > 0.
  linalg::Matrix<double> beta;      ///< num_topics x vocabulary, >= 0, rows sum to 1.
  int64_t dimensions = 0;           ///< r of the whitened space; 0 when the documents do not differ.
  double noise = 0;                 ///< See WhitenedMoment.
  int64_t computed_topics = 0;      ///< With those that were dropped.
  std::vector<AlsRestart> restarts; ///< In the order of their seeds.
  int64_t best_restart = 0;         ///< The one with the smallest error, the first on ties.
  AlsRestart last_fit;              ///< ALS once more, from the topics kept.
  int64_t spare_topics = 0;         ///< How many topics the moments did not give, so that they are drawn from documents.
};

/// How many topics are computed, of which `num_topics` are kept: a quarter more, rounded up.
int64_t ComputedTopics(int64_t num_topics);

/// Finds topics by tensor decomposition: moments, whitening, ALS (`max_restarts` runs of at most `max_iterations`, until the
/// error changes by at most `tol`; the best one counts) for ComputedTopics(num_topics) parts; of these the num_topics
/// with the largest Dirichlet weight stay, where two within L1 distance 0.5 count as one topic; then ALS goes on from
/// these, so that nothing of them stays with those that were dropped.
///
/// A part w v (x) v (x) v gives the topic mu = unwhitener v / s with s such that the sum is 1, and alpha = w s^3 alpha0
/// (alpha0 + 1) (alpha0 + 2) / 2. Probabilities below 0 become 0. The parts may be more than the dimensions, and need not
/// be orthogonal: topics that depend on each other linearly (the rows and columns of a square do) are found too.
/// Errors: kCancelled.
/// Source: Anandkumar et al. 2014, JMLR 15; "How LDA Works", Amazon SageMaker guide.
Result<SpectralTopics> FindSpectralTopics(const LdaCorpus& corpus, const LdaParams& params, uint64_t seed,
                                          ThreadPool& pool, const CancellationToken& cancellation);

}  // namespace sagespark::algo
