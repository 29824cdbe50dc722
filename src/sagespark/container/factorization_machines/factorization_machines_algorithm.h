#pragma once

#include "sagespark/container/algorithm.h"

namespace sagespark::container {

/// Factorization machines under the contracts: channels train (required) and test, RecordIO-protobuf only; one model file
/// `model_algo-1`; requests as RecordIO-protobuf, JSON or JSON Lines, dense or sparse; the answers `score` and, of a classifier,
/// `predicted_label`.
class FactorizationMachinesAlgorithm final : public Algorithm {
 public:
  std::string_view name() const override { return "factorization-machines"; }
  std::string_view metrics_name() const override { return "AWS/FactorizationMachines"; }
  Hyperparameters default_hyperparameters() const override;
  std::span<const std::string_view> training_types() const override;
  Status Train(TrainingContext& context) const override;
  Result<std::unique_ptr<Predictor>> LoadModel(const std::filesystem::path& directory) const override;
};

}  // namespace sagespark::container
