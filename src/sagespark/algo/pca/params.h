#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sagespark/base/result.h"

namespace sagespark::algo {

/// How the components are found.
enum class PcaMode {
  kRegular,     ///< "regular": from the d x d scatter matrix, its products in single precision and its sums in double.
  kStable,      ///< "stable": the same with products in double.
  kRandomized,  ///< "randomized": from a factor of num_components + extra_components rows; for many features.
};

/// Parameters, with their hyperparameter names.
/// Source: "PCA Hyperparameters", Amazon SageMaker guide.
struct PcaParams {
  int64_t feature_dim = 0;      ///< `feature_dim`: length of a row, >= 1. Required.
  int64_t num_components = 0;   ///< `num_components`: of the model, in [1, feature_dim]. Required.
  int64_t mini_batch_size = 0;  ///< `mini_batch_size`: rows read at a time, >= 1. Required. The model does not depend on it.
  PcaMode algorithm_mode = PcaMode::kRegular;  ///< `algorithm_mode`.
  /// `extra_components`: more rows make the factor of kRandomized more precise, >= 0; -1 is max(10, num_components).
  int64_t extra_components = -1;
  bool subtract_mean = true;  ///< `subtract_mean`: components of the rows less their mean, not of the rows as they are.
  bool force_dense = true;    ///< `force_dense`: accepted for AWS's sake; rows are always multiplied as dense ones.
  int64_t epochs = 1;         ///< `epochs`: passes over the data, >= 1; the caller makes them. More only help kRandomized.

  /// Rows of the factor that kRandomized keeps.
  int64_t FactorRows() const;
};

/// The hyperparameters that AWS's image starts from, in the order of its log, and their texts.
const std::vector<std::pair<std::string, std::string>>& PcaDefaultHyperparameters();

/// Reads hyperparameters as a training job has them.
/// Errors: kInvalidArgument naming the hyperparameter, its value and what is valid, for a required one that is missing, an
///         unknown name, and whatever ValidatePcaParams finds.
Result<PcaParams> ParsePcaParams(const std::map<std::string, std::string>& hyperparameters);

/// Errors: kInvalidArgument naming the hyperparameter, its value and range; kResourceLimit, naming feature_dim and the limit,
///         when the scatter matrix would be above 8 GiB (feature_dim above 32,768, but for kRandomized) or the factor of
///         kRandomized above 2 GiB.
Status ValidatePcaParams(const PcaParams& params);

/// "regular", "stable" or "randomized".
std::string_view PcaModeName(PcaMode mode);

}  // namespace sagespark::algo
