#include "sagespark/server/jobs/job_threads.h"

#include <poll.h>

#include <vector>

#include "sagespark/base/log.h"

namespace sagespark::server {

Status StoreUntilDone(const std::string& name, const JobSignals& signals, const std::function<Status()>& store, milliseconds pause) {
  Status stored = store();
  if (!stored.ok()) Log(LogLevel::kError, "The end of job " + name + " is not recorded yet: " + stored.error().message());
  while (!stored.ok() && stored.error().kind() == ErrorKind::kIo && !signals.server_ends) {
    pollfd end{signals.end_now.fd(), POLLIN, 0};
    poll(&end, 1, static_cast<int>(pause.count()));
    stored = store();
  }
  return stored;
}

void JobThreads::Start(const std::string& name, std::function<void(JobSignals&)> run) {
  const std::lock_guard lock(mutex_);
  JoinEnded();
  const auto job = std::make_shared<Job>();
  jobs_[name] = job;
  job->thread = std::thread([this, job, run = std::move(run)] {
    WaitForTurn(job->signals);
    run(job->signals);
    GiveTurnBack(*job);
  });
}

void JobThreads::Stop(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto found = jobs_.find(name);
  if (found == jobs_.end()) return;
  JobSignals& signals = found->second->signals;
  signals.stop_asked = true;
  signals.cancellation.Cancel();
  signals.ask_to_end.Signal();
  turn_.notify_all();
}

void JobThreads::EndAll() {
  std::vector<std::shared_ptr<Job>> all;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, job] : jobs_) all.push_back(job);
    jobs_.clear();
    for (const auto& job : all) {
      job->signals.server_ends = true;
      job->signals.cancellation.Cancel();
      job->signals.ask_to_end.Signal();
      job->signals.end_now.Signal();
    }
    turn_.notify_all();
  }
  for (const auto& job : all) job->thread.join();
}

void JobThreads::WaitForTurn(JobSignals& signals) {
  std::unique_lock lock(mutex_);
  // A job that shall end takes its turn at once: it only writes its end.
  turn_.wait(lock, [&] { return turns_taken_ < max_running_ || signals.stop_asked || signals.server_ends; });
  ++turns_taken_;
}

void JobThreads::GiveTurnBack(Job& job) {
  const std::lock_guard lock(mutex_);
  --turns_taken_;
  turn_.notify_one();
  job.ended = true;
}

void JobThreads::JoinEnded() {
  std::erase_if(jobs_, [](const auto& entry) {
    if (entry.second->ended) entry.second->thread.join();  // Its last step: it returns at once.
    return entry.second->ended;
  });
}

}  // namespace sagespark::server
