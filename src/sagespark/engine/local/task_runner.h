#pragma once

#include <functional>
#include <semaphore>

#include "sagespark/base/cancellation.h"
#include "sagespark/base/result.h"

namespace sagespark::engine::local {

/// Runs the tasks of jobs on threads, `slots` tasks at a time over all jobs. Thread-safe.
class TaskRunner {
 public:
  explicit TaskRunner(int slots) : slots_(slots), free_slots_(slots) {}

  int slots() const { return slots_; }

  /// Calls task(first) ... task(first + count - 1), lower numbers first. The first error is returned; it cancels the token
  /// that the other tasks hold, and no further task starts. Returns when all have ended. What a task throws becomes an error.
  Status Run(int first, int count, const std::function<Status(int index, const CancellationToken&)>& task,
             const CancellationToken& cancellation);

 private:
  const int slots_;
  std::counting_semaphore<> free_slots_;
};

}  // namespace sagespark::engine::local
