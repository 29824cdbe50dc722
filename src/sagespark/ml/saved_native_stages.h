#pragma once

#include <functional>
#include <string>
#include <typeindex>

#include "sagespark/ml/saved_stage.h"

namespace sagespark::ml {

/// Calls `add` for each class of this folder, under the name of the class in Spark: Pipeline, PipelineModel, PCA, PCAModel.
void RegisterNativeStages(const std::function<void(std::type_index, std::string, StageFormat)>& add);

}  // namespace sagespark::ml
