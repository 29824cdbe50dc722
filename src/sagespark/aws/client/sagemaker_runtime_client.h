#pragma once

#include <memory>
#include <string>

#include "sagespark/aws/client/client_context.h"

namespace sagespark::aws {

struct InvokeEndpointRequest {
  std::string endpoint_name;
  std::string body;  ///< AWS takes 6 MiB at most, and 5,242,880 bytes are always safe.
  std::string content_type = "application/octet-stream";
  std::string accept{};            ///< "" leaves the choice to the model.
  std::string custom_attributes{};
  std::string target_model{};      ///< Of a multi-model endpoint.
  std::string target_variant{};
};

struct InvokeEndpointResponse {
  std::string body;
  std::string content_type;
  std::string invoked_variant;
};

struct InvokeLimits {
  /// Of one attempt: a model has 60 s by contract, the rest is the network's.
  milliseconds attempt_timeout = std::chrono::seconds(70);
  size_t max_body_bytes = 64 << 20;  ///< A longer reply is kResourceLimit.
};

/// Amazon SageMaker Runtime. Thread-safe.
class SageMakerRuntimeClient {
 public:
  virtual ~SageMakerRuntimeClient() = default;

  /// Retries throttling (also 429), 5xx, cut and refused connections and timeouts, and a container's answer only when
  /// that was a 429 or 5xx; ClientConfig::invoke_attempts in all. Errors name the endpoint: kModelError says what the container answered.
  virtual Result<InvokeEndpointResponse> InvokeEndpoint(InvokeEndpointRequest request, const InvokeLimits& limits = {},
                                                        const CallOptions& options = {}) = 0;
};

std::shared_ptr<SageMakerRuntimeClient> MakeSageMakerRuntimeClient(std::shared_ptr<const ClientContext> context);

}  // namespace sagespark::aws
