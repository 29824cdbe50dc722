#pragma once

#include <optional>
#include <string>

namespace sagespark::sagemaker {

/// What was created in SageMaker and is to be deleted in the end.
struct CreatedResources {
  std::optional<std::string> modelName = {};
  std::optional<std::string> endpointConfigName = {};
  std::optional<std::string> endpointName = {};

  bool empty() const { return !modelName && !endpointConfigName && !endpointName; }
  friend bool operator==(const CreatedResources&, const CreatedResources&) = default;
};

}  // namespace sagespark::sagemaker
