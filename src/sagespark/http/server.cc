#include "sagespark/http/server.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <condition_variable>
#include <iterator>
#include <mutex>
#include <thread>
#include <unordered_set>

#include "sagespark/base/log.h"
#include "sagespark/base/uri.h"
#include "sagespark/base/version.h"
#include "sagespark/http/exchange.h"
#include "sagespark/http/tls_relay.h"
#include "sagespark/http/worker_pool.h"

namespace sagespark::http {
namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;
using net::ip::tcp;
using std::chrono::milliseconds;
using HeadParser = beast::http::request_parser<beast::http::empty_body>;

struct Connection {
  explicit Connection(tcp::socket socket) : stream(std::move(socket)), worker_done(stream.get_executor()) {}

  beast::tcp_stream stream;
  net::steady_timer worker_done;  ///< Cancelled when the worker gives the connection back.
  std::string peer_address;
  std::string input;              ///< Bytes that came behind the last head.
  bool in_handler = false;        ///< Owned by a worker.
  bool keep_alive = true;         ///< Written by the worker before it gives the connection back.
};

/// "/a?b" of "/a?b" and of "http://host/a?b".
std::string_view OriginForm(std::string_view target) {
  const size_t scheme_end = target.find("://");
  if (target.starts_with('/') || scheme_end == target.npos) return target;
  const size_t path = target.find_first_of("/?", scheme_end + 3);
  return path == target.npos ? std::string_view("/") : target.substr(path);
}

std::string DecodePath(std::string_view raw_path) {
  Result<std::string> decoded = PercentDecode(raw_path);
  return decoded.ok() ? *std::move(decoded) : std::string(raw_path);
}

/// Does the header hold `token` in its comma-separated list?
bool HasToken(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    std::string_view item = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), item.size() + 1));
    while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
    while (!item.empty() && item.back() == ' ') item.remove_suffix(1);
    if (EqualsIgnoringCase(item, token)) return true;
  }
  return false;
}

class AsioServer final : public Server {
 public:
  AsioServer(ServerOptions options, Handler handler)
      : options_(std::move(options)),
        handler_(std::move(handler)),
        acceptor_(io_),
        accept_pause_(io_),
        work_(io_.get_executor()),
        workers_(options_.max_workers) {}

  ~AsioServer() override { Stop(milliseconds(5'000)); }

  Status Listen();
  uint16_t port() const override { return port_; }
  std::string url() const override {
    const bool is_v6 = options_.host.find(':') != std::string::npos;
    return (options_.url_has_tls ? "https://" : "http://") + (is_v6 ? "[" + options_.host + "]" : options_.host) + ":" + std::to_string(port_);
  }
  void Stop(milliseconds grace) override;

 private:
  net::awaitable<void> Accept();
  net::awaitable<void> Serve(std::shared_ptr<Connection> connection);
  net::awaitable<void> Exchanges(std::shared_ptr<Connection> connection, beast::flat_buffer& buffer);
  net::awaitable<void> Handover(std::shared_ptr<Connection> connection, HeadParser& parser);
  net::awaitable<void> ServeInsideTls(Connection& connection, beast::flat_buffer& buffer);
  net::awaitable<void> Tunnel(Connection& connection, beast::flat_buffer& buffer, std::string_view authority);
  net::awaitable<bool> ReadFirst(Connection& connection, beast::flat_buffer& buffer);
  net::awaitable<bool> ReadHead(Connection& connection, beast::flat_buffer& buffer, HeadParser& parser);
  void Refuse(Connection& connection, int status, std::string_view why = {});
  void Reply(Connection& connection, const std::string& reply);
  void Handle(Connection& connection, HeadParser& parser);
  void RunHandler(Request& request, Exchange& exchange);

  const ServerOptions options_;
  const Handler handler_;
  net::io_context io_{1};
  tcp::acceptor acceptor_;
  net::steady_timer accept_pause_;
  net::executor_work_guard<net::io_context::executor_type> work_;
  uint16_t port_ = 0;
  std::unordered_set<Connection*> connections_;  ///< Touched by the io thread only.
  std::unique_ptr<TlsRelay> tls_;                ///< The same; null without identities.
  CancellationSource cancellation_;

  std::mutex mutex_;
  std::condition_variable idle_;
  int running_ = 0;       ///< Requests that workers hold or will.
  bool stopping_ = false;
  std::mutex stop_mutex_;
  bool stopped_ = false;

  WorkerPool workers_;
  std::thread io_thread_;
};

Status AsioServer::Listen() {
  error_code error;
  const net::ip::address address = net::ip::make_address(options_.host, error);
  if (error) return InvalidArgument("Host is not a numeric address: " + options_.host);
  const tcp::endpoint endpoint(address, options_.port);
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(net::socket_base::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(net::socket_base::max_listen_connections, error);
  if (error == net::error::address_in_use) {
    return AlreadyExists("Port is already in use: " + options_.host + ":" + std::to_string(options_.port));
  }
  if (error) {
    return IoError("Cannot listen at " + options_.host + ":" + std::to_string(options_.port), error.value());
  }
  if (options_.tls_identities) {
    SAGESPARK_ASSIGN_OR_RETURN(tls_, TlsRelay::Make(io_, options_.tls_identities,
                                                    {.handshake = options_.header_timeout, .write = options_.io_timeout}));
  }
  port_ = acceptor_.local_endpoint().port();
  net::co_spawn(io_, Accept(), net::detached);
  io_thread_ = std::thread([this] { io_.run(); });
  return Status::Ok();
}

net::awaitable<void> AsioServer::Accept() {
  while (acceptor_.is_open()) {
    error_code error;
    tcp::socket socket = co_await acceptor_.async_accept(net::redirect_error(net::use_awaitable, error));
    if (error == net::error::operation_aborted) co_return;
    if (error) {  // Out of file descriptors, most likely: let some be closed.
      accept_pause_.expires_after(milliseconds(50));
      co_await accept_pause_.async_wait(net::redirect_error(net::use_awaitable, error));
      continue;
    }
    if (connections_.size() >= static_cast<size_t>(options_.max_connections)) continue;
    socket.set_option(tcp::no_delay(true), error);
    const auto peer = socket.remote_endpoint(error);
    if (error) continue;
    auto connection = std::make_shared<Connection>(std::move(socket));
    connection->peer_address = peer.address().to_string();
    net::co_spawn(io_, Serve(std::move(connection)), net::detached);
  }
}

net::awaitable<void> AsioServer::Serve(std::shared_ptr<Connection> connection) {
  connections_.insert(connection.get());
  beast::flat_buffer buffer(options_.max_header_bytes);
  if (co_await ReadFirst(*connection, buffer)) {
    if (tls_ != nullptr && TlsRelay::IsTls(*static_cast<const char*>(buffer.data().data()))) {
      co_await ServeInsideTls(*connection, buffer);
    } else {
      co_await Exchanges(connection, buffer);
    }
  }
  connections_.erase(connection.get());
  connection->stream.close();
}

net::awaitable<void> AsioServer::Exchanges(std::shared_ptr<Connection> connection, beast::flat_buffer& buffer) {
  while (connection->keep_alive && acceptor_.is_open()) {
    HeadParser parser;
    parser.header_limit(static_cast<uint32_t>(options_.max_header_bytes));
    parser.body_limit(boost::none);
    if (!co_await ReadHead(*connection, buffer, parser)) break;
    if (parser.get().method() == beast::http::verb::connect) {
      co_await Tunnel(*connection, buffer, parser.get().target());
      break;
    }
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) break;
      ++running_;
    }
    connection->input.assign(static_cast<const char*>(buffer.data().data()), buffer.size());
    buffer.consume(buffer.size());
    co_await Handover(connection, parser);
    const size_t left = connection->input.size();
    if (left > options_.max_header_bytes) break;
    net::buffer_copy(buffer.prepare(left), net::buffer(connection->input));
    buffer.commit(left);
    connection->input.clear();
    connection->input.shrink_to_fit();
  }
}

net::awaitable<void> AsioServer::Handover(std::shared_ptr<Connection> connection, HeadParser& parser) {
  connection->stream.expires_never();
  connection->in_handler = true;
  connection->worker_done.expires_at(std::chrono::steady_clock::time_point::max());
  workers_.Submit([this, connection, &parser] {
    Handle(*connection, parser);
    net::post(io_, [connection] { connection->worker_done.cancel(); });
    const std::lock_guard lock(mutex_);
    --running_;
    idle_.notify_all();
  });
  error_code cancelled;
  co_await connection->worker_done.async_wait(net::redirect_error(net::use_awaitable, cancelled));
  connection->in_handler = false;
}

net::awaitable<void> AsioServer::ServeInsideTls(Connection& connection, beast::flat_buffer& buffer) {
  const std::string input(static_cast<const char*>(buffer.data().data()), buffer.size());
  connection.stream.expires_never();
  std::optional<tcp::socket> inside = co_await tls_->Accept(connection.stream.release_socket(), input);
  if (!inside || !acceptor_.is_open()) co_return;
  auto inner = std::make_shared<Connection>(*std::move(inside));
  inner->peer_address = connection.peer_address;
  net::co_spawn(io_, Serve(std::move(inner)), net::detached);
}

net::awaitable<void> AsioServer::Tunnel(Connection& connection, beast::flat_buffer& buffer, std::string_view authority) {
  const std::string host(authority.substr(0, authority.rfind(':')));
  if (tls_ == nullptr || !options_.stands_in_for || !options_.stands_in_for(host)) {
    Refuse(connection, 403, "sagespark stands in for the AWS services that it serves and reaches no other host: " + host + "\n");
    co_return;
  }
  Reply(connection, "HTTP/1.1 200 Connection established\r\n\r\n");
  if (!co_await ReadFirst(connection, buffer)) co_return;
  if (!TlsRelay::IsTls(*static_cast<const char*>(buffer.data().data()))) {
    Refuse(connection, 400, "Inside a tunnel only TLS is spoken\n");
    co_return;
  }
  co_await ServeInsideTls(connection, buffer);
}

/// Waits until the client has sent something.
net::awaitable<bool> AsioServer::ReadFirst(Connection& connection, beast::flat_buffer& buffer) {
  if (buffer.size() > 0) co_return true;
  error_code error;
  connection.stream.expires_after(options_.idle_timeout);
  const size_t read = co_await connection.stream.async_read_some(
      buffer.prepare(std::min<size_t>(4096, options_.max_header_bytes)),
      net::redirect_error(net::use_awaitable, error));
  if (error) co_return false;
  buffer.commit(read);
  co_return true;
}

net::awaitable<bool> AsioServer::ReadHead(Connection& connection, beast::flat_buffer& buffer, HeadParser& parser) {
  if (!co_await ReadFirst(connection, buffer)) co_return false;
  error_code error;
  connection.stream.expires_after(options_.header_timeout);
  co_await beast::http::async_read_header(connection.stream, buffer, parser,
                                          net::redirect_error(net::use_awaitable, error));
  const auto& head = parser.get();
  if (!error && static_cast<size_t>(std::distance(head.begin(), head.end())) > options_.max_header_count) {
    error = beast::http::error::header_limit;
  }
  if (!error) co_return true;
  if (error == beast::http::error::header_limit || error == beast::http::error::buffer_overflow) {
    Refuse(connection, 431);
  } else if (error.category() == beast::http::make_error_code(beast::http::error::bad_method).category() &&
             error != beast::http::error::end_of_stream && error != beast::http::error::partial_message) {
    Refuse(connection, 400);
  }
  co_return false;
}

void AsioServer::Refuse(Connection& connection, int status, std::string_view why) {
  Reply(connection, "HTTP/1.1 " + std::to_string(status) + " " + std::string(ReasonPhrase(status)) +
                        "\r\nServer: " + std::string(NameAndVersion()) + "\r\nContent-Length: " + std::to_string(why.size()) +
                        "\r\nConnection: close\r\n\r\n" + std::string(why));
  error_code ignored;
  if (connection.stream.socket().is_open()) connection.stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
}

/// The socket is new to writing, or its last reply was taken: a short one fits its buffer and cannot block.
void AsioServer::Reply(Connection& connection, const std::string& reply) {
  error_code ignored;
  tcp::socket& socket = connection.stream.socket();
  if (!socket.is_open()) return;  // A timeout has closed it.
  socket.non_blocking(true, ignored);
  socket.send(net::buffer(reply), 0, ignored);
}

void AsioServer::Handle(Connection& connection, HeadParser& parser) {
  const auto& head = parser.get();
  Request request;
  request.method = std::string(head.method_string());
  request.target = std::string(head.target());
  const std::string_view target = OriginForm(request.target);
  const size_t question = target.find('?');
  request.raw_path = std::string(target.substr(0, question));
  request.path = DecodePath(request.raw_path);
  if (question != target.npos) request.raw_query = std::string(target.substr(question + 1));
  request.query = ParseQuery(request.raw_query);
  for (const auto& field : head) {
    request.headers.Add(std::string(field.name_string()), std::string(field.value()));
  }
  request.peer_address = connection.peer_address;
  request.cancellation = cancellation_.token();

  BodyFraming framing{.chunked = parser.chunked(), .content_length = parser.content_length().value_or(0)};
  framing.expects_continue = (framing.chunked || framing.content_length > 0) && head.version() >= 11 &&
                             HasToken(request.headers.Get("Expect"), "100-continue");
  if (!framing.chunked) request.content_length = framing.content_length;
  Exchange exchange(connection.stream.socket().native_handle(), connection.input, options_, framing,
                    request.method == "HEAD", head.version() < 11, head.keep_alive());
  request.body = &exchange;
  // A transfer coding that we do not undo would be taken for the body itself.
  const std::string* coding = request.headers.Find("Transfer-Encoding");
  if (coding != nullptr && !EqualsIgnoringCase(*coding, "chunked")) {
    exchange.DisableKeepAlive();
    (void)exchange.Send({.status = 501});
  } else {
    RunHandler(request, exchange);
  }
  connection.keep_alive = exchange.Finish();
}

void AsioServer::RunHandler(Request& request, Exchange& exchange) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) exchange.DisableKeepAlive();
  }
  try {
    handler_(request, exchange);
  } catch (const std::exception& exception) {
    Log(LogLevel::kError, std::string("Handler failed: ") + exception.what());
    exchange.DisableKeepAlive();
  }
}

void AsioServer::Stop(milliseconds grace) {
  const std::lock_guard stop_lock(stop_mutex_);
  if (stopped_) return;
  stopped_ = true;
  if (!io_thread_.joinable()) return;  // Never listened.
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  net::post(io_, [this] {
    acceptor_.close();
    accept_pause_.cancel();
    for (Connection* connection : connections_) {
      if (!connection->in_handler) connection->stream.close();
    }
  });
  {
    std::unique_lock lock(mutex_);
    if (!idle_.wait_for(lock, grace, [this] { return running_ == 0; })) {
      lock.unlock();
      cancellation_.Cancel();
      net::post(io_, [this] {
        for (Connection* connection : connections_) {
          if (connection->in_handler) ::shutdown(connection->stream.socket().native_handle(), SHUT_RDWR);
        }
      });
      lock.lock();
      idle_.wait(lock, [this] { return running_ == 0; });
    }
  }
  workers_.Join();
  work_.reset();
  io_thread_.join();
}

}  // namespace

const std::string* Request::FindQuery(std::string_view name) const {
  for (const QueryParameter& parameter : query) {
    if (parameter.name == name) return &parameter.value;
  }
  return nullptr;
}

Result<std::string> ReadAll(BodyReader& body, size_t max_bytes) {
  std::string all;
  size_t size = 0;
  while (true) {
    all.resize(std::max<size_t>(size + (16 << 10), size * 2));
    SAGESPARK_ASSIGN_OR_RETURN(const size_t read, body.Read(all.data() + size, all.size() - size));
    if (read == 0) break;
    size += read;
    if (size > max_bytes) return ResourceLimit("Request body is too long: over " + std::to_string(max_bytes) + " bytes");
  }
  all.resize(size);
  return all;
}

Result<std::unique_ptr<Server>> Server::Start(ServerOptions options, Handler handler) {
  auto server = std::make_unique<AsioServer>(std::move(options), std::move(handler));
  SAGESPARK_RETURN_IF_ERROR(server->Listen());
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace sagespark::http
