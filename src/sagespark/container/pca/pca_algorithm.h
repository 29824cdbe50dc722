#pragma once

#include "sagespark/container/algorithm.h"

namespace sagespark::container {

/// PCA under the contracts: channels train (required) and test, one model file `model_algo-1`, the answer `projection`.
class PcaAlgorithm final : public Algorithm {
 public:
  std::string_view name() const override { return "pca"; }
  std::string_view metrics_name() const override { return "PCA"; }
  Hyperparameters default_hyperparameters() const override;
  Status Train(TrainingContext& context) const override;
  Result<std::unique_ptr<Predictor>> LoadModel(const std::filesystem::path& directory) const override;
};

}  // namespace sagespark::container
