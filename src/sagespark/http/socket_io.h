#pragma once

#include <sys/uio.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sagespark/base/result.h"

namespace sagespark::http {

/// Blocking calls with a time limit on a non-blocking socket. Each fails with kTimeout or kUnavailable.

/// Waits for bytes and takes up to `size` of them; 0 at the peer's end. `waited`, when given, grows by the
/// time spent waiting.
Result<size_t> ReceiveSome(int socket, char* buffer, size_t size, std::chrono::milliseconds timeout,
                           std::chrono::nanoseconds* waited = nullptr);

/// Sends all pieces. The time limit is for each wait for room. The pieces are used up.
Status SendAll(int socket, std::span<iovec> pieces, std::chrono::milliseconds timeout);

/// Sends `size` bytes of a file from `offset` on. The time limit is for each wait for room. Fails with kIo, too, when the file is shorter.
/// SIGPIPE must be ignored.
Status SendFile(int socket, int file, uint64_t offset, uint64_t size, std::chrono::milliseconds timeout);

}  // namespace sagespark::http
