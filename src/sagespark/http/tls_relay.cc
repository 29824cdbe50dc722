#include "sagespark/http/tls_relay.h"

#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cctype>
#include <utility>

#include "sagespark/base/log.h"

namespace sagespark::http {
namespace {

namespace net = boost::asio;
namespace ssl = net::ssl;
using boost::system::error_code;
using net::ip::tcp;
using std::chrono::milliseconds;
using LocalSocket = net::local::stream_protocol::socket;

constexpr size_t kBufferBytes = 32 << 10;  // Two of TLS's largest records.
constexpr size_t kMaxContexts = 512;       // Buckets have hosts of their own; beyond it, all are made anew.
constexpr milliseconds kGoodbye{2'000};

auto Into(error_code& error) { return net::redirect_error(net::use_awaitable, error); }

/// One client: its socket with TLS, and the relay's end of the socket pair.
struct Link {
  Link(tcp::socket client_socket, ssl::context& context, milliseconds write)
      : client(std::move(client_socket), context),
        server(client.get_executor()),
        patience(client.get_executor()),
        write_timeout(write) {}

  /// Closes the client's socket unless called again in time; pending operations on it then fail.
  void GiveTime(milliseconds time) {
    patience.expires_after(time);
    patience.async_wait([this, self = this_link.lock()](error_code cancelled) {
      if (!cancelled) Close();
    });
  }
  void Close() {
    error_code ignored;
    client.next_layer().close(ignored);
  }

  ssl::stream<tcp::socket> client;
  LocalSocket server;
  net::steady_timer patience;
  milliseconds write_timeout;
  std::weak_ptr<Link> this_link;
};

net::awaitable<void> ClientToServer(std::shared_ptr<Link> link) {
  std::array<char, kBufferBytes> buffer;
  error_code error;
  while (!error) {
    const size_t size = co_await link->client.async_read_some(net::buffer(buffer), Into(error));
    if (size > 0 && !error) co_await net::async_write(link->server, net::buffer(buffer.data(), size), Into(error));
  }
  link->server.shutdown(LocalSocket::shutdown_send, error);
}

net::awaitable<void> ServerToClient(std::shared_ptr<Link> link) {
  std::array<char, kBufferBytes> buffer;
  error_code error;
  while (!error) {
    const size_t size = co_await link->server.async_read_some(net::buffer(buffer), Into(error));
    if (error) break;
    link->GiveTime(link->write_timeout);
    co_await net::async_write(link->client, net::buffer(buffer.data(), size), Into(error));
    link->patience.cancel();
  }
  // The server has said all: so is the client told, which ends the other direction, too.
  link->GiveTime(kGoodbye);
  co_await link->client.async_shutdown(Into(error));
  link->patience.cancel();
  link->Close();
  link->server.close(error);
}

/// Two connected sockets: the relay's end, and the server's dressed as what the server takes from its listener.
std::optional<tcp::socket> ConnectServer(net::io_context& io, LocalSocket& relay_end) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return std::nullopt;
  relay_end.assign(net::local::stream_protocol(), ends[0]);
  tcp::socket server_end(io);
  server_end.assign(tcp::v4(), ends[1]);
  return server_end;
}

std::string LowerCase(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

Result<std::unique_ptr<TlsRelay>> TlsRelay::Make(net::io_context& io, TlsIdentities identities, Timeouts timeouts) {
  std::unique_ptr<TlsRelay> relay(new TlsRelay(io, std::move(identities), timeouts));
  SAGESPARK_ASSIGN_OR_RETURN(ssl::context* const context, relay->ContextOf(""));
  static_cast<void>(context);
  return relay;
}

Result<ssl::context*> TlsRelay::ContextOf(const std::string& host) {
  const auto known = contexts_.find(host);
  if (known != contexts_.end()) return known->second.get();
  SAGESPARK_ASSIGN_OR_RETURN(const TlsIdentity identity, identities_(host));
  auto context = std::make_unique<ssl::context>(ssl::context::tls_server);
  error_code error;
  context->set_options(ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1, error);
  if (!error) context->use_certificate_chain(net::buffer(identity.certificate_chain), error);
  if (!error) context->use_private_key(net::buffer(identity.private_key), ssl::context::pem, error);
  if (error) return InternalError("Certificate cannot be used for host \"" + host + "\": " + error.message());
  SSL_CTX_set_tlsext_servername_arg(context->native_handle(), this);
  SSL_CTX_set_tlsext_servername_callback(context->native_handle(), +[](SSL* connection, int*, void* self) {
    return static_cast<TlsRelay*>(self)->ChooseContext(connection);
  });
  // SSL connections count their references to contexts, so that forgetting one is safe; that of no host stays for new ones.
  if (contexts_.size() >= kMaxContexts) std::erase_if(contexts_, [](const auto& entry) { return !entry.first.empty(); });
  return (contexts_[host] = std::move(context)).get();
}

int TlsRelay::ChooseContext(void* ssl) {
  SSL* const connection = static_cast<SSL*>(ssl);
  const char* name = SSL_get_servername(connection, TLSEXT_NAMETYPE_host_name);
  if (name == nullptr) return SSL_TLSEXT_ERR_OK;
  error_code no_address;
  net::ip::make_address(name, no_address);
  if (!no_address) return SSL_TLSEXT_ERR_OK;  // No host name, though some clients send it as one.
  const Result<ssl::context*> context = ContextOf(LowerCase(name));
  if (!context.ok()) {
    Log(LogLevel::kWarning, "TLS refused: " + context.error().message());
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  SSL_set_SSL_CTX(connection, (*context)->native_handle());
  return SSL_TLSEXT_ERR_OK;
}

net::awaitable<std::optional<tcp::socket>> TlsRelay::Accept(tcp::socket socket, std::string input) {
  const auto link = std::make_shared<Link>(std::move(socket), *contexts_.at(""), timeouts_.write);
  link->this_link = link;
  link->GiveTime(timeouts_.handshake);
  error_code error;
  co_await link->client.async_handshake(ssl::stream_base::server, net::buffer(input), Into(error));
  link->patience.cancel();
  if (error) co_return std::nullopt;
  std::optional<tcp::socket> server_end = ConnectServer(io_, link->server);
  if (!server_end) co_return std::nullopt;
  net::co_spawn(io_, ClientToServer(link), net::detached);
  net::co_spawn(io_, ServerToClient(link), net::detached);
  co_return server_end;
}

}  // namespace sagespark::http
