#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
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

/// Fills a buffer with the next bytes and tells how many there were; 0 at the end.
using BodySource = std::function<Result<size_t>(char* buffer, size_t size)>;

struct ClientRequest {
  std::string method = "GET";
  std::string target = "/";  ///< Percent-encoded path and query.
  Headers headers;           ///< Host and Content-Length are added when absent.
  std::string_view body;     ///< Must live as long as the call.
  BodySource body_source;    ///< When set, the body is what it gives; called on a thread of the call's own.
  std::optional<uint64_t> body_length;  ///< Of what body_source gives; without it the body is sent in chunks.
};

/// Takes the reply body piece by piece; an error stops the call with it.
using BodySink = std::function<Status(std::string_view piece)>;

/// Sees status and headers of the reply before its body; an error stops the call with it.
using HeadSink = std::function<Status(const Response& head)>;

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
                        const CancellationToken& cancellation, const BodySink& sink, const HeadSink& head = {});

 private:
  class Pool;
  std::unique_ptr<Pool> pool_;
};

}  // namespace sagespark::http
