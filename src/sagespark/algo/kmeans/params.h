#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sagespark/base/result.h"

namespace sagespark::algo {

/// How starting centers are chosen.
enum class CenterInit {
  kRandom,          ///< "random": rows drawn without looking at distances.
  kKMeansPlusPlus,  ///< "kmeans++": rows drawn far from each other.
};

/// A score of the model on the test channel.
enum class EvalMetric {
  kMsd,  ///< "msd": mean of the squared distances to the closest center.
  kSsd,  ///< "ssd": their sum.
};

/// Parameters, with their hyperparameter names. "auto" is nullopt.
/// Source: "K-Means Hyperparameters", Amazon SageMaker guide.
struct KMeansParams {
  int64_t k = 0;                   ///< `k`: centers of the model, >= 1. Required.
  int64_t feature_dim = 0;         ///< `feature_dim`: length of a row, >= 1. Required.
  int64_t mini_batch_size = 5000;  ///< `mini_batch_size`: rows an update, >= 1, and >= k * extra_center_factor.
  int64_t epochs = 1;              ///< `epochs`: passes over the data, >= 1; the caller makes them.
  /// `extra_center_factor`: training keeps k times this many centers, >= 1. Auto: 10, or less when the first
  /// mini-batch has fewer than 10 k rows.
  std::optional<int64_t> extra_center_factor;
  CenterInit init_method = CenterInit::kRandom;  ///< `init_method`: on the first mini-batch.
  /// `half_life_time_size`: rows after which a row weighs half as much in the means, >= 0; 0 = always 1.
  int64_t half_life_time_size = 0;
  CenterInit local_lloyd_init_method = CenterInit::kKMeansPlusPlus;  ///< `local_lloyd_init_method`.
  int64_t local_lloyd_max_iter = 300;                                ///< `local_lloyd_max_iter`: >= 1.
  double local_lloyd_tol = 1e-4;  ///< `local_lloyd_tol`: relative fall of the loss that ends a trial, [0, 1].
  std::optional<int64_t> local_lloyd_num_trials;            ///< `local_lloyd_num_trials`: >= 1. Auto: 10.
  std::vector<EvalMetric> eval_metrics = {EvalMetric::kMsd};  ///< `eval_metrics`: not empty, each once.
  bool force_dense = true;  ///< `force_dense`: accepted for AWS's sake; rows are always trained as dense ones.
};

/// The names and texts that AWS's image starts from, in the order of its log: the optional hyperparameters and those
/// with a leading underscore that its SDKs and tuning jobs send.
const std::vector<std::pair<std::string, std::string>>& KMeansDefaultHyperparameters();

/// Reads hyperparameters as a training job has them.
///
/// `eval_metrics` may be a JSON list (`["msd","ssd"]`) or the same without quotes or brackets, as SageMaker Spark sends it.
/// Names with a leading underscore are taken as AWS's image takes them; `_tuning_objective_metric` is checked, the others do
/// nothing here.
/// Errors: kInvalidArgument naming the hyperparameter, its value and what is valid, for a required one that is
///         missing, an unknown name, and whatever ValidateKMeansParams finds.
Result<KMeansParams> ParseKMeansParams(const std::map<std::string, std::string>& hyperparameters);

/// Errors: kInvalidArgument naming the hyperparameter, its value and range; kResourceLimit when k *
///         extra_center_factor * feature_dim is above 2^34.
Status ValidateKMeansParams(const KMeansParams& params);

/// "msd" or "ssd".
std::string EvalMetricName(EvalMetric metric);

}  // namespace sagespark::algo
