#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "sagespark/base/digest.h"

namespace sagespark::server {

/// A digest computed on a thread of its own while the next bytes come: a ring of a few buffers, so that neither side waits for the other's
/// every step. One thread uses it.
class ParallelDigest {
 public:
  static constexpr size_t kBufferBytes = 1 << 20;
  using Buffer = std::unique_ptr<char[]>;

  explicit ParallelDigest(DigestAlgorithm algorithm) : digest_(algorithm) {}
  ParallelDigest(const ParallelDigest&) = delete;
  ParallelDigest& operator=(const ParallelDigest&) = delete;
  ~ParallelDigest();

  /// A buffer of kBufferBytes to fill; waits for one when all are under way.
  Buffer Take();

  /// Adds the first `size` bytes of a buffer, which goes back to the ring.
  void Update(Buffer buffer, size_t size);

  /// Adds the last bytes and answers the digest. What was never more than these needs no second thread.
  std::string Finish(std::string_view last);

 private:
  void Work();
  void EndThread();

  Digest digest_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Buffer> free_;
  std::deque<std::pair<Buffer, size_t>> waiting_;
  int made_ = 0;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace sagespark::server
