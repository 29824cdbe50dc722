#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sagespark/base/result.h"

namespace sagespark::aws {

/// Header fields in the order added; names compare without case.
class HttpHeaders {
 public:
  HttpHeaders() = default;
  HttpHeaders(std::initializer_list<std::pair<std::string, std::string>> fields) : fields_(fields) {}

  void Add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  /// Adds the field in place of others of that name.
  void Set(std::string_view name, std::string value);
  void Remove(std::string_view name);

  /// The first field's value, or null.
  const std::string* Find(std::string_view name) const;
  /// The first field's value, or "".
  std::string Get(std::string_view name) const;

  const std::vector<std::pair<std::string, std::string>>& fields() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// Where a service answers.
struct Endpoint {
  bool tls = false;
  std::string host;  ///< A name or an IP address.
  uint16_t port = 80;
  std::string base_path;  ///< "" or "/x", without a slash at its end.

  /// The Host header: without the port where it is the scheme's own.
  std::string HostHeader() const;
  std::string ToString() const;
  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

/// Parses "http://host[:port][/path]" or https. Fails with kInvalidArgument.
Result<Endpoint> ParseEndpoint(std::string_view url);

/// The bytes of a request. While a request runs it is read on another thread than the caller's; never on two.
class RequestBody {
 public:
  virtual ~RequestBody() = default;

  /// Bytes in all.
  virtual int64_t size() const = 0;
  /// Goes back to the first byte; called before each attempt.
  virtual Status Rewind() = 0;
  /// Reads up to `buffer.size()` bytes; 0 means the end.
  virtual Result<size_t> Read(std::span<char> buffer) = 0;
  /// All bytes where they lie in memory at once, else an empty view.
  virtual std::string_view in_memory() const { return {}; }
};

/// A body in memory.
std::shared_ptr<RequestBody> MakeBody(std::string bytes);
std::shared_ptr<RequestBody> MakeBody(std::shared_ptr<const std::string> bytes);

struct HttpRequest {
  std::string method = "GET";
  Endpoint endpoint;
  std::string path = "/";  ///< Percent-encoded, from "/"; the endpoint's base path is not in it.
  std::string query;       ///< Percent-encoded, without "?".
  HttpHeaders headers;     ///< Without Host and Content-Length, which the client sets.
  std::shared_ptr<RequestBody> body;  ///< Null for none.

  /// "PUT http://host:1/path": for messages, hence without the query.
  std::string ToString() const;
};

/// A whole reply.
struct HttpResponse {
  int status = 0;
  HttpHeaders headers;
  std::string body;
};

}  // namespace sagespark::aws
