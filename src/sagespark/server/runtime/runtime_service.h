#pragma once

#include <string>
#include <string_view>

#include "sagespark/server/admission.h"
#include "sagespark/server/hosting/endpoints.h"
#include "sagespark/server/runtime/async_invocations.h"
#include "sagespark/server/service.h"

namespace sagespark::server {

/// SageMaker Runtime: InvokeEndpoint, InvokeEndpointAsync, InvokeEndpointWithResponseStream.
///
/// Bodies up to 6 MiB (else 413). A container's error comes back as ModelError (424) with OriginalStatusCode, OriginalMessage and
/// LogStreamArn. More than kMostInvocations, or kMostBytes of their bodies, at a time are refused with ThrottlingException (429), so that
/// slow containers leave the other services room and nothing waits without end.
class RuntimeService final : public HttpService {
 public:
  static constexpr int kMostInvocations = 128;
  static constexpr uint64_t kMostBytes = 256 << 20;

  /// What is given must outlive the service.
  RuntimeService(Endpoints& endpoints, AsyncInvocations& async_invocations, RecordStore& records)
      : endpoints_(endpoints), async_invocations_(async_invocations), records_(records) {}

  void Handle(const RequestContext& context, const http::Request& request, RequestBody& body, http::ResponseWriter& response) override;
  void HandleError(const RequestContext& context, const http::Request& request, const Error& error,
                   http::ResponseWriter& response) override;
  Offered offered() const override;

 private:
  /// What the container took of an invocation's time.
  struct ModelTime {
    std::shared_ptr<VariantMetrics> metrics{};  ///< Null when no container was asked.
    std::chrono::nanoseconds latency{0};
  };
  struct Call {
    const RequestContext& context;
    const http::Request& request;
    std::string endpoint;
    std::string body;
    ModelTime& model_time;
  };

  Result<http::Response> Answer(const RequestContext& context, const http::Request& request, http::BodyReader& body,
                                http::ResponseWriter& response, ModelTime& model_time);
  Result<Invoked> Ask(const Call& call, const char* accept, const ReplyOptions& options);
  Result<http::Response> Invoke(const Call& call);
  Result<http::Response> InvokeAsync(const Call& call);
  /// Answers nothing where it has written to `response`.
  Result<http::Response> InvokeWithResponseStream(const Call& call, http::ResponseWriter& response);

  Endpoints& endpoints_;
  AsyncInvocations& async_invocations_;
  RecordStore& records_;
  Admission admission_{kMostInvocations, kMostBytes};
};

}  // namespace sagespark::server
