#include "sagespark/aws/client/json_client.h"

namespace sagespark::aws {

JsonClient::JsonClient(std::shared_ptr<const ClientContext> context, Service service, std::string_view target_prefix)
    : service_(context, service), target_prefix_(target_prefix) {}

Result<json::Value> JsonClient::Call(const std::string& operation, const json::Value& request,
                                     const CallOptions& options) {
  const Service service = service_.service();
  ServiceCall call{.operation = operation, .options = options};
  call.request.method = "POST";
  SAGESPARK_ASSIGN_OR_RETURN(call.request.endpoint, EndpointOf(service, service_.config()));
  call.request.headers = {{"Content-Type", "application/x-amz-json-1.1"},
                          {"X-Amz-Target", target_prefix_ + "." + operation}};
  call.request.body = MakeBody(json::Dump(request));
  SAGESPARK_ASSIGN_OR_RETURN(const HttpResponse response, service_.Send(std::move(call)));
  if (response.body.empty()) return json::Value(json::Object());
  auto document = json::Parse(response.body);
  if (!document.ok()) return document.error().WithContext(operation + " failed: the reply is no JSON");
  return document;
}

}  // namespace sagespark::aws
