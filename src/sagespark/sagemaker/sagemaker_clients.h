#pragma once

#include <memory>
#include <string>

#include "sagespark/aws/client/client_context.h"
#include "sagespark/aws/client/logs_client.h"
#include "sagespark/aws/client/s3_client.h"
#include "sagespark/aws/client/sagemaker_client.h"
#include "sagespark/aws/client/sagemaker_runtime_client.h"
#include "sagespark/aws/client/sts_client.h"

namespace sagespark::sagemaker {

/// Clients with the settings of the environment: region, endpoint URLs, credentials chain. They throw kInvalidArgument when a
/// setting does not fit or no region is set. `region` comes before the environment's.
struct SageMakerClients {
  static std::shared_ptr<aws::SageMakerClient> createSageMakerClient(const std::string& region = "");
  static std::shared_ptr<aws::S3Client> createS3DefaultClient(const std::string& region = "");
  static std::shared_ptr<aws::StsClient> createStsDefaultClient(const std::string& region = "");
};

/// Settings, connections and credentials of the environment, for clients that are to share them. Throws as above.
std::shared_ptr<const aws::ClientContext> DefaultClientContext(const std::string& region = "");

}  // namespace sagespark::sagemaker
