#pragma once

#include <memory>
#include <string>

#include "sagespark/aws/client/sagemaker_runtime_client.h"
#include "sagespark/staging/model_endpoint.h"

namespace sagespark::staging {

/// The endpoint `name`, called by InvokeEndpoint within `limits`.
std::shared_ptr<ModelEndpoint> MakeRuntimeModelEndpoint(std::shared_ptr<aws::SageMakerRuntimeClient> client, std::string name,
                                                        const aws::InvokeLimits& limits = {});

}  // namespace sagespark::staging
