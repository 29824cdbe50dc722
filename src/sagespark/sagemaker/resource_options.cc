#include "sagespark/sagemaker/resource_options.h"

#include "sagespark/cleanup/run_tags.h"

namespace sagespark::sagemaker {

std::optional<aws::sagemaker::VpcConfig> ToRequest(const std::optional<VpcConfig>& vpc) {
  if (!vpc) return std::nullopt;
  return aws::sagemaker::VpcConfig{.security_group_ids = vpc->securityGroupIds, .subnets = vpc->subnets};
}

Result<Tags> WithRunTag(Tags tags, const std::string& run_id) {
  SAGESPARK_RETURN_IF_ERROR(cleanup::CheckRunId(run_id));
  if (!tags.emplace(cleanup::kRunTagKey, run_id).second) {
    return InvalidArgument(std::string("Tag is the run's own, which the option runId sets: ") + cleanup::kRunTagKey);
  }
  return tags;
}

std::vector<aws::sagemaker::Tag> ToRequest(const Tags& tags) {
  std::vector<aws::sagemaker::Tag> list;
  for (const auto& [key, value] : tags) list.push_back({.key = key, .value = value});
  return list;
}

std::optional<bool> IfTrue(bool flag) { return flag ? std::optional(true) : std::nullopt; }

}  // namespace sagespark::sagemaker
