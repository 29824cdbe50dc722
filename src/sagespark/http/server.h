#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sagespark/base/cancellation.h"
#include "sagespark/base/result.h"
#include "sagespark/http/message.h"
#include "sagespark/http/tls.h"

namespace sagespark::http {

/// Bytes that come when they are asked for.
class BodyReader {
 public:
  virtual ~BodyReader() = default;

  /// Reads up to `size` bytes; 0 means the end. Errors repeat on every later call.
  virtual Result<size_t> Read(char* buffer, size_t size) = 0;
};

/// Reads all that `body` has. Fails with kResourceLimit beyond `max_bytes`.
Result<std::string> ReadAll(BodyReader& body, size_t max_bytes);

/// A request whose head has arrived; the body comes when it is read. Valid while the handler runs.
struct Request {
  std::string method;     ///< "GET".
  std::string target;     ///< As it came: "/a%20b?x=1".
  std::string raw_path;   ///< The part before "?", as it came. A scheme and host in front are cut off.
  std::string path;       ///< raw_path percent-decoded; a broken escape stays as it is.
  std::string raw_query;  ///< The part behind "?", as it came.
  std::vector<QueryParameter> query;
  Headers headers;
  std::string peer_address;                ///< "127.0.0.1".
  std::optional<uint64_t> content_length;  ///< Nothing for chunked bodies; 0 without a body.
  CancellationToken cancellation;          ///< Cancelled when a stopping server loses its patience.

  /// The body. The first read answers `Expect: 100-continue`. Fails with kCorruptData (bad chunks),
  /// kUnavailable (cut connection), kTimeout (too slow) or kResourceLimit (over max_body_bytes).
  BodyReader* body = nullptr;

  /// The first parameter of that name, or null.
  const std::string* FindQuery(std::string_view name) const;
};

/// Takes the reply to one request: Send, or Start and any number of Writes. A handler that does neither
/// answers 500. Replies to HEAD requests keep their headers and lose their body.
class ResponseWriter {
 public:
  virtual ~ResponseWriter() = default;

  /// Sends a whole reply. Content-Length is set from the body unless the headers have one (as for HEAD).
  virtual Status Send(const Response& response) = 0;

  /// Sends the head of a reply whose body is then pushed by Write: `content_length` bytes, or chunked.
  virtual Status Start(int status, const Headers& headers, std::optional<uint64_t> content_length) = 0;

  /// Sends a piece of the body. Fails with kUnavailable or kTimeout when the client is gone or too slow.
  /// Too few bytes at the handler's end cut the connection, so that the client sees the loss.
  virtual Status Write(std::string_view bytes) = 0;

  /// Write of `size` bytes of a file from `offset` on, which need not pass through this process. Fails with kIo, too, when the file is
  /// shorter.
  virtual Status WriteFile(int file, uint64_t offset, uint64_t size) = 0;

  /// True once Send or Start was called.
  virtual bool started() const = 0;
};

/// Answers a request; called on a worker thread and may block. An exception answers 500.
using Handler = std::function<void(Request& request, ResponseWriter& response)>;

struct ServerOptions {
  std::string host = "127.0.0.1";  ///< A numeric address.
  uint16_t port = 0;               ///< 0 takes any free one.
  int max_workers = 32;            ///< Handlers that run at a time; further requests wait.
  int max_connections = 4096;      ///< Further ones are closed at once.
  size_t max_header_bytes = 64 << 10;  ///< Request line and headers; beyond it 431.
  size_t max_header_count = 200;
  uint64_t max_body_bytes = uint64_t{6} << 40;
  std::chrono::milliseconds header_timeout{10'000};  ///< From the first byte of a head to its end.
  std::chrono::milliseconds idle_timeout{75'000};    ///< Of a kept connection without a request.
  std::chrono::milliseconds io_timeout{30'000};      ///< Of one wait for body bytes, or for room to write.
  uint64_t min_body_bytes_per_second = 512;          ///< Average asked of a body once io_timeout was waited for it.

  /// With identities, clients may speak TLS on the same port: the first byte tells. Without, none does.
  TlsIdentities tls_identities = nullptr;
  bool url_has_tls = false;  ///< What url() says: "https://".
  /// Whether this server stands in for `host` ("sts.us-east-1.amazonaws.com") when a client takes it for a proxy and asks for a
  /// tunnel there (CONNECT); other hosts get 403. Without it, all do.
  std::function<bool(const std::string& host)> stands_in_for = nullptr;
};

/// An HTTP/1.1 server. Heads are read asynchronously by one thread, so idle connections cost no thread;
/// handlers run on a bounded pool of workers that grows on demand. TLS is spoken by that one thread, too.
class Server {
 public:
  /// Listens and starts to serve. Fails with kAlreadyExists "Port is already in use: 127.0.0.1:80",
  /// kInvalidArgument for a host that is no address, kIo for what the system refuses.
  static Result<std::unique_ptr<Server>> Start(ServerOptions options, Handler handler);

  /// Stops with a grace of 5 seconds when Stop was not called.
  virtual ~Server() = default;

  virtual uint16_t port() const = 0;

  /// "http://127.0.0.1:8080".
  virtual std::string url() const = 0;

  /// Closes the listener and idle connections, lets running handlers finish for `grace`, then cancels
  /// their tokens, cuts their connections and waits for them. Further calls do nothing.
  virtual void Stop(std::chrono::milliseconds grace) = 0;
};

}  // namespace sagespark::http
