#include "sagespark/testing/scripted_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace sagespark::testing_server {
namespace {

std::string LowerCase(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

/// Reads requests from one socket.
class RequestReader {
 public:
  explicit RequestReader(int socket) : socket_(socket) {}

  std::optional<ReceivedRequest> Next() {
    const size_t end = Find("\r\n\r\n");
    if (end == std::string::npos) return std::nullopt;
    ReceivedRequest request = ParseHead(buffer_.substr(0, end));
    buffer_.erase(0, end + 4);
    if (request.header("transfer-encoding") == "chunked") {
      if (!ReadChunks(request.body)) return std::nullopt;
    } else if (const std::string length = request.header("content-length"); !length.empty()) {
      if (!Take(std::stoul(length), request.body)) return std::nullopt;
    }
    return request;
  }

 private:
  static ReceivedRequest ParseHead(const std::string& head) {
    ReceivedRequest request;
    size_t line_start = head.find("\r\n");
    const std::string first = head.substr(0, line_start);
    const size_t space = first.find(' ');
    request.method = first.substr(0, space);
    request.target = first.substr(space + 1, first.rfind(' ') - space - 1);
    while (line_start != std::string::npos) {
      line_start += 2;
      const size_t line_end = head.find("\r\n", line_start);
      const std::string line = head.substr(line_start, line_end - line_start);
      const size_t colon = line.find(':');
      size_t value = colon + 1;
      while (value < line.size() && line[value] == ' ') ++value;
      request.headers.emplace_back(LowerCase(line.substr(0, colon)), line.substr(value));
      line_start = line_end;
    }
    return request;
  }

  bool Fill() {
    char bytes[65536];
    const ssize_t count = ::recv(socket_, bytes, sizeof bytes, 0);
    if (count <= 0) return false;
    buffer_.append(bytes, static_cast<size_t>(count));
    return true;
  }

  size_t Find(std::string_view what) {
    while (true) {
      const size_t at = buffer_.find(what);
      if (at != std::string::npos) return at;
      if (!Fill()) return std::string::npos;
    }
  }

  bool Take(size_t count, std::string& out) {
    while (buffer_.size() < count) {
      if (!Fill()) return false;
    }
    out.append(buffer_, 0, count);
    buffer_.erase(0, count);
    return true;
  }

  bool ReadChunks(std::string& out) {
    while (true) {
      const size_t end = Find("\r\n");
      if (end == std::string::npos) return false;
      const size_t size = std::stoul(buffer_.substr(0, end), nullptr, 16);
      buffer_.erase(0, end + 2);
      if (!Take(size, out)) return false;
      std::string line_end;
      if (!Take(2, line_end)) return false;
      if (size == 0) return true;
    }
  }

  int socket_;
  std::string buffer_;
};

bool SendAll(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return true;
}

void SetReset(int socket) {
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

std::string Head(const Reply& reply, bool is_head) {
  std::string head = "HTTP/1.1 " + std::to_string(reply.status) + " Scripted\r\n";
  bool has_length = false;
  for (const auto& [name, value] : reply.headers) {
    head += name + ": " + value + "\r\n";
    has_length = has_length || LowerCase(name) == "content-length";
  }
  if (reply.close) head += "Connection: close\r\n";
  if (reply.chunked) {
    head += "Transfer-Encoding: chunked\r\n";
  } else if (!has_length && reply.status != 204 && !is_head) {
    head += "Content-Length: " + std::to_string(reply.body.size()) + "\r\n";
  }
  return head + "\r\n";
}

std::string Chunked(std::string_view body) {
  std::string out;
  for (size_t at = 0; at < body.size(); at += 7) {
    const std::string_view chunk = body.substr(at, 7);
    out += std::to_string(chunk.size()) + "\r\n" + std::string(chunk) + "\r\n";
  }
  return out + "0\r\n\r\n";
}

/// Returns whether the connection may serve another request.
bool SendReply(int socket, const Reply& reply, bool is_head) {
  if (reply.hold_headers != nullptr) reply.hold_headers->Wait();
  if (reply.cut) {
    if (reply.reset) SetReset(socket);
    return false;
  }
  if (!SendAll(socket, Head(reply, is_head))) return false;
  std::string body = is_head ? std::string() : reply.chunked ? Chunked(reply.body) : reply.body;
  if (reply.cut_after) body.resize(std::min(body.size(), *reply.cut_after));
  if (reply.hold_body != nullptr) {
    const size_t first = std::min(body.size(), reply.held_after);
    if (!SendAll(socket, std::string_view(body).substr(0, first))) return false;
    reply.hold_body->Wait();
    body.erase(0, first);
  }
  if (!SendAll(socket, body)) return false;
  if (reply.cut_after && reply.reset) SetReset(socket);
  return !reply.cut_after && !reply.close;
}

sockaddr_in Loopback() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int PortOf(int socket) {
  sockaddr_in address{};
  socklen_t length = sizeof address;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length);
  return ntohs(address.sin_port);
}

}  // namespace

void Gate::Open() {
  std::lock_guard lock(mutex_);
  open_ = true;
  opened_.notify_all();
}

void Gate::Wait() {
  std::unique_lock lock(mutex_);
  opened_.wait(lock, [this] { return open_; });
}

std::string ReceivedRequest::path() const { return target.substr(0, target.find('?')); }

std::string ReceivedRequest::query() const {
  const size_t mark = target.find('?');
  return mark == std::string::npos ? "" : target.substr(mark + 1);
}

std::string ReceivedRequest::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return "";
}

ScriptedServer::ScriptedServer(std::vector<ScriptedExchange> script)
    : script_(std::move(script)), used_(script_.size()) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback();
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 64) != 0) {
    std::abort();
  }
  port_ = PortOf(listener_);
  acceptor_ = std::thread([this] { Accept(); });
}

ScriptedServer::~ScriptedServer() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
    for (const auto& exchange : script_) {
      if (exchange.reply.hold_headers != nullptr) exchange.reply.hold_headers->Open();
      if (exchange.reply.hold_body != nullptr) exchange.reply.hold_body->Open();
    }
  }
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  for (auto& connection : connections_) connection.join();
  for (const auto& request : unexpected_) ADD_FAILURE() << "Request that is not in the script: " << request;
  for (size_t i = 0; i < script_.size(); ++i) {
    if (!used_[i]) {
      ADD_FAILURE() << "Exchange " << i << " of the script was not used: " << script_[i].method << " "
                    << script_[i].path << "?" << script_[i].query;
    }
  }
}

std::vector<ReceivedRequest> ScriptedServer::requests() const {
  std::lock_guard lock(mutex_);
  return requests_;
}

void ScriptedServer::WaitForRequests(size_t count) const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return requests_.size() >= count; });
}

void ScriptedServer::WaitForClosedConnections(size_t count) const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return closed_ >= count; });
}

void ScriptedServer::Accept() {
  for (int connection = 0;; ++connection) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    std::lock_guard lock(mutex_);
    if (stopping_) {
      ::close(socket);
      return;
    }
    sockets_.push_back(socket);
    connections_.emplace_back([this, socket, connection] { Serve(socket, connection); });
  }
}

void ScriptedServer::Serve(int socket, int connection) {
  RequestReader reader(socket);
  while (auto request = reader.Next()) {
    request->connection = connection;
    const bool is_head = request->method == "HEAD";
    if (!SendReply(socket, Answer(*std::move(request)), is_head)) break;
  }
  std::lock_guard lock(mutex_);
  std::erase(sockets_, socket);
  ::close(socket);
  ++closed_;
  changed_.notify_all();
}

Reply ScriptedServer::Answer(ReceivedRequest request) {
  const auto matches = [](const std::string& wanted, const std::string& actual) {
    return wanted.empty() || wanted == actual;
  };
  std::lock_guard lock(mutex_);
  requests_.push_back(request);
  changed_.notify_all();
  for (size_t i = 0; i < script_.size(); ++i) {
    const ScriptedExchange& exchange = script_[i];
    if (used_[i] || !matches(exchange.method, request.method) || !matches(exchange.path, request.path()) ||
        !matches(exchange.query, request.query())) {
      continue;
    }
    used_[i] = true;
    return exchange.reply;
  }
  unexpected_.push_back(request.method + " " + request.target);
  return Reply{.status = 418};
}

int RefusingPort() {
  // Bound and closed again: the kernel does not hand the port out anew at once.
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback();
  if (::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) std::abort();
  const int port = PortOf(socket);
  ::close(socket);
  return port;
}

}  // namespace sagespark::testing_server
