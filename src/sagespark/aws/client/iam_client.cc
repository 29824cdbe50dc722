#include "sagespark/aws/client/iam_client.h"

#include <set>

#include "sagespark/aws/client/query_client.h"
#include "sagespark/base/uri.h"

namespace sagespark::aws {
namespace {

QueryClient::Parameters ParametersOf(const PolicySimulation& simulation) {
  QueryClient::Parameters parameters{{"PolicySourceArn", simulation.principal_arn}};
  int number = 0;
  for (const std::string& action : simulation.actions) parameters.emplace_back("ActionNames.member." + std::to_string(++number), action);
  if (!simulation.resource_arn.empty()) parameters.emplace_back("ResourceArns.member.1", simulation.resource_arn);
  number = 0;
  for (const auto& [key, value] : simulation.context) {
    const std::string entry = "ContextEntries.member." + std::to_string(++number);
    parameters.emplace_back(entry + ".ContextKeyName", key);
    parameters.emplace_back(entry + ".ContextKeyType", "string");
    parameters.emplace_back(entry + ".ContextKeyValues.member.1", value);
  }
  return parameters;
}

class Client final : public IamClient {
 public:
  explicit Client(std::shared_ptr<const ClientContext> context) : client_(std::move(context), Service::kIam, "2010-05-08") {}

  Result<IamRole> GetRole(const std::string& name, const CallOptions& options) override {
    SAGESPARK_ASSIGN_OR_RETURN(const xml::Element result, client_.Call("GetRole", {{"RoleName", name}}, options));
    const xml::Element* role = result.Find("Role");
    if (role == nullptr) return CorruptData("GetRole failed: the reply has no Role");
    auto policy = PercentDecode(role->TextOf("AssumeRolePolicyDocument"));
    if (!policy.ok()) return policy.error().WithContext("GetRole failed: its AssumeRolePolicyDocument does not decode");
    return IamRole{std::string(role->TextOf("Arn")), *std::move(policy)};
  }

  Result<std::vector<std::string>> SimulatePrincipalPolicy(const PolicySimulation& simulation, const CallOptions& options) override {
    std::set<std::string> denied;
    std::string marker;
    do {
      QueryClient::Parameters parameters = ParametersOf(simulation);
      if (!marker.empty()) parameters.emplace_back("Marker", marker);
      SAGESPARK_ASSIGN_OR_RETURN(const xml::Element result, client_.Call("SimulatePrincipalPolicy", parameters, options));
      const xml::Element* results = result.Find("EvaluationResults");
      if (results == nullptr) return CorruptData("SimulatePrincipalPolicy failed: the reply has no EvaluationResults");
      for (const xml::Element& member : results->children) {
        if (member.TextOf("EvalDecision") != "allowed") denied.emplace(member.TextOf("EvalActionName"));
      }
      marker = result.TextOf("IsTruncated") == "true" ? result.TextOf("Marker") : "";
    } while (!marker.empty());
    return std::vector<std::string>(denied.begin(), denied.end());
  }

 private:
  QueryClient client_;
};

}  // namespace

std::shared_ptr<IamClient> MakeIamClient(std::shared_ptr<const ClientContext> context) {
  return std::make_shared<Client>(std::move(context));
}

}  // namespace sagespark::aws
