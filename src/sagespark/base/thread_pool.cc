#include "sagespark/base/thread_pool.h"

#include <algorithm>

namespace sagespark {

ThreadPool::ThreadPool(int num_threads) {
  for (int i = 1; i < num_threads; ++i) threads_.emplace_back([this] { Work(); });
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  loop_started_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ThreadPool::ParallelFor(int64_t count, const std::function<void(int64_t)>& body) {
  if (threads_.empty() || count <= 1) {
    for (int64_t i = 0; i < count; ++i) body(i);
    return;
  }
  std::unique_lock lock(mutex_);
  body_ = &body;
  next_ = 0;
  count_ = count;
  unfinished_ = count;
  loop_started_.notify_all();
  RunLoop(lock);
  loop_done_.wait(lock, [this] { return unfinished_ == 0; });
}

int ThreadPool::AvailableProcessors() {
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

void ThreadPool::Work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    loop_started_.wait(lock, [this] { return stopping_ || next_ < count_; });
    if (stopping_) return;
    RunLoop(lock);
  }
}

// Bodies are whole blocks of work, so that one lock a body costs nothing beside them.
void ThreadPool::RunLoop(std::unique_lock<std::mutex>& lock) {
  while (next_ < count_) {
    const int64_t index = next_++;
    const auto& body = *body_;
    lock.unlock();
    body(index);
    lock.lock();
    if (--unfinished_ == 0) loop_done_.notify_one();
  }
}

}  // namespace sagespark
