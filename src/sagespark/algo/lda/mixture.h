#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sagespark/algo/lda/artifact.h"
#include "sagespark/linalg/matrix.h"

namespace sagespark::algo {

struct MixtureLimits {
  int64_t max_steps = 500;  ///< >= 1.
  float tolerance = 1e-5F;  ///< Stop when a step changes the mixture by no more than this in L1 distance.
};

/// Finds the mixtures of topics that documents have under a model, and what the words say about it.
///
/// The posterior of a mixture is approximated by the Dirichlet distribution gamma that mean-field variational inference
/// gives: from gamma_k = alpha_k + length / K, repeat
///     weight_k = exp(digamma(gamma_k)),  p_w = sum_k weight_k beta_kw,  gamma_k = alpha_k + weight_k sum_w n_w beta_kw / p_w
/// which never lowers the bound on the likelihood. The mixture is gamma's mean. A document without words has the
/// mixture alpha / sum(alpha); a word that no topic has says nothing.
/// Source: Blei, Ng, Jordan 2003, "Latent Dirichlet allocation", JMLR 3, section 5.2; Hoffman, Blei, Bach 2010.
class MixtureSearch {
 public:
  explicit MixtureSearch(const LdaModel& model);

  int64_t num_topics() const { return static_cast<int64_t>(alpha_.size()); }

  /// gamma of a document, and what refinement needs of it.
  struct Posterior {
    std::vector<float> gamma;    ///< K.
    std::vector<float> weights;  ///< K, padded with zeros: exp(digamma(gamma)).
    std::vector<float> next;     ///< Scratch.
  };

  /// Sets `posterior`, whose memory is used again from document to document.
  /// @param words, counts  of one document, see LdaCorpus.
  void Find(std::span<const int32_t> words, std::span<const float> counts, const MixtureLimits& limits,
            Posterior& posterior) const;

  /// p_w of a word: sum over topics of weights[k] beta_kw. `weights` is padded as Posterior's are.
  float Probability(int32_t word, std::span<const float> weights) const;

  /// The length of padded weights.
  int64_t padded_topics() const { return beta_by_word_.cols(); }

  /// The column of topic `topic` and the row of a word: V x padded_topics.
  const linalg::Matrix<float>& beta_by_word() const { return beta_by_word_; }

 private:
  std::vector<float> alpha_;
  linalg::Matrix<float> beta_by_word_;  // A word's probabilities lie together, padded with zeros to whole vectors.
};

/// exp(digamma(x)), x > 0, within 1e-6 of its value.
float ExpDigamma(float x);

}  // namespace sagespark::algo
