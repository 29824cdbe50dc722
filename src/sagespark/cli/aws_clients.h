#pragma once

#include <memory>
#include <string>

#include "sagespark/aws/client/logs_client.h"
#include "sagespark/aws/client/s3_client.h"
#include "sagespark/aws/client/sagemaker_client.h"
#include "sagespark/aws/client/sagemaker_runtime_client.h"
#include "sagespark/aws/client/sts_client.h"
#include "sagespark/base/result.h"

namespace sagespark::cli {

/// Clients of what the environment names: the local cloud after `eval "$(sagespark env)"`, else AWS.
struct AwsClients {
  std::shared_ptr<aws::SageMakerClient> sagemaker;
  std::shared_ptr<aws::SageMakerRuntimeClient> runtime;
  std::shared_ptr<aws::S3Client> s3;
  std::shared_ptr<aws::StsClient> sts;
  std::shared_ptr<aws::LogsClient> logs;
  std::string region;
  std::string sagemaker_url;  ///< "" at AWS.
};

Result<AwsClients> MakeAwsClients();

}  // namespace sagespark::cli
