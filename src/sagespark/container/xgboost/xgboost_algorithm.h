#pragma once

#include "sagespark/container/algorithm.h"

namespace sagespark::container {

/// XGBoost under the contracts, by the rules of AWS's image: channels train (required) and validation in LibSVM (the default),
/// CSV, Parquet or RecordIO, one model file `xgboost-model`, requests and answers as XGBoostAnswerer has them.
class XGBoostAlgorithm final : public Algorithm {
 public:
  std::string_view name() const override { return "xgboost"; }
  std::string_view metrics_name() const override { return "AWS/XGBoost"; }
  /// None: a job's log and model have what it gave.
  Hyperparameters default_hyperparameters() const override { return {}; }
  std::string_view default_training_type() const override { return "text/libsvm"; }
  std::span<const std::string_view> training_types() const override;
  Status Train(TrainingContext& context) const override;
  Result<std::unique_ptr<RequestAnswerer>> LoadAnswerer(const std::filesystem::path& directory) const override;
};

}  // namespace sagespark::container
