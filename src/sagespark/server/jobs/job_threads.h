#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "sagespark/base/cancellation.h"
#include "sagespark/base/clock.h"
#include "sagespark/base/process.h"
#include "sagespark/base/result.h"

namespace sagespark::server {

/// What other threads tell a job's thread.
struct JobSignals {
  std::atomic<bool> stop_asked = false;
  std::atomic<bool> server_ends = false;
  Wakeup ask_to_end;  ///< Containers get SIGTERM.
  Wakeup end_now;     ///< Containers get SIGKILL.
  CancellationSource cancellation;  ///< Of all that is no container.
};

/// Calls `store`, which writes how the job `name` ended, and calls it again with pauses as long as it fails with kIo and the server does
/// not end: once a full disk has room again the end must be recorded, or the job would be InProgress for ever.
Status StoreUntilDone(const std::string& name, const JobSignals& signals, const std::function<Status()>& store,
                      milliseconds pause = milliseconds(500));

/// Runs jobs, each on a thread of its own, a number of them at a time. Thread-safe.
class JobThreads {
 public:
  explicit JobThreads(int max_running) : max_running_(max_running) {}

  /// Tells all jobs that the server ends, and waits for them.
  ~JobThreads() { EndAll(); }

  /// Runs a job as soon as its turn comes; one that shall end meanwhile takes its turn at once.
  void Start(const std::string& name, std::function<void(JobSignals&)> run);

  /// Asks a job to stop; nothing when it ended.
  void Stop(const std::string& name);

  /// As the destructor does.
  void EndAll();

 private:
  struct Job {
    JobSignals signals;
    std::thread thread;
    bool ended = false;  ///< Guarded by JobThreads::mutex_.
  };
  void WaitForTurn(JobSignals& signals);
  void GiveTurnBack(Job& job);
  void JoinEnded();

  const int max_running_;
  std::mutex mutex_;
  std::condition_variable turn_;
  int turns_taken_ = 0;
  std::map<std::string, std::shared_ptr<Job>, std::less<>> jobs_;
};

}  // namespace sagespark::server
