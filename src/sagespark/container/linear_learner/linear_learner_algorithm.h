#pragma once

#include "sagespark/container/algorithm.h"

namespace sagespark::container {

/// Linear learner under the contracts: channels train (required), validation and test, one model file `model_algo-1`,
/// and the answers `score` and `predicted_label` (binary), a list `score` and `predicted_label` (multiclass), or
/// `score` (regressor).
class LinearLearnerAlgorithm final : public Algorithm {
 public:
  std::string_view name() const override { return "linear-learner"; }
  std::string_view metrics_name() const override { return "Linear Learner"; }
  Hyperparameters default_hyperparameters() const override;
  Status Train(TrainingContext& context) const override;
  Result<std::unique_ptr<Predictor>> LoadModel(const std::filesystem::path& directory) const override;
};

}  // namespace sagespark::container
