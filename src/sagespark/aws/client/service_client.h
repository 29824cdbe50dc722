#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "sagespark/aws/client/client_context.h"
#include "sagespark/aws/client/service_fault.h"
#include "sagespark/base/retry.h"

namespace sagespark::aws {

/// One call of a service, before it is signed.
struct ServiceCall {
  std::string operation;  ///< For messages: "PutObject of s3://bucket/key".
  HttpRequest request;
  CallOptions options;
  std::optional<milliseconds> attempt_timeout{};  ///< Of one attempt, beside the deadline of all.
  std::string signing_region{};                   ///< In place of the configuration's.
  size_t max_body_bytes = 16 << 20;
  /// Looks at a 2xx reply; its error counts as the call's and is retried by its kind.
  std::function<Status(const HttpResponse&)> check{};
  /// Decides about a retry where the usual rules do not fit.
  std::function<std::optional<RetryClass>(const ServiceFault&)> retry_class{};
  /// Is given the headers of an error reply.
  HttpHeaders* error_headers = nullptr;
};

/// Sends calls of one service: signed, retried, and with errors as values. Thread-safe; one retry quota.
class ServiceClient {
 public:
  ServiceClient(std::shared_ptr<const ClientContext> context, Service service);

  /// Returns the reply, which is 2xx.
  Result<HttpResponse> Send(ServiceCall call);

  /// Returns the reply, which is 2xx, when its headers are here.
  Result<std::unique_ptr<HttpResponseStream>> Start(ServiceCall call);

  Service service() const { return service_; }
  const ClientConfig& config() const { return context_->config; }

 private:
  /// One attempt.
  Result<std::unique_ptr<HttpResponseStream>> Attempt(ServiceCall& call, const std::string& payload_hash,
                                                      RetryAttempt& attempt);
  Result<std::string> HashPayload(const ServiceCall& call) const;

  const std::shared_ptr<const ClientContext> context_;
  const Service service_;
  Retrier retrier_;
};

}  // namespace sagespark::aws
