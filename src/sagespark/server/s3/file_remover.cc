#include "sagespark/server/s3/file_remover.h"

#include <unistd.h>

namespace sagespark::server {
namespace {

constexpr uint64_t kLargeBytes = 4 << 20;

}  // namespace

FileRemover::~FileRemover() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void FileRemover::Remove(std::string path, uint64_t size) {
  if (size < kLargeBytes) {
    unlink(path.c_str());
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(path));
    if (!thread_.joinable()) thread_ = std::thread([this] { Work(); });
  }
  changed_.notify_one();
}

void FileRemover::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const std::string path = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    unlink(path.c_str());
    lock.lock();
  }
}

}  // namespace sagespark::server
