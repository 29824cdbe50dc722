#include "sagespark/http/socket_io.h"

#include <poll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <limits>

namespace sagespark::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

Status WaitFor(int socket, short events, milliseconds timeout) {
  const auto end = steady_clock::now() + timeout;
  milliseconds left = timeout;
  while (true) {
    pollfd entry{.fd = socket, .events = events, .revents = 0};
    const auto wait = std::clamp<int64_t>(left.count(), 0, std::numeric_limits<int>::max());
    const int ready = poll(&entry, 1, static_cast<int>(wait));
    if (ready > 0) return Status::Ok();
    if (ready < 0 && errno != EINTR) return IoError("Socket does not answer", errno);
    left = std::chrono::ceil<milliseconds>(end - steady_clock::now());
    if (left <= milliseconds::zero()) return TimedOut("Peer is too slow");
  }
}

bool WouldBlock(int error_number) { return error_number == EAGAIN || error_number == EWOULDBLOCK; }

Error Broken(const char* what, int error_number) {
  return Unavailable(IoError(what, error_number).message());
}

}  // namespace

Result<size_t> ReceiveSome(int socket, char* buffer, size_t size, milliseconds timeout,
                           std::chrono::nanoseconds* waited) {
  while (true) {
    const ssize_t received = recv(socket, buffer, size, MSG_DONTWAIT);
    if (received >= 0) return static_cast<size_t>(received);
    if (errno == EINTR) continue;
    if (!WouldBlock(errno)) return Broken("Connection is broken", errno);
    const auto start = steady_clock::now();
    SAGESPARK_RETURN_IF_ERROR(WaitFor(socket, POLLIN, timeout));
    if (waited != nullptr) *waited += steady_clock::now() - start;
  }
}

Status SendAll(int socket, std::span<iovec> pieces, milliseconds timeout) {
  while (true) {
    while (!pieces.empty() && pieces.front().iov_len == 0) pieces = pieces.subspan(1);
    if (pieces.empty()) return Status::Ok();
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = pieces.size();
    ssize_t sent = sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (!WouldBlock(errno)) return Broken("Connection is broken", errno);
      SAGESPARK_RETURN_IF_ERROR(WaitFor(socket, POLLOUT, timeout));
      continue;
    }
    for (iovec& piece : pieces) {
      const size_t taken = std::min(piece.iov_len, static_cast<size_t>(sent));
      piece.iov_base = static_cast<char*>(piece.iov_base) + taken;
      piece.iov_len -= taken;
      sent -= static_cast<ssize_t>(taken);
    }
  }
}

Status SendFile(int socket, int file, uint64_t offset, uint64_t size, milliseconds timeout) {
  constexpr uint64_t kAtOnce = 1 << 30;  // The system takes no more than 2 GiB.
  while (size > 0) {
    off_t position = static_cast<off_t>(offset);
    const ssize_t sent = sendfile(socket, file, &position, std::min(size, kAtOnce));
    if (sent > 0) {
      offset += static_cast<uint64_t>(sent);
      size -= static_cast<uint64_t>(sent);
    } else if (sent == 0) {
      return Error(ErrorKind::kIo, "File is shorter than it was");
    } else if (WouldBlock(errno)) {
      SAGESPARK_RETURN_IF_ERROR(WaitFor(socket, POLLOUT, timeout));
    } else if (errno != EINTR) {
      return Broken("File cannot be sent", errno);
    }
  }
  return Status::Ok();
}

}  // namespace sagespark::http
