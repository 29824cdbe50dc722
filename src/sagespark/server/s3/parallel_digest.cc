#include "sagespark/server/s3/parallel_digest.h"

namespace sagespark::server {
namespace {

constexpr int kBuffers = 4;

}  // namespace

ParallelDigest::~ParallelDigest() { EndThread(); }

ParallelDigest::Buffer ParallelDigest::Take() {
  std::unique_lock lock(mutex_);
  if (free_.empty() && made_ < kBuffers) {
    ++made_;
    return std::make_unique_for_overwrite<char[]>(kBufferBytes);
  }
  changed_.wait(lock, [this] { return !free_.empty(); });
  Buffer buffer = std::move(free_.front());
  free_.pop_front();
  return buffer;
}

void ParallelDigest::Update(Buffer buffer, size_t size) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.emplace_back(std::move(buffer), size);
    if (!thread_.joinable()) thread_ = std::thread([this] { Work(); });
  }
  changed_.notify_all();
}

std::string ParallelDigest::Finish(std::string_view last) {
  EndThread();
  digest_.Update(last);
  return digest_.Finish();
}

void ParallelDigest::EndThread() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void ParallelDigest::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ended_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    auto [buffer, size] = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    digest_.Update(std::string_view(buffer.get(), size));
    lock.lock();
    free_.push_back(std::move(buffer));
    changed_.notify_all();
  }
}

}  // namespace sagespark::server
