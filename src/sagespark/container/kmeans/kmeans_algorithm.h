#pragma once

#include "sagespark/container/algorithm.h"

namespace sagespark::container {

/// K-means under the contracts: channels train (required) and test, one model file `model_algo-1`, the answers
/// `closest_cluster` and `distance_to_cluster`.
class KMeansAlgorithm final : public Algorithm {
 public:
  std::string_view name() const override { return "kmeans"; }
  std::string_view metrics_name() const override { return "AWS/KMeansWebscale"; }
  Hyperparameters default_hyperparameters() const override;
  Status Train(TrainingContext& context) const override;
  Result<std::unique_ptr<Predictor>> LoadModel(const std::filesystem::path& directory) const override;
};

}  // namespace sagespark::container
