#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace sagespark::http {

/// Runs tasks on at most `max_workers` threads, which start when they are first needed.
class WorkerPool {
 public:
  explicit WorkerPool(int max_workers) : max_workers_(static_cast<size_t>(max_workers)) {}
  ~WorkerPool() { Join(); }

  void Submit(std::function<void()> task);

  /// Runs what was submitted, then ends the threads.
  void Join();

 private:
  void Work();

  const size_t max_workers_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;
  std::vector<std::thread> threads_;
  size_t idle_ = 0;
  bool closed_ = false;
};

}  // namespace sagespark::http
