#pragma once

#include <string>
#include <string_view>

#include "sagespark/aws/client/service_client.h"
#include "sagespark/aws/model/shape.h"
#include "sagespark/base/json/value.h"

namespace sagespark::aws {

/// Calls of a service that speaks AWS's JSON 1.1 protocol. Thread-safe.
class JsonClient {
 public:
  /// `target_prefix` is what stands before the operation in X-Amz-Target: "SageMaker".
  JsonClient(std::shared_ptr<const ClientContext> context, Service service, std::string_view target_prefix);

  /// Returns the reply's document; an empty object for an empty reply.
  Result<json::Value> Call(const std::string& operation, const json::Value& request, const CallOptions& options = {});

  /// The same for generated shapes. Fails with kCorruptData when the reply does not fit.
  template <typename Response, typename Request>
  Result<Response> Call(const std::string& operation, const Request& request, const CallOptions& options) {
    SAGESPARK_ASSIGN_OR_RETURN(const json::Value reply, Call(operation, ToJson(request), options));
    auto response = FromJson<Response>(reply);
    if (!response.ok()) return response.error().WithContext(operation + " failed: the reply does not fit");
    return response;
  }

 private:
  ServiceClient service_;
  const std::string target_prefix_;
};

}  // namespace sagespark::aws
