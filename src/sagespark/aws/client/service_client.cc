#include "sagespark/aws/client/service_client.h"

#include <algorithm>
#include <charconv>

#include "sagespark/aws/client/signer.h"
#include "sagespark/base/version.h"

namespace sagespark::aws {
namespace {

constexpr size_t kMaxErrorBytes = 256 << 10;

std::optional<milliseconds> ParseCount(const HttpHeaders& headers, std::string_view name, milliseconds unit) {
  const std::string* text = headers.Find(name);
  if (text == nullptr) return std::nullopt;
  uint32_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return value * unit;
}

std::optional<milliseconds> RetryAfter(const HttpHeaders& headers) {
  if (const auto wish = ParseCount(headers, "x-amz-retry-after", milliseconds(1))) return wish;
  return ParseCount(headers, "Retry-After", std::chrono::seconds(1));
}

Deadline Sooner(const Deadline& deadline, const std::optional<milliseconds>& timeout) {
  if (!timeout || deadline.left() <= *timeout) return deadline;
  return Deadline::After(*timeout);
}

void NoteDoubt(const CallOptions& options) {
  if (options.in_doubt != nullptr) *options.in_doubt = true;
}

}  // namespace

std::shared_ptr<const ClientContext> MakeClientContext(ClientConfig config) {
  auto context = std::make_shared<ClientContext>();
  context->http = std::make_shared<HttpClient>(HttpClientOptions{.connect_timeout = config.connect_timeout,
                                                                 .idle_timeout = config.read_timeout,
                                                                 .ca_bundle = config.ca_bundle});
  context->credentials = MakeCredentials(config);
  context->config = std::move(config);
  return context;
}

ServiceClient::ServiceClient(std::shared_ptr<const ClientContext> context, Service service)
    : context_(std::move(context)),
      service_(service),
      retrier_({.max_attempts = service == Service::kSageMakerRuntime ? context_->config.invoke_attempts
                                                                      : context_->config.max_attempts},
               *context_->clock, context_->random) {}

Result<HttpResponse> ServiceClient::Send(ServiceCall call) {
  SAGESPARK_ASSIGN_OR_RETURN(const std::string payload_hash, HashPayload(call));
  return retrier_.Run(
      [&](RetryAttempt& attempt) -> Result<HttpResponse> {
        SAGESPARK_ASSIGN_OR_RETURN(const auto stream, Attempt(call, payload_hash, attempt));
        auto response = Collect(*stream, call.max_body_bytes);
        if (!response.ok()) {
          NoteDoubt(call.options);
          return response.error().WithContext(call.operation + " failed");
        }
        if (call.check) SAGESPARK_RETURN_IF_ERROR(call.check(*response));
        return response;
      },
      call.options.cancellation, call.options.deadline);
}

Result<std::unique_ptr<HttpResponseStream>> ServiceClient::Start(ServiceCall call) {
  SAGESPARK_ASSIGN_OR_RETURN(const std::string payload_hash, HashPayload(call));
  return retrier_.Run([&](RetryAttempt& attempt) { return Attempt(call, payload_hash, attempt); },
                      call.options.cancellation, call.options.deadline);
}

Result<std::unique_ptr<HttpResponseStream>> ServiceClient::Attempt(ServiceCall& call, const std::string& payload_hash,
                                                                   RetryAttempt& attempt) {
  auto credentials = context_->credentials->Get(call.options.cancellation);
  if (!credentials.ok()) return credentials.error().WithContext(call.operation + " failed");
  HttpRequest& request = call.request;
  request.headers.Set("User-Agent", NameAndVersion());
  request.headers.Set("amz-sdk-request", "attempt=" + std::to_string(attempt.number) +
                                             "; max=" + std::to_string(retrier_.options().max_attempts));
  const std::string region = call.signing_region.empty() ? SigningRegion(service_, context_->config) : call.signing_region;
  SAGESPARK_RETURN_IF_ERROR(Sign(
      request, *credentials, {region, SigningName(service_), payload_hash, service_ == Service::kS3},
      context_->clock->Now()));
  CallOptions options = call.options;
  options.deadline = Sooner(options.deadline, call.attempt_timeout);
  auto stream = context_->http->Start(request, options);
  if (!stream.ok()) return stream.error().WithContext(call.operation + " failed");
  if ((*stream)->status() >= 200 && (*stream)->status() < 300) return stream;

  const auto response = Collect(**stream, kMaxErrorBytes);
  if (!response.ok()) {
    NoteDoubt(call.options);
    return response.error().WithContext(call.operation + " failed");
  }
  if (call.error_headers != nullptr) *call.error_headers = response->headers;
  if (response->status >= 500) NoteDoubt(call.options);
  const ServiceFault fault = ParseFault(*response);
  attempt.retry_after = RetryAfter(response->headers);
  if (call.retry_class) attempt.retry_class = call.retry_class(fault);
  Error error = FaultError(fault, call.operation);
  const bool is_throttled = attempt.retry_class.value_or(ClassifyForRetry(error)) == RetryClass::kThrottle;
  if (is_throttled && call.options.on_throttle) call.options.on_throttle();
  return error;
}

Result<std::string> ServiceClient::HashPayload(const ServiceCall& call) const {
  // TLS protects an object's bytes already, and their checksum goes along.
  if (service_ == Service::kS3 && call.request.endpoint.tls && call.request.body != nullptr) {
    return std::string(kUnsignedPayload);
  }
  return PayloadHash(call.request.body.get());
}

}  // namespace sagespark::aws
