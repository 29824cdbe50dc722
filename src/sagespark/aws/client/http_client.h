#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "sagespark/aws/client/http_message.h"
#include "sagespark/base/cancellation.h"
#include "sagespark/base/clock.h"
#include "sagespark/base/result.h"

namespace sagespark::aws {

struct HttpClientOptions {
  milliseconds connect_timeout = std::chrono::seconds(10);  ///< Also of the TLS handshake.
  milliseconds idle_timeout = std::chrono::seconds(60);     ///< Without a byte in either direction.
  size_t max_connections = 128;                             ///< To one endpoint; further requests wait.
  size_t window_bytes = 1 << 20;  ///< Bytes of a reply that are held for a reader that is slower than the network.
  std::string ca_bundle;          ///< A PEM file in place of the system's certificate authorities.
};

/// Limits of one request.
struct CallOptions {
  Deadline deadline;
  CancellationToken cancellation;
  bool* in_doubt = nullptr;  ///< Set when an attempt was sent and got no answer, or a 5xx: it may have been carried out.
  std::function<void()> on_throttle{};  ///< Called for each attempt that the service throttles, retried or not.
};

/// A reply whose headers are here and whose body is read as it arrives. Not thread-safe. Destroying it before
/// the end closes its connection; after the end the connection serves the next request.
class HttpResponseStream {
 public:
  virtual ~HttpResponseStream() = default;

  virtual int status() const = 0;
  virtual const HttpHeaders& headers() const = 0;

  /// Waits for bytes and reads up to `buffer.size()`; 0 means the end. Fails as HttpClient::Start does.
  virtual Result<size_t> Read(std::span<char> buffer) = 0;
};

/// HTTP/1.1 over pooled connections that are kept alive. Thread-safe. Proxies come from HTTPS_PROXY, HTTP_PROXY
/// and NO_PROXY, never for loopback addresses. It does not retry, redirect or sign.
///
/// Its threads and connections belong to the process that makes the first request: in a child made by fork it
/// starts over, so a client may be made before, but no request may be running at the fork.
///
/// A failed TLS handshake (certificate, name) is reported after 10 to 30 s only: the TLS library holds it back.
///
/// Errors, naming method and URL without query: kUnavailable (no such host, refused, cut, TLS failed), kTimeout
/// (connect, idle, deadline), kCancelled, kInvalidArgument (a header or CA file that does not fit), and those of
/// the request's body.
class HttpClient {
 public:
  explicit HttpClient(HttpClientOptions options = {});
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;

  /// Sends the request and returns when the reply's headers are here, whatever its status. Deadline and
  /// cancellation hold for the reads as well.
  Result<std::unique_ptr<HttpResponseStream>> Start(const HttpRequest& request, const CallOptions& options = {});

  /// Sends the request and collects the reply. Fails with kResourceLimit when its body is over `max_body_bytes`.
  Result<HttpResponse> Send(const HttpRequest& request, size_t max_body_bytes, const CallOptions& options = {});

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Reads a reply to its end.
Result<HttpResponse> Collect(HttpResponseStream& stream, size_t max_body_bytes);

}  // namespace sagespark::aws
