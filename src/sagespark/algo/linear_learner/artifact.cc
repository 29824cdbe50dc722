#include "sagespark/algo/linear_learner/artifact.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "sagespark/linalg/rows.h"

namespace sagespark::algo {

Result<LinearModel> LinearModelFromArrays(PredictorType predictor_type, const LinearLossFunction& loss, double threshold,
                                          std::span<const int64_t> weights_shape, std::span<const float> weights,
                                          std::span<const int64_t> bias_shape, std::span<const float> bias) {
  const auto size = static_cast<int64_t>(weights.size());
  // Divide, do not multiply: a broken file may hold any numbers.
  const bool fits = weights_shape.size() == 2 && weights_shape[0] >= 1 && weights_shape[1] >= 1 &&
                    size % weights_shape[0] == 0 && size / weights_shape[0] == weights_shape[1] &&
                    bias_shape.size() == 1 && bias_shape[0] == weights_shape[0] &&
                    static_cast<int64_t>(bias.size()) == bias_shape[0];
  if (!fits) {
    return CorruptData(fmt::format("Linear model is no outputs x features weights and outputs biases: shapes ({}) and ({})",
                                   fmt::join(weights_shape, ", "), fmt::join(bias_shape, ", ")));
  }
  const bool multiclass = predictor_type == PredictorType::kMulticlassClassifier;
  if (multiclass ? weights_shape[0] < 3 : weights_shape[0] != 1) {
    return CorruptData(fmt::format("Linear model has a number of outputs that does not go with its predictor_type: {}, {}",
                                   weights_shape[0], PredictorTypeName(predictor_type)));
  }
  if (const auto bad = linalg::FirstNotFinite(weights)) {
    return CorruptData(fmt::format("Linear model has a weight that is not finite: output {}, feature {}",
                                   *bad / weights_shape[1], *bad % weights_shape[1]));
  }
  if (const auto bad = linalg::FirstNotFinite(bias)) {
    return CorruptData(fmt::format("Linear model has a bias that is not finite: output {}", *bad));
  }
  if (!std::isfinite(threshold)) return CorruptData("Linear model has a threshold that is not finite");
  return LinearModel{predictor_type, loss,
                     linalg::Matrix<float>(weights_shape[0], weights_shape[1], {weights.begin(), weights.end()}),
                     {bias.begin(), bias.end()}, threshold};
}

}  // namespace sagespark::algo
