#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace sagespark {

/// Threads that share out loops. One loop at a time: ParallelFor is not to be called from two threads or from
/// inside a body.
class ThreadPool {
 public:
  /// Starts num_threads - 1 threads: the caller of ParallelFor is the last one. Values below 1 count as 1.
  explicit ThreadPool(int num_threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int num_threads() const { return static_cast<int>(threads_.size()) + 1; }

  /// Calls body(0) ... body(count - 1), each once, in any order and on any thread; returns when all are done.
  /// The body must not throw. For results that do not depend on the number of threads, let body(i) write only
  /// what belongs to i.
  void ParallelFor(int64_t count, const std::function<void(int64_t)>& body);

  /// The number of processors this process may run on, at least 1.
  static int AvailableProcessors();

 private:
  void Work();
  void RunLoop(std::unique_lock<std::mutex>& lock);

  std::mutex mutex_;
  std::condition_variable loop_started_;
  std::condition_variable loop_done_;
  const std::function<void(int64_t)>* body_ = nullptr;
  int64_t next_ = 0;
  int64_t count_ = 0;
  int64_t unfinished_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace sagespark
