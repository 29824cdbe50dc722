#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <thread>

#include "sagespark/http/client.h"
#include "sagespark/http/server.h"
#include "sagespark/server/tls/certificate_authority.h"
#include "sagespark/server/tls/local_identities.h"
#include "sagespark/testing/temporary_folder.h"
#include "targets.h"

// Bytes on connections: what clients send to the server, TLS and the requests of a proxy included, and what containers answer.
namespace sagespark::fuzz {
namespace {

using std::chrono::milliseconds;

constexpr size_t kMostBodyBytes = 1 << 16;

class Socket {
 public:
  explicit Socket(int descriptor) : descriptor_(descriptor) { SAGESPARK_CHECK(descriptor >= 0); }
  ~Socket() { close(descriptor_); }
  Socket(const Socket&) = delete;
  int get() const { return descriptor_; }

 private:
  const int descriptor_;
};

sockaddr_in Loopback(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// Sends the bytes and nothing more, and returns all that is answered.
std::string Exchange(uint16_t port, std::string_view bytes) {
  const Socket client(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval patience{.tv_sec = 20, .tv_usec = 0};
  setsockopt(client.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  sockaddr_in address = Loopback(port);
  SAGESPARK_CHECK(connect(client.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
  while (!bytes.empty()) {
    const ssize_t sent = send(client.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) break;  // Closed before the end, which it may.
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  shutdown(client.get(), SHUT_WR);
  std::string answer;
  char buffer[4096];
  while (true) {
    const ssize_t count = recv(client.get(), buffer, sizeof(buffer), 0);
    SAGESPARK_CHECK(count >= 0 || errno == ECONNRESET);  // No end of a connection whose client said all is a hang.
    if (count <= 0) return answer;
    answer.append(buffer, static_cast<size_t>(count));
  }
}

void Echo(http::Request& request, http::ResponseWriter& response) {
  const auto body = http::ReadAll(*request.body, kMostBodyBytes);
  static_cast<void>(response.Send({.status = body.ok() ? 200 : 400, .body = body.ok() ? *body : body.error().message()}).ok());
}

http::Server& EchoServer() {
  static const TemporaryFolder folder;
  static const std::unique_ptr<http::Server> server = [] {
    auto authority = server::CertificateAuthority::OpenOrCreate(folder.path());
    SAGESPARK_CHECK(authority.ok());
    http::ServerOptions options{.header_timeout = milliseconds(1000), .idle_timeout = milliseconds(1000), .io_timeout = milliseconds(1000)};
    options.tls_identities =
        server::LocalIdentities(std::make_shared<const server::CertificateAuthority>(*std::move(authority)), "127.0.0.1");
    options.stands_in_for = server::IsServedAwsHost;
    auto started = http::Server::Start(std::move(options), Echo);
    SAGESPARK_CHECK(started.ok());
    return *std::move(started);
  }();
  return *server;
}

/// A container that answers every request with the same bytes.
class Container {
 public:
  Container() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = Loopback(0);
    socklen_t size = sizeof(address);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    SAGESPARK_CHECK(bind(listener_.get(), generic, size) == 0 && listen(listener_.get(), 16) == 0 &&
                    getsockname(listener_.get(), generic, &size) == 0);
    port_ = ntohs(address.sin_port);
  }

  uint16_t port() const { return port_; }

  void AnswerOne(std::string_view bytes) const {
    const Socket client(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    std::string request;
    char buffer[4096];
    while (request.find("\r\n\r\n") == request.npos) {
      const ssize_t count = recv(client.get(), buffer, sizeof(buffer), 0);
      if (count <= 0) return;
      request.append(buffer, static_cast<size_t>(count));
    }
    static_cast<void>(!send(client.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
  }

 private:
  const Socket listener_;
  uint16_t port_ = 0;
};

}  // namespace

void Connection(std::string_view bytes) {
  const std::string answer = Exchange(EchoServer().port(), bytes);
  const bool is_tls = answer.starts_with('\x15') || answer.starts_with('\x16');
  SAGESPARK_CHECK(answer.empty() || is_tls || answer.starts_with("HTTP/1.1 "));
}

void ContainerReply(std::string_view bytes) {
  static const Container container;
  std::thread answering([&] { container.AnswerOne(bytes); });
  uint64_t taken = 0;
  http::Client client({.port = container.port(), .max_header_bytes = 8192, .max_body_bytes = kMostBodyBytes});
  const auto reply = client.Send({.target = "/"}, Deadline::After(milliseconds(20'000)), {}, [&](std::string_view piece) {
    taken += piece.size();
    return Status::Ok();
  });
  answering.join();
  SAGESPARK_CHECK(taken <= kMostBodyBytes);
  SAGESPARK_CHECK(reply.ok() || reply.error().kind() != ErrorKind::kTimeout);
  if (reply.ok()) SAGESPARK_CHECK(reply->status >= 0 && reply->status <= 999);
}

}  // namespace sagespark::fuzz
