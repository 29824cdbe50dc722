#include "sagespark/http/exchange.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <ctime>

#include "sagespark/base/clock.h"
#include "sagespark/base/version.h"
#include "sagespark/http/socket_io.h"

namespace sagespark::http {
namespace {

using std::chrono::milliseconds;

constexpr size_t kInputBytes = 64 << 10;
constexpr uint64_t kMaxDrainBytes = 4 << 20;
constexpr uint64_t kMaxLingerBytes = 256 << 20;
constexpr milliseconds kDrainTimeout{2'000};
constexpr size_t kMaxChunkLine = 4096;

void AppendField(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ");
  // A line break in a value would begin a field of its own.
  for (const char c : value) head.push_back(c == '\r' || c == '\n' || c == '\0' ? ' ' : c);
  head.append("\r\n");
}

bool HasNoBody(int status) { return status == 204 || status == 304 || status < 200; }

}  // namespace

Exchange::Exchange(int socket, std::string& input, const ServerOptions& options, BodyFraming framing, bool is_head,
                   bool is_http10, bool keep_alive)
    : socket_(socket),
      input_(input),
      options_(options),
      framing_(framing),
      is_head_(is_head),
      is_http10_(is_http10),
      keep_alive_(keep_alive),
      patience_(options.io_timeout) {
  if (!framing_.chunked) {
    left_ = framing_.content_length;
    body_done_ = left_ == 0;
  }
}

Result<size_t> Exchange::Read(char* buffer, size_t size) {
  if (body_error_) return *body_error_;
  if (body_done_ || size == 0) return size_t{0};
  Result<size_t> read = ReadFramed(buffer, size);
  if (!read.ok()) body_error_ = read.error();
  return read;
}

Result<size_t> Exchange::ReadFramed(char* buffer, size_t size) {
  if (framing_.expects_continue) {
    framing_.expects_continue = false;
    char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
    std::array<iovec, 1> pieces{iovec{text, sizeof(text) - 1}};
    // Too late when the reply has begun: the client then sends the body or closes, by its own choice.
    if (!started_) SAGESPARK_RETURN_IF_ERROR(SendAll(socket_, pieces, options_.io_timeout));
  }
  if (!framing_.chunked && framing_.content_length > options_.max_body_bytes) {
    return ResourceLimit("Request body is too long: over " + std::to_string(options_.max_body_bytes) + " bytes");
  }
  SAGESPARK_ASSIGN_OR_RETURN(const size_t read, framing_.chunked ? ReadChunked(buffer, size) : ReadUpTo(buffer, size));
  body_bytes_ += read;
  if (!framing_.chunked && left_ == 0) body_done_ = true;
  if (body_bytes_ > options_.max_body_bytes) {
    return ResourceLimit("Request body is too long: over " + std::to_string(options_.max_body_bytes) + " bytes");
  }
  return read;
}

Result<size_t> Exchange::ReadUpTo(char* buffer, size_t size) {
  const size_t wanted = static_cast<size_t>(std::min<uint64_t>(size, left_));
  size_t read = 0;
  if (!input_.empty()) {
    read = std::min(wanted, input_.size());
    std::memcpy(buffer, input_.data(), read);
    input_.erase(0, read);
  } else {
    SAGESPARK_ASSIGN_OR_RETURN(read, Receive(buffer, wanted));
    if (read == 0) return Unavailable("Connection was cut within the body");
  }
  left_ -= read;
  return read;
}

Result<size_t> Exchange::ReadChunked(char* buffer, size_t size) {
  if (left_ == 0) {
    SAGESPARK_RETURN_IF_ERROR(BeginChunk());
    if (body_done_) return size_t{0};
  }
  return ReadUpTo(buffer, size);
}

Status Exchange::BeginChunk() {
  if (in_chunk_) {
    SAGESPARK_ASSIGN_OR_RETURN(const std::string end, ReadLine());
    if (!end.empty()) return CorruptData("Chunk does not end where its size says");
  }
  SAGESPARK_ASSIGN_OR_RETURN(const std::string line, ReadLine());
  const std::string_view digits = std::string_view(line).substr(0, line.find_first_of("; \t"));
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), left_, 16);
  if (error != std::errc() || digits.empty() || end != digits.data() + digits.size()) {
    return CorruptData("Chunk size is not a hexadecimal number");
  }
  in_chunk_ = true;
  line_bytes_ = 0;
  if (left_ > 0) return Status::Ok();
  while (true) {  // Trailer fields: none that we use.
    SAGESPARK_ASSIGN_OR_RETURN(const std::string trailer, ReadLine());
    if (trailer.empty()) break;
    line_bytes_ += trailer.size();
    if (line_bytes_ > options_.max_header_bytes) return ResourceLimit("Trailer is too long");
  }
  body_done_ = true;
  return Status::Ok();
}

Result<std::string> Exchange::ReadLine() {
  while (true) {
    const size_t end = input_.find("\r\n");
    if (end != input_.npos) {
      std::string line = input_.substr(0, end);
      input_.erase(0, end + 2);
      return line;
    }
    if (input_.size() > kMaxChunkLine) return CorruptData("Chunk line is too long");
    SAGESPARK_RETURN_IF_ERROR(Fill());
  }
}

Status Exchange::Fill() {
  const size_t old_size = input_.size();
  input_.resize(old_size + kInputBytes);
  const Result<size_t> read = Receive(input_.data() + old_size, kInputBytes);
  input_.resize(old_size + (read.ok() ? *read : 0));
  if (!read.ok()) return read.error();
  if (*read == 0) return Unavailable("Connection was cut within the body");
  return Status::Ok();
}

Result<size_t> Exchange::Receive(char* buffer, size_t size) {
  SAGESPARK_ASSIGN_OR_RETURN(const size_t read, ReceiveSome(socket_, buffer, size, patience_, &waited_));
  const double seconds = std::chrono::duration<double>(waited_).count();
  const double floor = seconds * static_cast<double>(options_.min_body_bytes_per_second);
  if (waited_ > options_.io_timeout && static_cast<double>(body_bytes_ + read) < floor) {
    return TimedOut("Request body comes too slowly");
  }
  return read;
}

Status Exchange::Send(const Response& response) {
  std::optional<uint64_t> length = response.body.size();
  // A HEAD reply names the length of a body that it does not carry.
  if (response.headers.Find("Content-Length") != nullptr) length = std::nullopt;
  SAGESPARK_RETURN_IF_ERROR(SendHead(response.status, response.headers, length, response.body));
  write_left_ = 0;
  write_chunked_ = false;
  return Status::Ok();
}

Status Exchange::Start(int status, const Headers& headers, std::optional<uint64_t> content_length) {
  write_chunked_ = !content_length && !is_http10_ && !HasNoBody(status) && !is_head_;
  if (!content_length && is_http10_) keep_alive_ = false;
  write_left_ = content_length;
  if (is_head_ || HasNoBody(status)) write_left_ = 0;
  return SendHead(status, headers, content_length, {});
}

Status Exchange::SendHead(int status, const Headers& headers, std::optional<uint64_t> content_length,
                          std::string_view body) {
  SAGESPARK_CHECK(!started_);
  started_ = true;
  std::string head;
  head.reserve(512);
  head.append("HTTP/1.1 ").append(std::to_string(status)).append(" ").append(ReasonPhrase(status)).append("\r\n");
  for (const auto& [name, value] : headers) AppendField(head, name, value);
  if (headers.Find("Date") == nullptr) AppendField(head, "Date", FormatHttpDate(std::time(nullptr)));
  if (headers.Find("Server") == nullptr) AppendField(head, "Server", NameAndVersion());
  if (content_length && !HasNoBody(status)) AppendField(head, "Content-Length", std::to_string(*content_length));
  if (write_chunked_) AppendField(head, "Transfer-Encoding", "chunked");
  // A body that the client still holds back may or may not come: only a new connection is in step again.
  if (framing_.expects_continue) keep_alive_ = false;
  if (!keep_alive_) {
    AppendField(head, "Connection", "close");
  } else if (is_http10_) {
    AppendField(head, "Connection", "keep-alive");
  }
  head.append("\r\n");
  if (is_head_ || HasNoBody(status)) body = {};
  std::array<iovec, 2> pieces{iovec{head.data(), head.size()},
                              iovec{const_cast<char*>(body.data()), body.size()}};
  Status sent = SendAll(socket_, pieces, options_.io_timeout);
  broken_ = !sent.ok();
  return sent;
}

Status Exchange::Write(std::string_view bytes) {
  SAGESPARK_CHECK(started_);
  if (broken_) return Unavailable("Connection is broken");
  if (bytes.empty() || is_head_) return Status::Ok();
  SAGESPARK_RETURN_IF_ERROR(TakeRoom(bytes.size()));
  char size_line[20];
  const int size_length = std::snprintf(size_line, sizeof(size_line), "%zx\r\n", bytes.size());
  char line_end[] = "\r\n";
  std::array<iovec, 3> pieces{
      iovec{size_line, write_chunked_ ? static_cast<size_t>(size_length) : 0},
      iovec{const_cast<char*>(bytes.data()), bytes.size()},
      iovec{line_end, write_chunked_ ? size_t{2} : 0},
  };
  Status sent = SendAll(socket_, pieces, options_.io_timeout);
  broken_ = !sent.ok();
  return sent;
}

Status Exchange::WriteFile(int file, uint64_t offset, uint64_t size) {
  SAGESPARK_CHECK(started_ && !write_chunked_);
  if (broken_) return Unavailable("Connection is broken");
  if (size == 0 || is_head_) return Status::Ok();
  SAGESPARK_RETURN_IF_ERROR(TakeRoom(size));
  Status sent = SendFile(socket_, file, offset, size, options_.io_timeout);
  broken_ = !sent.ok();
  return sent;
}

Status Exchange::TakeRoom(uint64_t size) {
  if (!write_left_) return Status::Ok();
  if (size > *write_left_) {
    broken_ = true;
    return InternalError("Reply is longer than its Content-Length");
  }
  *write_left_ -= size;
  return Status::Ok();
}

bool Exchange::Finish() {
  if (!started_) (void)Send({.status = 500});
  if (!broken_ && write_chunked_) {
    char end[] = "0\r\n\r\n";
    std::array<iovec, 1> pieces{iovec{end, sizeof(end) - 1}};
    broken_ = !SendAll(socket_, pieces, options_.io_timeout).ok();
  }
  if (write_left_.value_or(0) > 0) broken_ = true;
  if (broken_) return false;
  if (keep_alive_ && DrainBody()) return true;
  LingerAndClose();
  return false;
}

bool Exchange::DrainBody() {
  if (body_done_) return true;
  if (body_error_ || framing_.expects_continue) return false;
  if (!framing_.chunked && left_ > kMaxDrainBytes) return false;
  std::array<char, 16 << 10> scratch;
  const uint64_t before = body_bytes_;
  patience_ = std::min(options_.io_timeout, kDrainTimeout);
  const Deadline end = Deadline::After(patience_);  // Whoever sends a byte a second must not hold a worker.
  while (!body_done_) {
    if (end.passed()) return false;
    if (!Read(scratch.data(), scratch.size()).ok() || body_bytes_ - before > kMaxDrainBytes) return false;
  }
  return true;
}

void Exchange::LingerAndClose() {
  // Closing with unread input resets the connection, and the client may lose the reply: shut our side and
  // take what still comes, within limits.
  shutdown(socket_, SHUT_WR);
  if (body_done_) return;
  std::array<char, 64 << 10> scratch;
  uint64_t taken = 0;
  const Deadline end = Deadline::After(options_.io_timeout);
  while (taken < kMaxLingerBytes && !end.passed()) {
    const Result<size_t> read = ReceiveSome(socket_, scratch.data(), scratch.size(), std::min(options_.io_timeout, kDrainTimeout));
    if (!read.ok() || *read == 0) return;
    taken += *read;
  }
}

}  // namespace sagespark::http
