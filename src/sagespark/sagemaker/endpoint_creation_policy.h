#pragma once

namespace sagespark::sagemaker {

/// When a SageMakerModel creates its model, endpoint configuration and endpoint.
enum class EndpointCreationPolicy {
  CREATE_ON_CONSTRUCT,  ///< With the model: at the end of fit.
  CREATE_ON_TRANSFORM,  ///< At the first transform.
  DO_NOT_CREATE,
};

}  // namespace sagespark::sagemaker
