#include "sagespark/aws/client/sagemaker_runtime_client.h"

#include "sagespark/aws/client/service_client.h"
#include "sagespark/base/uri.h"

namespace sagespark::aws {
namespace {

/// What the container answered is as good a reason as what the service answers itself.
std::optional<RetryClass> RetryClassOf(const ServiceFault& fault) {
  const int status = fault.code == "ModelError" && fault.original_status != 0 ? fault.original_status : fault.status;
  if (status == 429) return RetryClass::kThrottle;
  if (fault.code == "ModelError") return status >= 500 ? RetryClass::kTransient : RetryClass::kNever;
  return std::nullopt;
}

class Client final : public SageMakerRuntimeClient {
 public:
  explicit Client(std::shared_ptr<const ClientContext> context)
      : service_(std::move(context), Service::kSageMakerRuntime) {}

  Result<InvokeEndpointResponse> InvokeEndpoint(InvokeEndpointRequest request, const InvokeLimits& limits,
                                                const CallOptions& options) override {
    ServiceCall call{.operation = "InvokeEndpoint of \"" + request.endpoint_name + "\"",
                     .options = options,
                     .attempt_timeout = limits.attempt_timeout,
                     .max_body_bytes = limits.max_body_bytes,
                     .retry_class = RetryClassOf};
    call.request.method = "POST";
    SAGESPARK_ASSIGN_OR_RETURN(call.request.endpoint, EndpointOf(Service::kSageMakerRuntime, service_.config()));
    call.request.path = "/endpoints/" + PercentEncode(request.endpoint_name) + "/invocations";
    call.request.headers = {{"Content-Type", request.content_type}};
    const std::pair<const char*, const std::string*> optional_headers[] = {
        {"Accept", &request.accept},
        {"X-Amzn-SageMaker-Custom-Attributes", &request.custom_attributes},
        {"X-Amzn-SageMaker-Target-Model", &request.target_model},
        {"X-Amzn-SageMaker-Target-Variant", &request.target_variant}};
    for (const auto& [name, value] : optional_headers) {
      if (!value->empty()) call.request.headers.Add(name, *value);
    }
    call.request.body = MakeBody(std::move(request.body));
    SAGESPARK_ASSIGN_OR_RETURN(HttpResponse response, service_.Send(std::move(call)));
    return InvokeEndpointResponse{.body = std::move(response.body),
                                  .content_type = response.headers.Get("Content-Type"),
                                  .invoked_variant = response.headers.Get("x-Amzn-Invoked-Production-Variant")};
  }

 private:
  ServiceClient service_;
};

}  // namespace

std::shared_ptr<SageMakerRuntimeClient> MakeSageMakerRuntimeClient(std::shared_ptr<const ClientContext> context) {
  return std::make_shared<Client>(std::move(context));
}

}  // namespace sagespark::aws
