#include "sagespark/container/xgboost/xgboost_algorithm.h"

#include "sagespark/container/xgboost/content_types.h"
#include "sagespark/container/xgboost/xgboost_answerer.h"
#include "sagespark/container/xgboost/xgboost_training.h"

namespace sagespark::container {

std::span<const std::string_view> XGBoostAlgorithm::training_types() const { return kXGBoostTrainingTypes; }

Status XGBoostAlgorithm::Train(TrainingContext& context) const { return TrainXGBoostModel(context); }

Result<std::unique_ptr<RequestAnswerer>> XGBoostAlgorithm::LoadAnswerer(const std::filesystem::path& directory) const {
  SAGESPARK_ASSIGN_OR_RETURN(XGBoostServingOptions options, XGBoostServingOptions::FromEnvironment());
  SAGESPARK_ASSIGN_OR_RETURN(std::unique_ptr<XGBoostAnswerer> answerer, XGBoostAnswerer::Load(directory, std::move(options)));
  return std::unique_ptr<RequestAnswerer>(std::move(answerer));
}

}  // namespace sagespark::container
