#pragma once

#include <cstdint>

#include "sagespark/algo/lda/artifact.h"
#include "sagespark/algo/lda/corpus.h"
#include "sagespark/base/cancellation.h"
#include "sagespark/base/result.h"
#include "sagespark/base/thread_pool.h"

namespace sagespark::algo {

struct Refinement {
  int64_t iterations = 0;
  double change = 0;  ///< Of the topic that moved most in the last one, L1 distance.
};

/// Moves the topics of `model` to where the likelihood of the documents is highest nearby, with alpha as it is: moments use
/// only pairs and triples of words, and what they leave out halves the error again. At most 60 iterations of variational
/// expectation maximisation, until no topic moves by more than 2e-5:
///     beta_kw ~ 0.01 + sum over documents of weight_k n_w beta_kw / p_w   (see MixtureSearch)
/// so that every word keeps some probability in every topic. The start is mixed with 5% of all documents' words, because
/// what is 0 would stay so.
/// Memory: O(vocabulary K). The result does not depend on the number of threads. Errors: kCancelled.
/// Source: Blei, Ng, Jordan 2003, JMLR 3, section 5.3; Zhang, Chen, Zhou, Jordan 2014, "Spectral methods meet EM".
Result<Refinement> RefineTopics(const LdaCorpus& corpus, LdaModel& model, ThreadPool& pool,
                                const CancellationToken& cancellation);

}  // namespace sagespark::algo
