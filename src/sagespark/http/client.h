#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "sagespark/base/cancellation.h"
#include "sagespark/base/clock.h"
#include "sagespark/base/result.h"
#include "sagespark/http/message.h"

namespace sagespark::http {

struct ClientOptions {
  std::string host = "127.0.0.1";  ///< A numeric address.
  uint16_t port = 0;
  size_t max_idle_connections = 8;       ///< Kept open for the next request.
  size_t max_header_bytes = 64 << 10;
  uint64_t max_body_bytes = 64 << 20;    ///< A longer reply body is kResourceLimit.
};

struct ClientRequest {
  std::string method = "GET";
  std::string target = "/";  ///< Percent-encoded path and query.
  Headers headers;           ///< Host and Content-Length are added when absent.
  std::string_view body;     ///< Must live as long as the call.
};

/// Takes the reply body piece by piece; an error stops the call with it.
using BodySink = std::function<Status(std::string_view piece)>;

/// A blocking HTTP/1.1 client of one host, for loopback calls: keeps connections, never retries,
/// follows no redirects. Thread-safe.
class Client {
 public:
  explicit Client(ClientOptions options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Sends a request and waits for the whole reply, whatever its status.
  /// Fails with kUnavailable (refused or cut), kTimeout (deadline), kCancelled, kCorruptData (no HTTP),
  /// kResourceLimit (reply too long). The connection of a failed call is closed.
  Result<Response> Send(const ClientRequest& request, const Deadline& deadline,
                        const CancellationToken& cancellation = {});

  /// The same, with the body handed to `sink` as it comes; the returned body is empty.
  Result<Response> Send(const ClientRequest& request, const Deadline& deadline,
                        const CancellationToken& cancellation, const BodySink& sink);

 private:
  class Pool;
  std::unique_ptr<Pool> pool_;
};

}  // namespace sagespark::http
