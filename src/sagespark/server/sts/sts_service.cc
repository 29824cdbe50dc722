#include "sagespark/server/sts/sts_service.h"

namespace sagespark::server {
namespace {

/// The role that callers of the local cloud have. Without "service-role" or a user's name, which SDKs parse.
constexpr const char* kRole = "assumed-role/sagespark/local";

}  // namespace

Status StsService::Run(const RequestContext& context, const std::string& action, const QueryParameters&,
                       xml::Writer& result) {
  if (action != "GetCallerIdentity") return InvalidAction(action);
  result.Text("Arn", "arn:aws:sts::" + context.account_id + ":" + kRole);
  result.Text("UserId", "AROA" + context.access_key_id.substr(4) + ":local");
  result.Text("Account", context.account_id);
  return Status::Ok();
}

}  // namespace sagespark::server
