#include "sagespark/engine/local/task_runner.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "sagespark/base/exception.h"

namespace sagespark::engine::local {
namespace {

using IndexedTask = std::function<Status(int index, const CancellationToken&)>;

Status CallTask(const IndexedTask& task, int index, const CancellationToken& cancellation) {
  try {
    return task(index, cancellation);
  } catch (const Exception& exception) {  // Mappers may use the facades, which throw.
    return exception.error();
  } catch (const std::exception& exception) {
    return InternalError(std::string("Task threw an exception: ") + exception.what());
  }
}

/// One job's state, shared by its threads.
struct Job {
  std::atomic<int> next;
  const int end;
  CancellationSource cancellation;
  std::mutex mutex;
  std::optional<Error> first_error;

  Job(int first, int count) : next(first), end(first + count) {}

  void Fail(Error error) {
    {
      const std::lock_guard lock(mutex);
      if (!first_error.has_value()) first_error = std::move(error);
    }
    cancellation.Cancel();
  }
};

}  // namespace

Status TaskRunner::Run(int first, int count, const IndexedTask& task, const CancellationToken& cancellation) {
  Job job(first, count);
  const auto registration = cancellation.OnCancel([&job] { job.cancellation.Cancel(); });
  const auto work = [&] {
    for (;;) {
      free_slots_.acquire();
      const bool stopped = job.cancellation.token().cancelled();
      const int index = stopped ? job.end : job.next.fetch_add(1);
      if (index < job.end) {
        if (Status status = CallTask(task, index, job.cancellation.token()); !status.ok()) {
          job.Fail(std::move(status).error());
        }
      }
      free_slots_.release();
      if (index >= job.end) return;
    }
  };
  std::vector<std::thread> threads;
  for (int i = 1; i < std::min(slots_, count); ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
  if (job.first_error.has_value()) return *std::move(job.first_error);
  return cancellation.Check();
}

}  // namespace sagespark::engine::local
