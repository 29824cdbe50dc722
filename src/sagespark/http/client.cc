#include "sagespark/http/client.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <future>
#include <mutex>
#include <optional>
#include <vector>

#include "sagespark/http/socket_io.h"

namespace sagespark::http {
namespace {

namespace beast = boost::beast;
using boost::system::error_code;
using std::chrono::milliseconds;
using ReplyParser = beast::http::response_parser<beast::http::buffer_body>;

constexpr size_t kReceiveBytes = 64 << 10;
constexpr size_t kFirstReceiveBytes = 4 << 10;  // Most replies are short, and a large buffer costs more than they do.

class Socket {
 public:
  explicit Socket(int descriptor = -1) : descriptor_(descriptor) {}
  Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~Socket() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

/// A kept connection that the peer has closed, or on which it speaks unasked, is of no use.
bool IsUsable(const Socket& socket) {
  char byte;
  return recv(socket.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

milliseconds TimeLeft(const Deadline& deadline) {
  return std::min(deadline.left(), milliseconds(std::chrono::hours(24)));
}

Result<Socket> Connect(const ClientOptions& options, const Deadline& deadline) {
  sockaddr_storage storage{};
  socklen_t length = 0;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
  if (inet_pton(AF_INET, options.host.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(options.port);
    length = sizeof(*v4);
  } else if (inet_pton(AF_INET6, options.host.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(options.port);
    length = sizeof(*v6);
  } else {
    return InvalidArgument("Host is not a numeric address: " + options.host);
  }
  Socket socket(::socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) return IoError("Cannot make a socket", errno);
  const int on = 1;
  setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  const std::string where = options.host + ":" + std::to_string(options.port);
  if (connect(socket.get(), reinterpret_cast<sockaddr*>(&storage), length) != 0) {
    if (errno != EINPROGRESS) return Unavailable(IoError("Cannot connect to " + where, errno).message());
    pollfd entry{.fd = socket.get(), .events = POLLOUT, .revents = 0};
    const int ready = poll(&entry, 1, static_cast<int>(TimeLeft(deadline).count()));
    if (ready == 0) return TimedOut("Cannot connect in time: " + where);
    int error = 0;
    socklen_t size = sizeof(error);
    getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return Unavailable(IoError("Cannot connect to " + where, error).message());
  }
  return socket;
}

std::string RequestHead(const ClientOptions& options, const ClientRequest& request) {
  std::string head = request.method + " " + request.target + " HTTP/1.1\r\n";
  for (const auto& [name, value] : request.headers) head.append(name).append(": ").append(value).append("\r\n");
  if (request.headers.Find("Host") == nullptr) {
    const bool is_v6 = options.host.find(':') != std::string::npos;
    head.append("Host: ").append(is_v6 ? "[" + options.host + "]" : options.host);
    head.append(":").append(std::to_string(options.port)).append("\r\n");
  }
  if (request.body_source && !request.body_length) return head.append("Transfer-Encoding: chunked\r\n\r\n");
  const bool has_body = request.body_source || !request.body.empty() || (request.method != "GET" && request.method != "HEAD");
  if (has_body && request.headers.Find("Content-Length") == nullptr) {
    head.append("Content-Length: ").append(std::to_string(request.body_length.value_or(request.body.size()))).append("\r\n");
  }
  return head.append("\r\n");
}

/// Sends a body that comes in pieces beside the reading of the reply: a server may answer before it has all of it, and each may wait
/// for the other to read.
class BodySender {
 public:
  BodySender(int socket, const std::string& head, const ClientRequest& request, const Deadline& deadline)
      : socket_(socket), request_(request), deadline_(deadline), done_(std::async(std::launch::async, [this, &head] { Run(head); })) {}

  /// Stops what is still being sent, and waits. An error of the source, or nothing.
  std::optional<Error> Finish() {
    shutdown(socket_, SHUT_RDWR);
    done_.wait();
    return source_error_;
  }

 private:
  void Run(std::string head) {
    std::array<iovec, 1> first{iovec{head.data(), head.size()}};
    Status sent = SendAll(socket_, first, TimeLeft(deadline_));
    std::string buffer(kReceiveBytes, '\0');
    for (bool at_end = false; sent.ok() && !at_end;) {
      const auto size = request_.body_source(buffer.data(), buffer.size());
      if (!size.ok()) {
        source_error_ = size.error();
        shutdown(socket_, SHUT_RDWR);  // Wakes the reader: no reply to half a body is wanted.
        return;
      }
      at_end = *size == 0;
      const bool chunked = !request_.body_length;
      char line[24];
      const int length = std::snprintf(line, sizeof(line), "%zx\r\n", *size);
      char end[] = "\r\n";
      std::array<iovec, 3> chunk{iovec{line, chunked ? static_cast<size_t>(length) : 0}, iovec{buffer.data(), *size},
                                 iovec{end, chunked ? size_t{2} : 0}};
      sent = SendAll(socket_, chunk, TimeLeft(deadline_));
    }
  }

  const int socket_;
  const ClientRequest& request_;
  const Deadline& deadline_;
  std::optional<Error> source_error_;
  std::future<void> done_;  ///< Last: its thread uses all of the above.
};

/// Reads one reply from a socket and feeds its body to a sink.
class ReplyReader {
 public:
  ReplyReader(int socket, const ClientOptions& options, const Deadline& deadline, const BodySink& sink, const HeadSink& head)
      : socket_(socket), options_(options), deadline_(deadline), sink_(sink), head_(head), input_(kFirstReceiveBytes, '\0') {
    parser_.header_limit(static_cast<uint32_t>(options.max_header_bytes));
    parser_.body_limit(options.max_body_bytes);
  }

  Status Read(bool is_head) {
    if (is_head) parser_.skip(true);
    while (!parser_.is_done()) {
      SAGESPARK_RETURN_IF_ERROR(Receive());
      SAGESPARK_RETURN_IF_ERROR(Parse());
    }
    return Status::Ok();
  }

  Response TakeHead() const {
    Response response;
    response.status = static_cast<int>(parser_.get().result_int());
    for (const auto& field : parser_.get()) {
      response.headers.Add(std::string(field.name_string()), std::string(field.value()));
    }
    return response;
  }

  bool started() const { return parser_.got_some(); }
  /// May the connection serve another request?
  bool reusable() const { return parser_.get().keep_alive() && end_ == begin_; }

 private:
  Status Receive() {
    const bool was_filled = end_ == input_.size();
    if (begin_ == end_) begin_ = end_ = 0;
    if (end_ == 0 && was_filled) input_.resize(std::max(kReceiveBytes, input_.size()));
    if (end_ == input_.size()) {  // A head that is longer than what is buffered.
      if (begin_ > 0) {
        std::copy(input_.begin() + static_cast<ptrdiff_t>(begin_), input_.begin() + static_cast<ptrdiff_t>(end_),
                  input_.begin());
        end_ -= begin_;
        begin_ = 0;
      } else {
        input_.resize(input_.size() * 2);
      }
    }
    SAGESPARK_ASSIGN_OR_RETURN(const size_t read, ReceiveSome(socket_, input_.data() + end_, input_.size() - end_,
                                                              TimeLeft(deadline_)));
    if (deadline_.passed()) return TimedOut("Reply did not come in time");
    if (read > 0) {
      end_ += read;
      return Status::Ok();
    }
    error_code error;
    if (parser_.got_some()) parser_.put_eof(error);
    if (!parser_.is_done() || error) return Unavailable("Connection was cut before the reply's end");
    return Status::Ok();
  }

  Status Parse() {
    std::array<char, 16 << 10> piece;
    while (begin_ < end_ && !parser_.is_done()) {
      parser_.get().body().data = piece.data();
      parser_.get().body().size = piece.size();
      error_code error;
      const size_t used = parser_.put(boost::asio::buffer(input_.data() + begin_, end_ - begin_), error);
      begin_ += used;
      if (head_ && !told_head_ && parser_.is_header_done()) {
        told_head_ = true;
        SAGESPARK_RETURN_IF_ERROR(head_(TakeHead()));
      }
      const size_t got = parser_.is_header_done() ? piece.size() - parser_.get().body().size : 0;
      if (got > 0) SAGESPARK_RETURN_IF_ERROR(sink_(std::string_view(piece.data(), got)));
      if (error == beast::http::error::need_buffer) continue;
      if (error == beast::http::error::need_more) return Status::Ok();
      if (error == beast::http::error::body_limit) {
        return ResourceLimit("Reply is too long: over " + std::to_string(options_.max_body_bytes) + " bytes");
      }
      if (error) return CorruptData("Reply is not HTTP: " + error.message());
    }
    return Status::Ok();
  }

  const int socket_;
  const ClientOptions& options_;
  const Deadline& deadline_;
  const BodySink& sink_;
  const HeadSink& head_;
  bool told_head_ = false;
  ReplyParser parser_;
  std::string input_;
  size_t begin_ = 0;
  size_t end_ = 0;
};

}  // namespace

/// The options and the idle connections.
class Client::Pool {
 public:
  explicit Pool(ClientOptions options) : options_(std::move(options)) {}

  const ClientOptions& options() const { return options_; }

  Result<Socket> Take(const Deadline& deadline) {
    while (true) {
      Socket socket;
      {
        const std::lock_guard lock(mutex_);
        if (idle_.empty()) break;
        socket = std::move(idle_.back());
        idle_.pop_back();
      }
      if (IsUsable(socket)) return socket;
    }
    return Connect(options_, deadline);
  }

  void GiveBack(Socket socket) {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < options_.max_idle_connections) idle_.push_back(std::move(socket));
  }

 private:
  const ClientOptions options_;
  std::mutex mutex_;
  std::vector<Socket> idle_;
};

Client::Client(ClientOptions options) : pool_(std::make_unique<Pool>(std::move(options))) {}
Client::~Client() = default;

Result<Response> Client::Send(const ClientRequest& request, const Deadline& deadline,
                              const CancellationToken& cancellation) {
  std::string body;
  SAGESPARK_ASSIGN_OR_RETURN(Response response, Send(request, deadline, cancellation, [&](std::string_view piece) {
                               body.append(piece);
                               return Status::Ok();
                             }));
  response.body = std::move(body);
  return response;
}

Result<Response> Client::Send(const ClientRequest& request, const Deadline& deadline,
                              const CancellationToken& cancellation, const BodySink& sink, const HeadSink& head_sink) {
  SAGESPARK_RETURN_IF_ERROR(cancellation.Check());
  SAGESPARK_ASSIGN_OR_RETURN(Socket socket, pool_->Take(deadline));
  ReplyReader reader(socket.get(), pool_->options(), deadline, sink, head_sink);
  // A cancelled call ends at once: the shut socket wakes whatever waits on it. The registration ends before
  // the socket is closed or given back.
  std::shared_ptr<void> registration =
      cancellation.OnCancel([descriptor = socket.get()] { shutdown(descriptor, SHUT_RDWR); });
  std::string head = RequestHead(pool_->options(), request);
  if (request.body_source) {
    BodySender sender(socket.get(), head, request, deadline);
    const Status done = reader.Read(false);
    const std::optional<Error> source_error = sender.Finish();
    registration.reset();
    SAGESPARK_RETURN_IF_ERROR(cancellation.Check());
    if (source_error) return *source_error;
    SAGESPARK_RETURN_IF_ERROR(done);
    return reader.TakeHead();
  }
  std::array<iovec, 2> pieces{iovec{head.data(), head.size()},
                              iovec{const_cast<char*>(request.body.data()), request.body.size()}};
  const Status sent = SendAll(socket.get(), pieces, TimeLeft(deadline));
  // A server may answer before it has taken the whole body, and close: its answer says more than our error.
  Status done = reader.Read(request.method == "HEAD");
  if (!done.ok() && !sent.ok() && !reader.started()) done = sent;
  registration.reset();
  SAGESPARK_RETURN_IF_ERROR(cancellation.Check());
  SAGESPARK_RETURN_IF_ERROR(done);
  if (sent.ok() && reader.reusable()) pool_->GiveBack(std::move(socket));
  return reader.TakeHead();
}

}  // namespace sagespark::http
