#pragma once

#include "sagespark/container/algorithm.h"

namespace sagespark::container {

/// Amazon SageMaker's latent Dirichlet allocation: channels train and test, the model `model_algo-1`, the answer
/// `topic_mixture`.
class LdaAlgorithm final : public Algorithm {
 public:
  std::string_view name() const override { return "lda"; }
  std::string_view metrics_name() const override { return "AWS/LDA"; }
  Hyperparameters default_hyperparameters() const override;
  Status Train(TrainingContext& context) const override;
  Result<std::unique_ptr<Predictor>> LoadModel(const std::filesystem::path& directory) const override;
};

}  // namespace sagespark::container
