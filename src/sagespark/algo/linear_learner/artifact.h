#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sagespark/algo/linear_learner/losses.h"
#include "sagespark/algo/linear_learner/params.h"
#include "sagespark/base/result.h"
#include "sagespark/linalg/matrix.h"

namespace sagespark::algo {

/// A trained model, for rows as they come: z = weights x + bias.
struct LinearModel {
  PredictorType predictor_type = PredictorType::kBinaryClassifier;
  LinearLossFunction loss;
  linalg::Matrix<float> weights;  ///< outputs x feature_dim.
  std::vector<float> bias;        ///< outputs.
  /// Of a binary classifier: the label is 1 when the score is at least this. Scores are probabilities for the
  /// logistic loss, else z.
  double threshold = 0.5;

  int64_t outputs() const { return weights.rows(); }
  int64_t feature_dim() const { return weights.cols(); }
};

/// The threshold without calibration.
inline double NaturalThreshold(LinearLoss loss) { return loss == LinearLoss::kLogistic ? 0.5 : 0; }

/// Puts a model together from a file's arrays: weights of (outputs, feature_dim) and bias of (outputs).
/// Errors: kCorruptData when the shapes do not fit each other or predictor_type (one output, or for a multiclass
///         classifier at least 3), or a value is NaN or infinite.
Result<LinearModel> LinearModelFromArrays(PredictorType predictor_type, const LinearLossFunction& loss, double threshold,
                                          std::span<const int64_t> weights_shape, std::span<const float> weights,
                                          std::span<const int64_t> bias_shape, std::span<const float> bias);

}  // namespace sagespark::algo
