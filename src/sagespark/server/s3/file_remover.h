#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

namespace sagespark::server {

/// Removes files: small ones at once, large ones, which take file systems a while (35 ms for 64 MiB), on a thread of its own.
/// Thread-safe.
class FileRemover {
 public:
  FileRemover() = default;
  FileRemover(const FileRemover&) = delete;
  FileRemover& operator=(const FileRemover&) = delete;
  ~FileRemover();  ///< Removes what waits.

  void Remove(std::string path, uint64_t size);

 private:
  void Work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> waiting_;
  bool stopping_ = false;
  std::thread thread_;  ///< Started when it is first needed.
};

}  // namespace sagespark::server
