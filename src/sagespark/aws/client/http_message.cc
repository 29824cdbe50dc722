#include "sagespark/aws/client/http_message.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <strings.h>

namespace sagespark::aws {
namespace {

bool SameName(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

class StringBody final : public RequestBody {
 public:
  explicit StringBody(std::shared_ptr<const std::string> bytes) : bytes_(std::move(bytes)) {}

  int64_t size() const override { return static_cast<int64_t>(bytes_->size()); }
  std::string_view in_memory() const override { return *bytes_; }

  Status Rewind() override {
    position_ = 0;
    return Status::Ok();
  }

  Result<size_t> Read(std::span<char> buffer) override {
    const size_t count = std::min(buffer.size(), bytes_->size() - position_);
    std::memcpy(buffer.data(), bytes_->data() + position_, count);
    position_ += count;
    return count;
  }

 private:
  const std::shared_ptr<const std::string> bytes_;
  size_t position_ = 0;
};

Error BadEndpoint(std::string_view url) {
  return InvalidArgument("Endpoint URL is not of the form http://host[:port] or https://host[:port]: \"" +
                         std::string(url) + "\"");
}

}  // namespace

void HttpHeaders::Set(std::string_view name, std::string value) {
  Remove(name);
  Add(std::string(name), std::move(value));
}

void HttpHeaders::Remove(std::string_view name) {
  std::erase_if(fields_, [&](const auto& field) { return SameName(field.first, name); });
}

const std::string* HttpHeaders::Find(std::string_view name) const {
  for (const auto& [key, value] : fields_) {
    if (SameName(key, name)) return &value;
  }
  return nullptr;
}

std::string HttpHeaders::Get(std::string_view name) const {
  const std::string* value = Find(name);
  return value == nullptr ? std::string() : *value;
}

std::string Endpoint::HostHeader() const {
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return port == (tls ? 443 : 80) ? name : name + ":" + std::to_string(port);
}

std::string Endpoint::ToString() const { return (tls ? "https://" : "http://") + HostHeader() + base_path; }

Result<Endpoint> ParseEndpoint(std::string_view url) {
  Endpoint endpoint;
  std::string_view rest = url;
  if (rest.starts_with("https://")) {
    endpoint.tls = true;
    endpoint.port = 443;
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else {
    return BadEndpoint(url);
  }
  const size_t slash = rest.find('/');
  std::string_view authority = rest.substr(0, slash);
  std::string_view path = slash == std::string_view::npos ? std::string_view() : rest.substr(slash);
  if (path.find_first_of("?#") != std::string_view::npos) return BadEndpoint(url);
  while (path.ends_with('/')) path.remove_suffix(1);
  endpoint.base_path = path;
  std::string_view port;
  if (authority.starts_with('[')) {
    const size_t end = authority.find(']');
    if (end == std::string_view::npos) return BadEndpoint(url);
    endpoint.host = authority.substr(1, end - 1);
    authority.remove_prefix(end + 1);
    if (!authority.empty() && authority[0] != ':') return BadEndpoint(url);
    port = authority.empty() ? authority : authority.substr(1);
  } else {
    const size_t colon = authority.find(':');
    endpoint.host = authority.substr(0, colon);
    if (colon != std::string_view::npos) {
      port = authority.substr(colon + 1);
      if (port.empty()) return BadEndpoint(url);
    }
  }
  if (endpoint.host.empty() || endpoint.host.find_first_of("@?# ") != std::string::npos) return BadEndpoint(url);
  if (!port.empty()) {
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
    if (error != std::errc() || end != port.data() + port.size() || endpoint.port == 0) return BadEndpoint(url);
  }
  return endpoint;
}

std::shared_ptr<RequestBody> MakeBody(std::string bytes) {
  return MakeBody(std::make_shared<const std::string>(std::move(bytes)));
}

std::shared_ptr<RequestBody> MakeBody(std::shared_ptr<const std::string> bytes) {
  return std::make_shared<StringBody>(std::move(bytes));
}

std::string HttpRequest::ToString() const { return method + " " + endpoint.ToString() + path; }

}  // namespace sagespark::aws
