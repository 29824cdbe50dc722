#pragma once

#include <string>
#include <string_view>

#include "sagespark/aws/client/ecr_client.h"
#include "sagespark/base/result.h"

namespace sagespark::cli {

/// "arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE".
struct Arn {
  std::string partition;
  std::string service;
  std::string region;
  std::string account;
  std::string resource;
};

/// Fails with kInvalidArgument.
Result<Arn> ParseArn(std::string_view text);

/// The name of an IAM role by its ARN, whose resource is "role/PATH/NAME". Fails with kInvalidArgument for others.
Result<std::string> RoleNameOf(const Arn& arn);

/// The role behind a caller "arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION"; empty for callers of another kind.
std::string AssumedRoleOf(const Arn& caller);

/// Where Amazon's registry has an image.
struct RegistryImage {
  aws::EcrImage image;
  std::string region;
};

/// "ACCOUNT.dkr.ecr.REGION.amazonaws.com[.cn]/REPOSITORY[:TAG][@DIGEST]". Fails with kInvalidArgument for images of other registries, which
/// SageMaker does not take.
Result<RegistryImage> ParseRegistryImage(std::string_view uri);

}  // namespace sagespark::cli
