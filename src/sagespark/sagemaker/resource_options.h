#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sagespark/aws/model/sagemaker.h"
#include "sagespark/base/result.h"

namespace sagespark::sagemaker {

/// The private network that training jobs and endpoints are connected to.
struct VpcConfig {
  std::vector<std::string> subnets;           ///< Ids, 1 to 16.
  std::vector<std::string> securityGroupIds;  ///< 1 to 5.
};

/// Where a training job keeps its checkpoints: a folder that SageMaker copies to S3 while it trains, and back when it starts again.
struct CheckpointConfig {
  std::string s3Uri;
  std::optional<std::string> localPath = {};  ///< In the container; /opt/ml/checkpoints without it.
};

/// The request's member for the network; none without one.
std::optional<aws::sagemaker::VpcConfig> ToRequest(const std::optional<VpcConfig>& vpc);

/// Key and value by tag.
using Tags = std::map<std::string, std::string>;

/// The user's tags and the run's. Fails with kInvalidArgument when `tags` has the run's key or `run_id` is none.
Result<Tags> WithRunTag(Tags tags, const std::string& run_id);

std::vector<aws::sagemaker::Tag> ToRequest(const Tags& tags);

/// A flag as a request's member; none when it is off, as a request without it means.
std::optional<bool> IfTrue(bool flag);

}  // namespace sagespark::sagemaker
