#pragma once

#include <memory>
#include <string>

#include "sagespark/aws/client/sagemaker_client.h"
#include "sagespark/sagemaker/created_resources.h"

namespace sagespark::sagemaker {

/// Deletes what a SageMakerModel created. What does not exist (any more) is left out, so that it can be called again.
///
///   SageMakerResourceCleanup(model.sagemakerClient()).deleteResources(model.getCreatedResources());
class SageMakerResourceCleanup {
 public:
  explicit SageMakerResourceCleanup(std::shared_ptr<aws::SageMakerClient> sagemakerClient)
      : client_(std::move(sagemakerClient)) {}

  /// Deletes endpoint, endpoint configuration and model, in this order, each after it was found by a Describe call. Throws at the
  /// first that cannot be deleted, naming it; what comes behind it is still there.
  void deleteResources(const CreatedResources& resources) const;

  void deleteEndpoint(const std::string& name) const;
  void deleteEndpointConfig(const std::string& name) const;
  void deleteModel(const std::string& name) const;

 private:
  std::shared_ptr<aws::SageMakerClient> client_;
};

/// deleteResources without exceptions.
Status DeleteResources(aws::SageMakerClient& client, const CreatedResources& resources);

}  // namespace sagespark::sagemaker
