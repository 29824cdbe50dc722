#pragma once

#include <cstdint>
#include <vector>

#include "sagespark/algo/lda/corpus.h"
#include "sagespark/base/cancellation.h"
#include "sagespark/base/result.h"
#include "sagespark/base/thread_pool.h"
#include "sagespark/linalg/matrix.h"

namespace sagespark::algo {

/// A document must have this many words for its triples to be counted. Shorter ones take no part in the moments.
inline constexpr double kLeastWordsForMoments = 3;

/// The second moment of the words of a document, less what documents have in common because of the Dirichlet prior:
///
///     M2 = E[w1 (x) w2] - alpha0 / (alpha0 + 1) E[w1] (x) E[w2] = sum_i alpha_i / (alpha0 (alpha0 + 1)) mu_i (x) mu_i
///
/// for topics mu_i. The expectation is estimated without bias by the mean over documents of (x (x) x - diag(x)) / (l (l - 1)),
/// x being a document's counts and l its length. M2 is vocabulary x vocabulary and never made: only its products are.
class PairMoment {
 public:
  /// Over documents d with share[d] > 0, weighted by it. `corpus` outlives the moment.
  /// @param share  one a document; the sum is 1; 0 for documents shorter than kLeastWordsForMoments.
  PairMoment(const LdaCorpus& corpus, std::vector<double> share, double alpha0);

  /// out += scale * M2 basis, both vocabulary x m.
  void AddProduct(double scale, linalg::MatrixView<const double> basis, ThreadPool& pool,
                  linalg::MatrixView<double> out) const;

  /// E[w1]: vocabulary.
  const std::vector<double>& mean() const { return mean_; }

 private:
  const LdaCorpus& corpus_;
  std::vector<double> pair_weights_;  // A document's share over l (l - 1).
  std::vector<double> mean_;
  std::vector<double> diagonal_;  // Sum of pair weight times x.
  double mean_factor_;
};

/// The third moment, seen in the space that M2's large eigenvectors span and in which M2 is the identity.
struct WhitenedMoment {
  /// vocabulary x r: eigenvectors of M2 over the square roots of their eigenvalues. whitener^T M2 whitener = 1.
  linalg::Matrix<double> whitener;
  /// vocabulary x r: eigenvectors times the square roots, which takes whitened vectors back.
  linalg::Matrix<double> unwhitener;
  /// r x r^2: the symmetric tensor sum_i w_i (whitener^T mu_i)^(x)3, w_i = 2 alpha_i / (alpha0 (alpha0 + 1) (alpha0 + 2)).
  linalg::Matrix<double> tensor;
  std::vector<double> eigenvalues;  ///< r, descending, > 0.
  /// The spectral norm of the sampling error of M2: half the difference between the M2 of every other document and the
  /// M2 of the rest. Eigenvalues below it say nothing.
  double noise = 0;
};

struct WhiteningLimits {
  int64_t least = 1;  ///< So many eigenvectors are kept even below the noise, where there are so many > 0.
  int64_t most = 1;   ///< No more are kept, >= least.
};

/// Counts pairs and triples of words. r is the number of eigenvalues above the noise, within the limits and the
/// vocabulary; it is 0 when M2 has no eigenvalue above 0.
///
/// Cost: O(passes * entries * r) for the eigenvectors, O(documents r^3) for the tensor; O(vocabulary r + r^3) memory.
/// Errors: kCancelled.
/// Source: Anandkumar, Ge, Hsu, Kakade, Telgarsky 2014, "Tensor decompositions for learning latent variable models", JMLR
/// 15, theorem 3.5 and section 4.3; Halko, Martinsson, Tropp 2011, SIAM Review 53(2), for the eigenvectors.
Result<WhitenedMoment> WhitenMoments(const LdaCorpus& corpus, double alpha0, const WhiteningLimits& limits,
                                     uint64_t seed, ThreadPool& pool, const CancellationToken& cancellation);

}  // namespace sagespark::algo
