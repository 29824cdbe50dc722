#pragma once

#include <map>
#include <string>

#include "sagespark/aws/client/sagemaker_client.h"
#include "sagespark/base/cancellation.h"
#include "sagespark/base/clock.h"
#include "sagespark/sagemaker/created_resources.h"
#include "sagespark/sagemaker/name_policy.h"
#include "sagespark/sagemaker/progress.h"
#include "sagespark/sagemaker/resource_options.h"
#include "sagespark/sagemaker/s3_resource.h"

namespace sagespark::sagemaker {

/// What an endpoint is made from.
struct HostingSpec {
  std::string model_image;
  S3DataPath model_path;
  std::map<std::string, std::string> environment;
  std::string role_arn;
  std::string instance_type;
  int instance_count = 1;
  Tags tags{};  ///< Of model, configuration and endpoint.
  std::optional<VpcConfig> vpc{};
  std::optional<std::string> volume_kms_key_id{};
  bool network_isolation = false;
};

/// How to wait for it.
struct HostingContext {
  aws::SageMakerClient& client;
  const aws::ClientConfig& config;
  ProgressListener progress;
  CancellationToken cancellation;
  const Clock& clock = Clock::System();
};

/// Checks the three requests against AWS's rules without sending them.
Status CheckHosting(const HostingSpec& spec, const NamePolicy& names);

/// Checks the request that makes the model alone.
Status CheckModel(const HostingSpec& spec, const std::string& name);

/// The request that makes the model alone.
aws::sagemaker::CreateModelRequest ModelRequest(const HostingSpec& spec, const std::string& name);

/// Creates model, endpoint configuration and endpoint under the policy's names and waits until the endpoint is InService, at most
/// 30 minutes. CheckHosting comes first. On any error, a cancellation too, what was created is
/// deleted again; the message says what could not be.
Result<CreatedResources> CreateHosting(const HostingContext& context, const HostingSpec& spec, const NamePolicy& names);

}  // namespace sagespark::sagemaker
