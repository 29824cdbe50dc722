#include "sagespark/aws/client/query_client.h"

#include "sagespark/base/uri.h"

namespace sagespark::aws {

QueryClient::QueryClient(std::shared_ptr<const ClientContext> context, Service service, std::string_view version)
    : service_(std::move(context), service), version_(version) {}

Result<xml::Element> QueryClient::Call(const std::string& operation, const Parameters& parameters, const CallOptions& options) {
  ServiceCall call{.operation = operation, .options = options};
  call.request.method = "POST";
  SAGESPARK_ASSIGN_OR_RETURN(call.request.endpoint, EndpointOf(service_.service(), service_.config()));
  call.request.headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
  std::string form = "Action=" + operation + "&Version=" + version_;
  for (const auto& [name, value] : parameters) form += "&" + name + "=" + PercentEncode(value);
  call.request.body = MakeBody(std::move(form));
  SAGESPARK_ASSIGN_OR_RETURN(const HttpResponse response, service_.Send(std::move(call)));
  const auto root = xml::Parse(response.body);
  const xml::Element* result = root.ok() ? root->Find(operation + "Result") : nullptr;
  if (result == nullptr) return CorruptData(operation + " failed: the reply has no " + operation + "Result");
  return *result;
}

}  // namespace sagespark::aws
