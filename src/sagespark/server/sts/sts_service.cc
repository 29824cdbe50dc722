#include "sagespark/server/sts/sts_service.h"

#include <map>

#include "sagespark/base/xml/xml.h"
#include "sagespark/server/errors.h"

namespace sagespark::server {
namespace {

constexpr const char* kNamespace = "https://sts.amazonaws.com/doc/2011-06-15/";
constexpr size_t kMaxBodyBytes = 64 << 10;

/// The role that callers of the local cloud have. Without "service-role" or a user's name, which SDKs parse.
constexpr const char* kRole = "assumed-role/sagespark/local";

struct Row {
  const char* code;
  int status;
};

Row RowOf(const Error& error) {
  static const std::map<std::string, Row, std::less<>> kRows = {
      {"MissingAuthenticationToken", {"MissingAuthenticationToken", 403}},
      {"InvalidAccessKeyId", {"InvalidClientTokenId", 403}},
      {"AuthorizationHeaderMalformed", {"IncompleteSignature", 400}},
      {"MissingSecurityHeader", {"IncompleteSignature", 400}},
      {"AuthorizationQueryParametersError", {"IncompleteSignature", 400}},
      {"SignatureDoesNotMatch", {"SignatureDoesNotMatch", 403}},
      {"XAmzContentSHA256Mismatch", {"SignatureDoesNotMatch", 403}},
      {"RequestTimeTooSkewed", {"SignatureDoesNotMatch", 403}},
      {"AccessDenied", {"SignatureDoesNotMatch", 403}},
      {"InvalidAction", {"InvalidAction", 400}},
  };
  const auto found = kRows.find(error.code());
  if (found != kRows.end()) return found->second;
  return error.kind() == ErrorKind::kInternal || error.kind() == ErrorKind::kIo ? Row{"InternalFailure", 500}
                                                                                : Row{"ValidationError", 400};
}

}  // namespace

void StsService::Handle(const RequestContext& context, const http::Request& request, RequestBody& body,
                        http::ResponseWriter& response) {
  const Result<std::string> form = http::ReadAll(body, kMaxBodyBytes);
  if (!form.ok()) return HandleError(context, request, form.error(), response);
  std::string action;
  for (const auto& parameters : {http::ParseQuery(*form), http::ParseQuery(request.raw_query)}) {
    for (const http::QueryParameter& parameter : parameters) {
      if (parameter.name == "Action") action = parameter.value;
    }
  }
  if (action != "GetCallerIdentity") {
    return HandleError(context, request,
                       CodedError(ErrorKind::kUnimplemented, "InvalidAction",
                                  "Could not find operation " + action + " for version 2011-06-15"),
                       response);
  }
  xml::Writer writer;
  writer.Open("GetCallerIdentityResponse", kNamespace).Open("GetCallerIdentityResult");
  writer.Text("Arn", "arn:aws:sts::" + context.account_id + ":" + kRole);
  writer.Text("UserId", "AROA" + context.access_key_id.substr(4) + ":local");
  writer.Text("Account", context.account_id).Close();
  writer.Open("ResponseMetadata").Text("RequestId", context.request_id).Close().Close();
  (void)response.Send({.headers = {{"Content-Type", "text/xml"}, {"x-amzn-RequestId", context.request_id}},
                       .body = writer.Take()});
}

void StsService::HandleError(const RequestContext& context, const http::Request&, const Error& error,
                             http::ResponseWriter& response) {
  const Row row = RowOf(error);
  xml::Writer writer;
  writer.Open("ErrorResponse", kNamespace).Open("Error");
  writer.Text("Type", row.status < 500 ? "Sender" : "Receiver").Text("Code", row.code).Text("Message", error.message());
  writer.Close().Text("RequestId", context.request_id).Close();
  (void)response.Send({.status = row.status,
                       .headers = {{"Content-Type", "text/xml"}, {"x-amzn-RequestId", context.request_id}},
                       .body = writer.Take()});
}

}  // namespace sagespark::server
