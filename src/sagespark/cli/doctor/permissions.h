#pragma once

#include <map>
#include <string>
#include <vector>

namespace sagespark::cli {

/// Where a program of this project would work.
struct WorkPlace {
  std::string partition = "aws";
  std::string region;
  std::string account;
  std::string bucket;
  std::string role_arn;    ///< Empty when none is known.
  std::string repository;  ///< ARN of the image's repository; empty when none is known.
};

/// Actions that are needed on one resource.
struct NeededActions {
  std::vector<std::string> actions;
  std::string resource_arn;  ///< Empty for actions that know no resources.
  std::map<std::string, std::string> context{};  ///< What conditions may look at.
};

/// What who runs a program needs: the driver policy of docs/aws.md.
std::vector<NeededActions> DriverPermissions(const WorkPlace& place);

/// What jobs and endpoints need: the execution role's policy of docs/aws.md.
std::vector<NeededActions> RolePermissions(const WorkPlace& place);

}  // namespace sagespark::cli
