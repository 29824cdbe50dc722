#pragma once

#include <cstdint>
#include <span>

#include "sagespark/algo/factorization_machines/params.h"
#include "sagespark/base/result.h"
#include "sagespark/linalg/matrix.h"

namespace sagespark::algo {

/// The parameters of a factorization machine, feature by feature: those of a loaded model, or those of a training that
/// holds no more than the features it met.
class FactorizationMachinesWeights {
 public:
  virtual ~FactorizationMachinesWeights() = default;

  virtual FactorizationMachinesTask task() const = 0;
  virtual int64_t feature_dim() const = 0;
  virtual int64_t num_factors() const = 0;

  /// w0.
  virtual float bias() const = 0;

  /// The k factors of a feature, then its linear weight. They lie in `scratch` (k + 1 floats) or in place, as long as the
  /// weights do not change. May be called from several threads.
  virtual const float* Of(int64_t feature, float* scratch) const = 0;
};

/// A trained model, (k + 1) floats a feature.
class FactorizationMachinesModel final : public FactorizationMachinesWeights {
 public:
  FactorizationMachinesModel(FactorizationMachinesTask task, float bias, linalg::Matrix<float> weights)
      : task_(task), bias_(bias), weights_(std::move(weights)) {}

  FactorizationMachinesTask task() const override { return task_; }
  int64_t feature_dim() const override { return weights_.rows(); }
  int64_t num_factors() const override { return weights_.cols() - 1; }
  float bias() const override { return bias_; }
  const float* Of(int64_t feature, float* /*scratch*/) const override { return weights_.Row(feature).data(); }

  /// feature_dim x (k + 1): a feature's k factors, then its linear weight.
  const linalg::Matrix<float>& weights() const { return weights_; }

 private:
  FactorizationMachinesTask task_;
  float bias_;
  linalg::Matrix<float> weights_;
};

/// An array as read from a model file.
struct ModelArray {
  std::span<const int64_t> shape;
  std::span<const float> values;
};

/// Puts a model together from its arrays.
///
/// @param bias     one value: `w0_weight`, in older files `Linear_Plus_Bias_bias`.
/// @param linear   N values: `w1_weight` (N x 1), in older files `Linear_Plus_Bias_weight` (1 x N).
/// @param factors  `v`: N x k, or k x N when `factors_are_transposed`.
/// Errors: kCorruptData, naming the array and its shape, when the shapes do not fit together, or for NaN and infinity.
Result<FactorizationMachinesModel> FactorizationMachinesModelFromArrays(FactorizationMachinesTask task, ModelArray bias,
                                                                        ModelArray linear, ModelArray factors,
                                                                        bool factors_are_transposed);

}  // namespace sagespark::algo
