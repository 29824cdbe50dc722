#include "sagespark/server/iam/iam_service.h"

#include <re2/re2.h>

#include "sagespark/base/digest.h"
#include "sagespark/base/uri.h"
#include "sagespark/server/errors.h"

namespace sagespark::server {
namespace {

/// Percent-encoded, as IAM sends it.
constexpr const char* kTrustPolicy =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},"Action":"sts:AssumeRole"}]})";

Error InvalidRoleName(const std::string& name) {
  return CodedError(ErrorKind::kInvalidArgument, "ValidationError",
                    "1 validation error detected: Value '" + name.substr(0, 128) + "' at 'roleName' failed to satisfy constraint: "
                    "Member must satisfy regular expression pattern: [\\w+=,.@-]+ and have length between 1 and 64");
}

}  // namespace

Status IamService::Run(const RequestContext& context, const std::string& action, const QueryParameters& parameters,
                       xml::Writer& result) {
  if (action != "GetRole") return InvalidAction(action);
  const std::string* const given = parameters.Find("RoleName");
  const std::string name = given == nullptr ? "" : *given;
  static const RE2 kName(R"([\w+=,.@-]{1,64})");
  if (!RE2::FullMatch(name, kName)) return InvalidRoleName(name);
  std::string id = "AROA";  // The same for a name each time.
  for (const char c : Sha256Hex(name).substr(0, 17)) id += c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
  result.Open("Role").Text("Path", "/").Text("RoleName", name).Text("RoleId", id);
  result.Text("Arn", "arn:aws:iam::" + context.account_id + ":role/" + name);
  result.Text("CreateDate", "2017-11-29T00:00:00Z");  // SageMaker's own first day.
  result.Text("AssumeRolePolicyDocument", PercentEncode(kTrustPolicy));
  result.Text("MaxSessionDuration", "3600").Close();
  return Status::Ok();
}

}  // namespace sagespark::server
