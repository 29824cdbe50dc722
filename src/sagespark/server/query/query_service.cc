#include "sagespark/server/query/query_service.h"

#include <map>

#include "sagespark/server/errors.h"

namespace sagespark::server {
namespace {

constexpr size_t kMaxBodyBytes = 64 << 10;

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
      {"NoSuchEntity", {"NoSuchEntity", 404}},
      {"ThrottlingException", {"Throttling", 400}},
  };
  const auto found = kRows.find(error.code());
  if (found != kRows.end()) return found->second;
  return error.kind() == ErrorKind::kInternal || error.kind() == ErrorKind::kIo ? Row{"InternalFailure", 500}
                                                                                : Row{"ValidationError", 400};
}

http::Response XmlResponse(const RequestContext& context, int status, std::string body) {
  return {.status = status,
          .headers = {{"Content-Type", "text/xml"}, {"x-amzn-RequestId", context.request_id}},
          .body = std::move(body)};
}

}  // namespace

const std::string* QueryParameters::Find(std::string_view name) const {
  for (auto parameter = all_.rbegin(); parameter != all_.rend(); ++parameter) {
    if (parameter->name == name) return &parameter->value;
  }
  return nullptr;
}

Error QueryService::InvalidAction(const std::string& action) const {
  std::string version(xml_namespace_);
  version.pop_back();  // The slash at the end.
  return CodedError(ErrorKind::kUnimplemented, "InvalidAction",
                    "Could not find operation " + action + " for version " + version.substr(version.rfind('/') + 1));
}

void QueryService::Handle(const RequestContext& context, const http::Request& request, RequestBody& body,
                          http::ResponseWriter& response) {
  const Result<std::string> form = http::ReadAll(body, kMaxBodyBytes);
  if (!form.ok()) return HandleError(context, request, form.error(), response);
  std::vector<http::QueryParameter> all = http::ParseQuery(*form);
  for (http::QueryParameter& parameter : http::ParseQuery(request.raw_query)) all.push_back(std::move(parameter));
  const QueryParameters parameters(std::move(all));
  const std::string* const named = parameters.Find("Action");
  const std::string action = named == nullptr ? "" : *named;
  context.NoteOperation(action);
  xml::Writer writer;
  writer.Open(action + "Response", xml_namespace_).Open(action + "Result");
  const Status status = Run(context, action, parameters, writer);
  if (!status.ok()) return HandleError(context, request, status.error(), response);
  writer.Close().Open("ResponseMetadata").Text("RequestId", context.request_id).Close().Close();
  (void)response.Send(XmlResponse(context, 200, writer.Take()));
}

void QueryService::HandleError(const RequestContext& context, const http::Request&, const Error& error,
                               http::ResponseWriter& response) {
  const Row row = RowOf(error);
  xml::Writer writer;
  writer.Open("ErrorResponse", xml_namespace_).Open("Error");
  writer.Text("Type", row.status < 500 ? "Sender" : "Receiver").Text("Code", row.code).Text("Message", error.message());
  writer.Close().Text("RequestId", context.request_id).Close();
  (void)response.Send(XmlResponse(context, row.status, writer.Take()));
}

}  // namespace sagespark::server
