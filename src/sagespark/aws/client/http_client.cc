#include "sagespark/aws/client/http_client.h"

#include <aws/http/connection.h>
#include <aws/http/connection_manager.h>
#include <aws/http/proxy.h>
#include <aws/http/request_response.h>
#include <aws/io/channel_bootstrap.h>
#include <aws/io/socket.h>
#include <aws/io/stream.h>
#include <aws/io/tls_channel_handler.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <optional>

#include "sagespark/aws/client/crt_runtime.h"

namespace sagespark::aws {
namespace {

using crt::Cursor;
using crt::View;

// Reads are acknowledged to the flow-control window in steps of this size at least: each costs a task on the loop.
constexpr size_t kWindowStep = 64 << 10;
constexpr milliseconds kPooledIdleTime = std::chrono::seconds(15);  // Shorter than what servers keep alive.

ErrorKind KindOf(int error_code) {
  switch (error_code) {
    case AWS_IO_SOCKET_TIMEOUT:
    case AWS_IO_TLS_NEGOTIATION_TIMEOUT:
    case AWS_ERROR_HTTP_RESPONSE_FIRST_BYTE_TIMEOUT: return ErrorKind::kTimeout;
    case AWS_ERROR_HTTP_INVALID_HEADER_NAME:
    case AWS_ERROR_HTTP_INVALID_HEADER_VALUE:
    case AWS_ERROR_HTTP_INVALID_METHOD:
    case AWS_ERROR_HTTP_INVALID_PATH: return ErrorKind::kInvalidArgument;
    case AWS_ERROR_OOM: return ErrorKind::kResourceLimit;
    default: return ErrorKind::kUnavailable;
  }
}

/// Lets the library read a RequestBody.
struct BodyStream {
  aws_input_stream base{};
  std::shared_ptr<RequestBody> body;
  bool at_end = false;
  std::function<void()> on_progress;
  std::function<void(Error)> on_error;

  static BodyStream& Of(aws_input_stream* stream) { return *static_cast<BodyStream*>(stream->impl); }

  static int Seek(aws_input_stream*, int64_t, aws_stream_seek_basis) {
    return aws_raise_error(AWS_IO_STREAM_SEEK_UNSUPPORTED);
  }

  static int Read(aws_input_stream* stream, aws_byte_buf* out) {
    BodyStream& self = Of(stream);
    auto count = self.body->Read({reinterpret_cast<char*>(out->buffer + out->len), out->capacity - out->len});
    if (!count.ok()) {
      self.on_error(count.error());
      return aws_raise_error(AWS_IO_STREAM_READ_FAILED);
    }
    out->len += *count;
    self.at_end = *count == 0;
    self.on_progress();
    return AWS_OP_SUCCESS;
  }

  static int GetStatus(aws_input_stream* stream, aws_stream_status* status) {
    *status = {.is_end_of_stream = Of(stream).at_end, .is_valid = true};
    return AWS_OP_SUCCESS;
  }

  static int GetLength(aws_input_stream* stream, int64_t* length) {
    *length = Of(stream).body->size();
    return AWS_OP_SUCCESS;
  }

  static void Acquire(aws_input_stream* stream) { aws_ref_count_acquire(&stream->ref_count); }
  static void Release(aws_input_stream* stream) { aws_ref_count_release(&stream->ref_count); }

  static aws_input_stream* Make(std::shared_ptr<RequestBody> body, std::function<void()> on_progress,
                                std::function<void(Error)> on_error) {
    static const aws_input_stream_vtable vtable{.seek = Seek, .read = Read, .get_status = GetStatus,
                                                .get_length = GetLength, .acquire = Acquire, .release = Release};
    auto* stream = new BodyStream{.body = std::move(body), .on_progress = std::move(on_progress),
                                  .on_error = std::move(on_error)};
    stream->base.impl = stream;
    stream->base.vtable = &vtable;
    aws_ref_count_init(&stream->base.ref_count, stream, [](void* self) { delete static_cast<BodyStream*>(self); });
    return &stream->base;
  }
};

/// One request and its reply. The library's callbacks hold it alive until the last of them.
class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(std::string description, milliseconds idle_timeout, Deadline deadline)
      : description_(std::move(description)), idle_timeout_(idle_timeout), deadline_(deadline) {}

  ~Exchange() {
    if (message_ != nullptr) aws_http_message_release(message_);
    if (body_ != nullptr) aws_input_stream_release(body_);
    if (manager_ != nullptr) aws_http_connection_manager_release(manager_);
  }

  Status Prepare(const HttpRequest& request);

  void Begin(aws_http_connection_manager* manager) {
    aws_http_connection_manager_acquire(manager);
    manager_ = manager;
    aws_http_connection_manager_acquire_connection(manager, OnConnection, new std::shared_ptr(shared_from_this()));
  }

  /// Whether a connection was found and took the request.
  bool was_sent() {
    std::lock_guard lock(mutex_);
    return sent_;
  }

  /// Ends the exchange with `reason`, unless it is over.
  void Abort(Error reason) {
    std::lock_guard lock(mutex_);
    if (completed_ || failure_.has_value()) return;
    failure_ = std::move(reason);
    chunks_.clear();
    if (connection_ != nullptr) {
      aws_http_connection_close(connection_);
      // Bytes that wait for the window would hold up the shutdown.
      if (stream_ != nullptr) aws_http_stream_update_window(stream_, SIZE_MAX / 4);
    }
    changed_.notify_all();
  }

  Status WaitForHeaders() {
    return Wait([this] { return headers_done_; });
  }

  Result<size_t> Read(std::span<char> buffer) {
    SAGESPARK_RETURN_IF_ERROR(Wait([this] { return !chunks_.empty() || (completed_ && !failure_.has_value()); }));
    std::lock_guard lock(mutex_);
    size_t copied = 0;
    while (copied < buffer.size() && !chunks_.empty()) {
      const std::string& chunk = chunks_.front();
      const size_t count = std::min(buffer.size() - copied, chunk.size() - chunk_offset_);
      std::memcpy(buffer.data() + copied, chunk.data() + chunk_offset_, count);
      copied += count;
      chunk_offset_ += count;
      if (chunk_offset_ < chunk.size()) break;
      chunks_.pop_front();
      chunk_offset_ = 0;
    }
    consumed_ += copied;
    if (stream_ != nullptr && consumed_ >= kWindowStep) {
      aws_http_stream_update_window(stream_, consumed_);
      consumed_ = 0;
    }
    return copied;
  }

  /// Closes the connection unless the reply has ended, and waits until the library lets go of the request.
  void Finish() {
    Abort(Cancelled("Reply abandoned"));
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !running_; });
  }

  int status() const { return status_; }
  const HttpHeaders& headers() const { return headers_; }

 private:
  /// Waits for `ready`, for a failure, or until the time is up.
  Status Wait(const std::function<bool()>& ready) {
    std::unique_lock lock(mutex_);
    last_activity_ = std::max(last_activity_, std::chrono::steady_clock::now());
    while (!ready()) {
      if (failure_.has_value()) {
        if (!running_) return *failure_;
        changed_.wait(lock);
        continue;
      }
      if (completed_) return Unavailable("HTTP request failed: reply ended early: " + description_);
      const auto idle_left = std::chrono::ceil<milliseconds>(last_activity_ + idle_timeout_ -
                                                             std::chrono::steady_clock::now());
      const milliseconds left = deadline_.left();
      // Waiting for a connection has its own limit, the connect timeout.
      const bool watch_idle = running_;
      if (left <= milliseconds(0) || (watch_idle && idle_left <= milliseconds(0))) {
        lock.unlock();
        Abort(TimedOut((left <= milliseconds(0) ? "HTTP request failed: deadline passed: "
                                                : "HTTP request failed: no byte within the idle timeout: ") +
                       description_));
        lock.lock();
        continue;
      }
      const milliseconds longest = std::chrono::hours(1);
      changed_.wait_for(lock, std::min({left, watch_idle ? idle_left : longest, longest}));
    }
    return Status::Ok();
  }

  void Progress() {
    std::lock_guard lock(mutex_);
    last_activity_ = std::chrono::steady_clock::now();
  }

  void Complete(int error_code);
  Error LibraryError(int error_code) const {
    return {KindOf(error_code),
            std::string("HTTP request failed: ") + aws_error_str(error_code) + ": " + description_};
  }

  static void OnConnection(aws_http_connection* connection, int error_code, void* user_data);
  static int OnHeaders(aws_http_stream* stream, aws_http_header_block block, const aws_http_header* headers,
                       size_t count, void* user_data);
  static int OnHeadersDone(aws_http_stream* stream, aws_http_header_block block, void* user_data);
  static int OnBody(aws_http_stream* stream, const aws_byte_cursor* data, void* user_data);
  static void OnComplete(aws_http_stream* stream, int error_code, void* user_data);

  const std::string description_;
  const milliseconds idle_timeout_;
  const Deadline deadline_;
  aws_http_message* message_ = nullptr;
  aws_input_stream* body_ = nullptr;
  aws_http_connection_manager* manager_ = nullptr;
  bool is_head_ = false;

  std::mutex mutex_;
  std::condition_variable changed_;
  aws_http_connection* connection_ = nullptr;  // While the request runs on it.
  bool running_ = false;                       // From getting the connection to giving it back.
  bool sent_ = false;
  aws_http_stream* stream_ = nullptr;
  std::optional<Error> failure_;
  bool completed_ = false;
  bool headers_done_ = false;
  int status_ = 0;
  HttpHeaders headers_;
  std::optional<int64_t> content_length_;
  int64_t received_ = 0;
  std::deque<std::string> chunks_;
  size_t chunk_offset_ = 0;
  size_t consumed_ = 0;
  SteadyTime last_activity_ = std::chrono::steady_clock::now();
};

Status Exchange::Prepare(const HttpRequest& request) {
  is_head_ = request.method == "HEAD";
  message_ = aws_http_message_new_request(aws_default_allocator());
  aws_http_message_set_request_method(message_, Cursor(request.method));
  const std::string target =
      request.endpoint.base_path + request.path + (request.query.empty() ? "" : "?" + request.query);
  aws_http_message_set_request_path(message_, Cursor(target));
  HttpHeaders headers = request.headers;
  headers.Set("Host", request.endpoint.HostHeader());
  if (request.body != nullptr || request.method == "PUT" || request.method == "POST") {
    headers.Set("Content-Length", std::to_string(request.body == nullptr ? 0 : request.body->size()));
  }
  for (const auto& [name, value] : headers.fields()) {
    aws_http_message_add_header(message_, {.name = Cursor(name), .value = Cursor(value)});
  }
  if (request.body != nullptr && request.body->size() > 0) {
    SAGESPARK_RETURN_IF_ERROR(request.body->Rewind());
    // The message belongs to this exchange, so it outlives every read of the body.
    body_ = BodyStream::Make(request.body, [this] { Progress(); },
                             [this](Error error) { Abort(std::move(error)); });
    aws_http_message_set_body_stream(message_, body_);
  }
  return Status::Ok();
}

void Exchange::OnConnection(aws_http_connection* connection, int error_code, void* user_data) {
  auto* held = static_cast<std::shared_ptr<Exchange>*>(user_data);
  Exchange& self = **held;
  std::unique_lock lock(self.mutex_);
  if (connection != nullptr && !self.failure_.has_value()) {
    aws_http_make_request_options options{.self_size = sizeof options};
    options.request = self.message_;
    options.user_data = held;
    options.on_response_headers = OnHeaders;
    options.on_response_header_block_done = OnHeadersDone;
    options.on_response_body = OnBody;
    options.on_complete = OnComplete;
    self.connection_ = connection;
    self.stream_ = aws_http_connection_make_request(connection, &options);
    self.last_activity_ = std::chrono::steady_clock::now();
    if (self.stream_ != nullptr && aws_http_stream_activate(self.stream_) == AWS_OP_SUCCESS) {
      self.running_ = true;
      self.sent_ = true;
      self.changed_.notify_all();
      return;  // OnComplete follows.
    }
    error_code = aws_last_error();
    if (self.stream_ != nullptr) aws_http_stream_release(self.stream_);
    self.stream_ = nullptr;
    self.connection_ = nullptr;
  }
  if (!self.failure_.has_value()) self.failure_ = self.LibraryError(error_code);
  self.completed_ = true;
  self.changed_.notify_all();
  lock.unlock();
  if (connection != nullptr) aws_http_connection_manager_release_connection(self.manager_, connection);
  delete held;
}

int Exchange::OnHeaders(aws_http_stream*, aws_http_header_block block, const aws_http_header* headers,
                        size_t count, void* user_data) {
  if (block != AWS_HTTP_HEADER_BLOCK_MAIN) return AWS_OP_SUCCESS;
  Exchange& self = **static_cast<std::shared_ptr<Exchange>*>(user_data);
  std::lock_guard lock(self.mutex_);
  for (size_t i = 0; i < count; ++i) {
    self.headers_.Add(std::string(View(headers[i].name)), std::string(View(headers[i].value)));
  }
  return AWS_OP_SUCCESS;
}

int Exchange::OnHeadersDone(aws_http_stream* stream, aws_http_header_block block, void* user_data) {
  if (block != AWS_HTTP_HEADER_BLOCK_MAIN) return AWS_OP_SUCCESS;
  Exchange& self = **static_cast<std::shared_ptr<Exchange>*>(user_data);
  std::lock_guard lock(self.mutex_);
  aws_http_stream_get_incoming_response_status(stream, &self.status_);
  self.headers_done_ = true;
  self.last_activity_ = std::chrono::steady_clock::now();
  if (const std::string* length = self.headers_.Find("Content-Length"); length != nullptr && !self.is_head_) {
    int64_t value = 0;
    if (std::from_chars(length->data(), length->data() + length->size(), value).ec == std::errc()) {
      self.content_length_ = value;
    }
  }
  self.changed_.notify_all();
  return AWS_OP_SUCCESS;
}

int Exchange::OnBody(aws_http_stream*, const aws_byte_cursor* data, void* user_data) {
  Exchange& self = **static_cast<std::shared_ptr<Exchange>*>(user_data);
  std::lock_guard lock(self.mutex_);
  if (self.failure_.has_value()) return aws_raise_error(AWS_ERROR_HTTP_CALLBACK_FAILURE);
  self.chunks_.emplace_back(View(*data));
  self.received_ += static_cast<int64_t>(data->len);
  self.last_activity_ = std::chrono::steady_clock::now();
  self.changed_.notify_all();
  return AWS_OP_SUCCESS;
}

void Exchange::OnComplete(aws_http_stream*, int error_code, void* user_data) {
  auto* held = static_cast<std::shared_ptr<Exchange>*>(user_data);
  (*held)->Complete(error_code);
  delete held;
}

void Exchange::Complete(int error_code) {
  std::unique_lock lock(mutex_);
  // A server may answer and close before it has read the whole request: the answer counts.
  const bool whole = headers_done_ && content_length_.has_value() && received_ == *content_length_;
  if (error_code != AWS_ERROR_SUCCESS && !whole && !failure_.has_value()) failure_ = LibraryError(error_code);
  aws_http_stream* stream = std::exchange(stream_, nullptr);
  aws_http_connection* connection = std::exchange(connection_, nullptr);
  lock.unlock();
  // Given back before the caller learns of the end, so that its next request finds the connection.
  aws_http_stream_release(stream);
  aws_http_connection_manager_release_connection(manager_, connection);
  lock.lock();
  completed_ = true;
  running_ = false;
  changed_.notify_all();
}

class ExchangeStream final : public HttpResponseStream {
 public:
  ExchangeStream(std::shared_ptr<Exchange> exchange, std::shared_ptr<void> cancel_registration)
      : exchange_(std::move(exchange)), cancel_registration_(std::move(cancel_registration)) {}
  ~ExchangeStream() override {
    cancel_registration_.reset();
    exchange_->Finish();
  }

  int status() const override { return exchange_->status(); }
  const HttpHeaders& headers() const override { return exchange_->headers(); }
  Result<size_t> Read(std::span<char> buffer) override { return exchange_->Read(buffer); }

 private:
  std::shared_ptr<Exchange> exchange_;
  std::shared_ptr<void> cancel_registration_;
};

bool IsLoopback(std::string_view host) {
  return host == "localhost" || host.starts_with("127.") || host == "::1";
}

}  // namespace

class HttpClient::Impl {
 public:
  explicit Impl(HttpClientOptions options) : options_(std::move(options)) {}

  ~Impl() {
    if (process_ != ::getpid()) return;  // The parent's: its threads are not here to take it down.
    for (const auto& [endpoint, manager] : managers_) aws_http_connection_manager_release(manager);
    if (tls_ != nullptr) aws_tls_ctx_release(tls_);
  }

  const HttpClientOptions& options() const { return options_; }

  /// Returns the pool of the endpoint's connections, with a reference for the caller.
  Result<std::shared_ptr<aws_http_connection_manager>> ManagerOf(const Endpoint& endpoint) {
    Endpoint key = endpoint;
    key.base_path.clear();
    std::lock_guard lock(mutex_);
    const crt::Runtime& runtime = crt::GetRuntime();
    if (process_ != runtime.process) {
      managers_.clear();
      tls_ = nullptr;
      process_ = runtime.process;
    }
    auto found = managers_.find(key);
    if (found == managers_.end()) {
      SAGESPARK_ASSIGN_OR_RETURN(aws_http_connection_manager* made, MakeManager(key, runtime));
      found = managers_.emplace(key, made).first;
    }
    aws_http_connection_manager_acquire(found->second);
    return std::shared_ptr<aws_http_connection_manager>(found->second, aws_http_connection_manager_release);
  }

 private:
  Result<aws_http_connection_manager*> MakeManager(const Endpoint& endpoint, const crt::Runtime& runtime) {
    aws_allocator* allocator = aws_default_allocator();
    const aws_socket_options socket_options{
        .type = AWS_SOCKET_STREAM,
        .domain = endpoint.host.find(':') == std::string::npos ? AWS_SOCKET_IPV4 : AWS_SOCKET_IPV6,
        .connect_timeout_ms = static_cast<uint32_t>(options_.connect_timeout.count())};
    aws_http_connection_manager_options options{};
    options.bootstrap = runtime.bootstrap;
    options.initial_window_size = options_.window_bytes;
    options.enable_read_back_pressure = true;
    options.socket_options = &socket_options;
    options.host = Cursor(endpoint.host);
    options.port = endpoint.port;
    options.max_connections = options_.max_connections;
    options.max_connection_idle_in_milliseconds = static_cast<uint64_t>(kPooledIdleTime.count());
    proxy_env_var_settings proxy{};
    proxy.env_var_type = AWS_HPEV_ENABLE;
    if (!IsLoopback(endpoint.host)) options.proxy_ev_settings = &proxy;
    aws_tls_connection_options tls_options{};
    if (endpoint.tls) {
      if (tls_ == nullptr) {
        SAGESPARK_ASSIGN_OR_RETURN(tls_, MakeTlsContext());
      }
      aws_tls_connection_options_init_from_ctx(&tls_options, tls_);
      const aws_byte_cursor host = Cursor(endpoint.host);
      aws_tls_connection_options_set_server_name(&tls_options, allocator, &host);
      tls_options.timeout_ms = static_cast<uint32_t>(options_.connect_timeout.count());
      options.tls_connection_options = &tls_options;
    }
    aws_http_connection_manager* manager = aws_http_connection_manager_new(allocator, &options);
    const int error_code = manager == nullptr ? aws_last_error() : 0;
    if (endpoint.tls) aws_tls_connection_options_clean_up(&tls_options);
    if (manager == nullptr) {
      return InvalidArgument(std::string("Connections cannot be made: ") + aws_error_str(error_code) + ": " +
                             endpoint.ToString());
    }
    return manager;
  }

  Result<aws_tls_ctx*> MakeTlsContext() const {
    aws_allocator* allocator = aws_default_allocator();
    aws_tls_ctx_options options{};
    aws_tls_ctx_options_init_default_client(&options, allocator);
    bool fits = true;
    if (!options_.ca_bundle.empty()) {
      fits = aws_tls_ctx_options_override_default_trust_store_from_path(&options, nullptr,
                                                                        options_.ca_bundle.c_str()) == AWS_OP_SUCCESS;
    }
    aws_tls_ctx* context = fits ? aws_tls_client_ctx_new(allocator, &options) : nullptr;
    const int error_code = context == nullptr ? aws_last_error() : 0;
    aws_tls_ctx_options_clean_up(&options);
    if (context == nullptr) {
      return InvalidArgument(std::string("Certificate authorities cannot be read: ") + aws_error_str(error_code) +
                             (options_.ca_bundle.empty() ? "" : ": " + options_.ca_bundle));
    }
    return context;
  }

  const HttpClientOptions options_;
  std::mutex mutex_;
  std::map<Endpoint, aws_http_connection_manager*> managers_;
  aws_tls_ctx* tls_ = nullptr;
  int process_ = 0;
};

HttpClient::HttpClient(HttpClientOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
HttpClient::~HttpClient() = default;

Result<std::unique_ptr<HttpResponseStream>> HttpClient::Start(const HttpRequest& request,
                                                              const CallOptions& options) {
  if (options.cancellation.cancelled()) return Cancelled("HTTP request cancelled: " + request.ToString());
  SAGESPARK_ASSIGN_OR_RETURN(const auto manager, impl_->ManagerOf(request.endpoint));
  auto exchange =
      std::make_shared<Exchange>(request.ToString(), impl_->options().idle_timeout, options.deadline);
  SAGESPARK_RETURN_IF_ERROR(exchange->Prepare(request));
  auto registration = options.cancellation.OnCancel(
      [exchange, what = request.ToString()] { exchange->Abort(Cancelled("HTTP request cancelled: " + what)); });
  exchange->Begin(manager.get());
  auto stream = std::make_unique<ExchangeStream>(exchange, std::move(registration));
  if (Status status = exchange->WaitForHeaders(); !status.ok()) {
    if (options.in_doubt != nullptr && exchange->was_sent()) *options.in_doubt = true;
    return std::move(status).error();
  }
  return std::unique_ptr<HttpResponseStream>(std::move(stream));
}

Result<HttpResponse> HttpClient::Send(const HttpRequest& request, size_t max_body_bytes, const CallOptions& options) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto stream, Start(request, options));
  return Collect(*stream, max_body_bytes);
}

Result<HttpResponse> Collect(HttpResponseStream& stream, size_t max_body_bytes) {
  HttpResponse response{.status = stream.status(), .headers = stream.headers()};
  std::string& body = response.body;
  while (true) {
    const size_t start = body.size();
    body.resize(start + (64 << 10));
    SAGESPARK_ASSIGN_OR_RETURN(const size_t count, stream.Read({body.data() + start, body.size() - start}));
    body.resize(start + count);
    if (count == 0) return response;
    if (body.size() > max_body_bytes) {
      return ResourceLimit("Reply is over the limit of bytes: " + std::to_string(max_body_bytes));
    }
  }
}

}  // namespace sagespark::aws
