#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sagespark/base/result.h"
#include "sagespark/linalg/matrix.h"

namespace sagespark::algo {

/// Topics and how common they are.
///
/// As a file: two unnamed float32 arrays in an MXNet ndarray file named `model_algo-1`, alpha of shape (k) and beta of
/// shape (k, V), as AWS's LDA image has them.
struct LdaModel {
  std::vector<float> alpha;    ///< k, > 0: the Dirichlet weights of the topics, descending.
  linalg::Matrix<float> beta;  ///< k x V, >= 0: row i has the probabilities of the words in topic i, which sum to 1.

  int64_t num_topics() const { return beta.rows(); }
  int64_t feature_dim() const { return beta.cols(); }
};

/// An array as read from a model file, row-major.
struct LdaArray {
  std::span<const int64_t> shape;
  std::span<const float> values;
};

/// Takes over the arrays of a model file. The weights need not be in order.
/// Errors: kCorruptData when they are not alpha of k >= 1 numbers above 0 and beta of k x V numbers in [0, 1] whose
///         rows sum to 1 within 0.001.
Result<LdaModel> LdaModelFromArrays(std::span<const LdaArray> arrays);

}  // namespace sagespark::algo
