#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sagespark/base/result.h"

namespace sagespark::algo {

/// What the scores are and which loss trains them.
enum class FactorizationMachinesTask {
  kBinaryClassifier,  ///< "binary_classifier": labels 0 and 1, logistic loss, scores are probabilities of 1.
  kRegressor,         ///< "regressor": any labels, half the squared error.
};

/// Where a group of parameters starts.
enum class ParameterInit {
  kNormal,    ///< "normal": mean 0, standard deviation `sigma`.
  kUniform,   ///< "uniform": in [-scale, scale].
  kConstant,  ///< "constant": `value`.
};

/// Settings of one group of parameters: the bias w0, the linear weights w or the factors v. Their hyperparameters begin
/// with `bias_`, `linear_` or `factors_`.
struct ParameterGroup {
  double lr = 0;                                ///< `_lr`: learning rate, >= 0.
  double wd = 0;                                ///< `_wd`: weight decay, >= 0.
  ParameterInit init = ParameterInit::kNormal;  ///< `_init_method`.
  double sigma = 0;                             ///< `_init_sigma`: >= 0.
  std::optional<double> scale;                  ///< `_init_scale`: >= 0. Required by uniform.
  std::optional<double> value;                  ///< `_init_value`. Required by constant.
};

/// Parameters, with their hyperparameter names.
/// Source: "Factorization Machines Hyperparameters", Amazon SageMaker guide.
struct FactorizationMachinesParams {
  int64_t feature_dim = 0;  ///< `feature_dim`: length of a row, >= 1. Required.
  int64_t num_factors = 0;  ///< `num_factors`: k, >= 1. Required.
  FactorizationMachinesTask task = FactorizationMachinesTask::kRegressor;  ///< `predictor_type`. Required.
  int64_t epochs = 1;              ///< `epochs`: passes over the data, >= 1; the caller makes them.
  int64_t mini_batch_size = 1000;  ///< `mini_batch_size`: rows an update, >= 1.
  /// `clip_gradient`: gradients, decay included, are cut to [-clip_gradient, clip_gradient], > 0. None: not cut.
  std::optional<double> clip_gradient;
  std::optional<double> eps;           ///< `eps`: what Adam adds to the root in its denominator, > 0. None: 1e-8.
  std::optional<double> rescale_grad;  ///< `rescale_grad`: factor of the mini-batch's sum. None: 1 / its rows.
  ParameterGroup bias{.lr = 0.1, .wd = 0.01, .sigma = 0.01, .scale = {}, .value = {}};
  ParameterGroup linear{.lr = 0.001, .wd = 0.001, .sigma = 0.01, .scale = {}, .value = {}};
  ParameterGroup factors{.lr = 0.0001, .wd = 0.00001, .sigma = 0.001, .scale = {}, .value = {}};
};

/// The names and texts that AWS's image starts from: the optional hyperparameters that have a default, and those with a
/// leading underscore that its SDKs and tuning jobs send.
const std::vector<std::pair<std::string, std::string>>& FactorizationMachinesDefaultHyperparameters();

/// Reads hyperparameters as a training job has them.
///
/// Names with a leading underscore are taken as AWS's image takes them; `_tuning_objective_metric` is checked, the others do
/// nothing here.
/// Errors: kInvalidArgument naming the hyperparameter, its value and what is valid, for a required one that is
///         missing, an unknown name, and whatever ValidateFactorizationMachinesParams finds.
Result<FactorizationMachinesParams> ParseFactorizationMachinesParams(
    const std::map<std::string, std::string>& hyperparameters);

/// Errors: kInvalidArgument naming the hyperparameter, its value and range; kResourceLimit when
///         feature_dim * (num_factors + 1) is above 2^34.
Status ValidateFactorizationMachinesParams(const FactorizationMachinesParams& params);

/// "binary_classifier" or "regressor".
std::string PredictorTypeName(FactorizationMachinesTask task);

}  // namespace sagespark::algo
