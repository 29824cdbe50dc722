#pragma once

#include <string>
#include <variant>

namespace sagespark::sagemaker {

/// The ARN of the role that SageMaker takes on to read and write the user's data.
struct IAMRole {
  std::string role;
};

/// The role's ARN, read from the session's configuration at fit.
struct IAMRoleFromConfig {
  std::string configKey = "com.amazonaws.services.sagemaker.sparksdk.sagemakerrole";
};

using IAMRoleResource = std::variant<IAMRole, IAMRoleFromConfig>;

}  // namespace sagespark::sagemaker
