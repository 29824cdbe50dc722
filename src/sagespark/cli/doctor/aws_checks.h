#pragma once

#include <string>
#include <vector>

#include "sagespark/cli/doctor/finding.h"

namespace sagespark::cli {

/// What is to be looked at before money is spent.
struct AwsPlan {
  std::string role_arn;   ///< Of the execution role; empty for SAGEMAKER_ROLE, else that of the caller.
  std::string bucket;     ///< Empty for the one in which fits stage their data, ACCOUNT-sagemaker-REGION.
  std::string instance_type = "ml.m4.xlarge";
  std::string image;      ///< Empty for that of `algorithm`.
  std::string algorithm = "kmeans";
};

/// Looks at what a fit would need on AWS: identity, the role's trust and permissions, the caller's permissions, bucket and region, the image,
/// instance quotas. Reads only.
Findings CheckAws(const AwsPlan& plan);

}  // namespace sagespark::cli
