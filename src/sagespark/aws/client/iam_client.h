#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sagespark/aws/client/client_context.h"

namespace sagespark::aws {

struct IamRole {
  std::string arn;
  std::string trust_policy;  ///< Who may assume it: the policy document, JSON.
};

/// What a policy simulation was asked.
struct PolicySimulation {
  std::string principal_arn;  ///< A user or role; not a session of one.
  std::vector<std::string> actions;
  std::string resource_arn{};  ///< Empty for all ("*").
  std::map<std::string, std::string> context{};  ///< Keys of conditions and their values: "iam:PassedToService".
};

/// Of AWS IAM what can be read about a role. Changes nothing. Thread-safe.
class IamClient {
 public:
  virtual ~IamClient() = default;

  /// Fails with kNotFound (code NoSuchEntity) when there is no such role.
  virtual Result<IamRole> GetRole(const std::string& name, const CallOptions& options = {}) = 0;

  /// The actions that the principal's policies do not allow on the resource, sorted.
  virtual Result<std::vector<std::string>> SimulatePrincipalPolicy(const PolicySimulation& simulation, const CallOptions& options = {}) = 0;
};

std::shared_ptr<IamClient> MakeIamClient(std::shared_ptr<const ClientContext> context);

}  // namespace sagespark::aws
