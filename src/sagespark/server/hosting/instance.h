#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "sagespark/base/process.h"
#include "sagespark/http/client.h"
#include "sagespark/server/jobs/container_images.h"
#include "sagespark/server/jobs/container_process.h"
#include "sagespark/server/logs/log_store.h"

namespace sagespark::server {

/// Times and limits of hosting, as SageMaker has them; shorter in tests.
struct HostingLimits {
  milliseconds start_timeout{240'000};    ///< From the start to the first good ping.
  milliseconds ping_timeout{2'000};
  milliseconds ping_interval{5'000};      ///< While healthy and idle.
  int max_failed_pings = 3;               ///< In a row; then the container is started anew.
  int max_start_attempts = 3;             ///< Of a container that ends before it was ever healthy.
  milliseconds first_backoff{100};        ///< Before a container that ended is started anew; doubled each time.
  milliseconds last_backoff{10'000};
  milliseconds stop_grace{2'000};         ///< From SIGTERM to SIGKILL.
  milliseconds invocation_timeout{60'000};
  int max_in_flight = 64;                 ///< Requests at a time in one container; more are refused.
  uint64_t max_reply_bytes = 25 << 20;
};

/// One container of an endpoint: a child process that answers on a port of its own, kept alive by a thread. Thread-safe.
/// Source: "Custom Inference Code with Hosting Services", Amazon SageMaker guide.
class Instance {
 public:
  struct Options {
    ContainerProgram program;
    std::filesystem::path root;  ///< Stands for the container's "/".
    std::map<std::string, std::string> environment;
    std::string log_group;
    std::string log_stream;
    HostingLimits limits;
  };
  enum class State { kStarting, kHealthy, kRestarting, kFailed };

  /// Starts the container and watches it. `on_change` is called on the watching thread after each change of the state.
  Instance(Options options, LogStore& logs, std::function<void()> on_change);

  /// Ends the container.
  ~Instance();

  /// Begins to end it, without waiting: what is under way is cut.
  void BeginEnd() { stop_.Signal(); }

  State state() const { return state_; }

  /// Forwards a request. Fails with kThrottled (not healthy, or max_in_flight are under way; nothing was sent), kTimeout,
  /// kCancelled, kUnavailable (the container closed the connection), kResourceLimit (its reply is too long).
  Result<http::Response> Send(const http::ClientRequest& request, const CancellationToken& cancellation);

  /// The same, with the reply's body handed to `body` as it comes, after its `head`, and a time limit of its own when one is given.
  Result<http::Response> Stream(const http::ClientRequest& request, const CancellationToken& cancellation, const http::BodySink& body,
                                const http::HeadSink& head = {}, std::optional<milliseconds> timeout = std::nullopt);

 private:
  enum class RunEnd { kStopped, kNeverHealthy, kTimedOut, kDied };

  void Supervise();
  RunEnd RunOnce(const Deadline& start_deadline);
  RunEnd WatchHealthy(Process& process, http::Client& client, ContainerLog& log);
  void End(Process& process, ContainerLog& log);
  bool Ping(http::Client& client) const;
  void SetState(State state, std::shared_ptr<http::Client> client = nullptr);
  bool WaitUnlessStopped(milliseconds duration) const;

  const Options options_;
  LogStore& logs_;
  const std::function<void()> on_change_;
  std::atomic<State> state_ = State::kStarting;
  std::atomic<int> in_flight_ = 0;
  std::mutex mutex_;
  std::shared_ptr<http::Client> client_;  ///< Guarded by mutex_; null unless healthy.
  const Wakeup stop_;
  std::thread thread_;  ///< Last: it uses all of the above.
};

}  // namespace sagespark::server
