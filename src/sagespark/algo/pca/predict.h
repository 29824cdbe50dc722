#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sagespark/algo/pca/artifact.h"
#include "sagespark/base/result.h"
#include "sagespark/linalg/matrix.h"

namespace sagespark::algo {

/// Projects rows on a model's components: (x - mean) v, in single precision.
/// Thread safety: const methods may run concurrently.
class PcaPredictor {
 public:
  explicit PcaPredictor(PcaModel model);

  int64_t feature_dim() const { return by_component_.cols(); }
  int64_t num_components() const { return by_component_.rows(); }

  /// @param rows         n x feature_dim, finite.
  /// @param projections  receives n x num_components, feature units, the order of the model's components: `projection`.
  /// Runs on the calling thread. Errors: kInvalidArgument when the rows' length is not feature_dim.
  Status Predict(const linalg::RowsView& rows, std::span<float> projections) const;

 private:
  friend class PcaEvaluator;

  linalg::Matrix<float> by_component_;  // num_components x feature_dim.
  std::vector<float> mean_;             // Zeros when it is not to be subtracted.
};

/// How much of some rows a model's components explain.
class PcaEvaluator {
 public:
  /// `predictor` outlives the evaluator.
  explicit PcaEvaluator(const PcaPredictor& predictor) : predictor_(predictor) {}

  /// Errors as PcaPredictor::Predict.
  Status Add(const linalg::RowsView& rows);

  int64_t rows() const { return rows_; }

  /// The sum of squares of the projections, by that of the rows (less the model's mean), [0, 1]; 1 when that is zero.
  double ExplainedVarianceRatio() const;

 private:
  const PcaPredictor& predictor_;
  int64_t rows_ = 0;
  double explained_ = 0;
  double total_ = 0;
};

}  // namespace sagespark::algo
