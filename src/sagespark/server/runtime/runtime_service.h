#pragma once

#include <atomic>

#include "sagespark/server/hosting/endpoints.h"
#include "sagespark/server/service.h"

namespace sagespark::server {

/// SageMaker Runtime: InvokeEndpoint.
///
/// Bodies up to 6 MiB (else 413). A container's error comes back as ModelError (424) with OriginalStatusCode, OriginalMessage and
/// LogStreamArn. More than kMostInvocations at a time are refused (503), so that slow containers leave the other services room.
class RuntimeService final : public HttpService {
 public:
  static constexpr int kMostInvocations = 24;

  /// `endpoints` must outlive the service.
  explicit RuntimeService(Endpoints& endpoints) : endpoints_(endpoints) {}

  void Handle(const RequestContext& context, const http::Request& request, RequestBody& body, http::ResponseWriter& response) override;
  void HandleError(const RequestContext& context, const http::Request& request, const Error& error,
                   http::ResponseWriter& response) override;

 private:
  Result<http::Response> Invoke(const RequestContext& context, const http::Request& request, http::BodyReader& body);

  Endpoints& endpoints_;
  std::atomic<int> under_way_ = 0;
};

}  // namespace sagespark::server
