#include "sagespark/server/hosting/instance.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "sagespark/base/log.h"

namespace sagespark::server {
namespace {

constexpr milliseconds kFirstPingPause{5};
constexpr milliseconds kLastPingPause{100};

/// A port that is free now. Another program may take it before the container does: the container then ends, and is started
/// anew with another port.
Result<uint16_t> FreePort() {
  const FileDescriptor socket_fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (!socket_fd || bind(socket_fd.get(), generic, size) != 0 || getsockname(socket_fd.get(), generic, &size) != 0) {
    return IoError("Cannot find a free port", errno);
  }
  return ntohs(address.sin_port);
}

class InFlight {
 public:
  InFlight(std::atomic<int>& count, int limit) : count_(count), admitted_(++count <= limit) {}
  ~InFlight() { --count_; }
  bool admitted() const { return admitted_; }

 private:
  std::atomic<int>& count_;
  const bool admitted_;
};

}  // namespace

Instance::Instance(Options options, LogStore& logs, std::function<void()> on_change)
    : options_(std::move(options)), logs_(logs), on_change_(std::move(on_change)), thread_([this] { Supervise(); }) {}

Instance::~Instance() {
  stop_.Signal();
  thread_.join();
}

void Instance::Supervise() {
  const HostingLimits& limits = options_.limits;
  const Deadline first_start = Deadline::After(limits.start_timeout);
  milliseconds backoff = limits.first_backoff;
  int failed_starts = 0;
  bool was_healthy = false;
  while (true) {
    const RunEnd end = RunOnce(was_healthy ? Deadline::After(limits.start_timeout) : first_start);
    if (end == RunEnd::kStopped) return;
    if (end == RunEnd::kDied) {
      was_healthy = true;
      backoff = limits.first_backoff;
    } else {
      ++failed_starts;
    }
    const bool gives_up = end == RunEnd::kTimedOut || failed_starts >= limits.max_start_attempts;
    if (!was_healthy && gives_up) return SetState(State::kFailed);
    if (!WaitUnlessStopped(backoff)) return;
    backoff = std::min(2 * backoff, limits.last_backoff);
  }
}

Instance::RunEnd Instance::RunOnce(const Deadline& start_deadline) {
  const auto port = FreePort();
  if (!port.ok()) return RunEnd::kNeverHealthy;
  std::map<std::string, std::string> environment = options_.environment;
  environment["SAGEMAKER_BIND_TO_PORT"] = std::to_string(*port);
  ContainerLog log(logs_, options_.log_group, options_.log_stream);
  auto started = StartContainer(options_.program, "serve", options_.root.string(), environment);
  if (!started.ok()) {
    Log(LogLevel::kError, "Cannot start a container: " + started.error().message());
    return RunEnd::kNeverHealthy;
  }
  Process& process = **started;
  const auto client = std::make_shared<http::Client>(
      http::ClientOptions{.port = *port,
                          .max_idle_connections = static_cast<size_t>(options_.limits.max_in_flight),
                          .max_body_bytes = options_.limits.max_reply_bytes});

  std::string output;
  milliseconds pause = kFirstPingPause;
  Deadline next_ping = Deadline::After(pause);  // Not anew after each output: a container may write without pause.
  while (true) {
    output.clear();
    const ProcessEvent event = process.WaitForEvent(stop_, Deadline::After(std::min(next_ping.left(), start_deadline.left())), output);
    if (event == ProcessEvent::kOutput) {
      log.Write(output);
    } else if (event == ProcessEvent::kExited) {
      log.Finish();
      return RunEnd::kNeverHealthy;
    } else if (event == ProcessEvent::kWoken) {
      End(process, log);
      return RunEnd::kStopped;
    } else if (start_deadline.passed()) {
      End(process, log);
      return RunEnd::kTimedOut;
    } else if (Ping(*client)) {
      SetState(State::kHealthy, client);
      return WatchHealthy(process, *client, log);
    } else {
      pause = std::min(2 * pause, kLastPingPause);
      next_ping = Deadline::After(pause);
    }
  }
}

Instance::RunEnd Instance::WatchHealthy(Process& process, http::Client& client, ContainerLog& log) {
  const HostingLimits& limits = options_.limits;
  int failed_pings = 0;
  Deadline next_ping = Deadline::After(limits.ping_interval);
  std::string output;
  while (true) {
    output.clear();
    const ProcessEvent event = process.WaitForEvent(stop_, next_ping, output);
    if (event == ProcessEvent::kOutput) {
      log.Write(output);
      continue;
    }
    if (event == ProcessEvent::kTimeout) {
      // A container with its hands full may leave a ping waiting: then its answers are proof enough.
      failed_pings = in_flight_ > 0 || Ping(client) ? 0 : failed_pings + 1;
      next_ping = Deadline::After(limits.ping_interval);
      if (failed_pings < limits.max_failed_pings) continue;
    }
    SetState(State::kRestarting);
    End(process, log);
    return event == ProcessEvent::kWoken ? RunEnd::kStopped : RunEnd::kDied;
  }
}

void Instance::End(Process& process, ContainerLog& log) {
  process.SignalGroup(SIGTERM);
  const Wakeup never;
  Deadline deadline = Deadline::After(options_.limits.stop_grace);
  std::string output;
  while (true) {
    output.clear();
    const ProcessEvent event = process.WaitForEvent(never, deadline, output);
    if (event == ProcessEvent::kExited) break;
    if (event == ProcessEvent::kOutput) log.Write(output);
    if (event == ProcessEvent::kTimeout) {
      process.SignalGroup(SIGKILL);
      deadline = Deadline();
    }
  }
  log.Finish();
}

bool Instance::Ping(http::Client& client) const {
  const auto reply = client.Send({.target = "/ping"}, Deadline::After(options_.limits.ping_timeout));
  return reply.ok() && reply->status == 200;
}

void Instance::SetState(State state, std::shared_ptr<http::Client> client) {
  {
    const std::lock_guard lock(mutex_);
    client_ = std::move(client);
  }
  state_ = state;
  on_change_();
}

bool Instance::WaitUnlessStopped(milliseconds duration) const {
  pollfd wait{stop_.fd(), POLLIN, 0};
  return poll(&wait, 1, static_cast<int>(duration.count())) == 0;
}

Result<http::Response> Instance::Send(const http::ClientRequest& request, const CancellationToken& cancellation) {
  std::string body;
  auto reply = Stream(request, cancellation, [&body](std::string_view piece) {
    body.append(piece);
    return Status::Ok();
  });
  if (reply.ok()) reply->body = std::move(body);
  return reply;
}

Result<http::Response> Instance::Stream(const http::ClientRequest& request, const CancellationToken& cancellation,
                                        const http::BodySink& body, const http::HeadSink& head, std::optional<milliseconds> timeout) {
  std::shared_ptr<http::Client> client;
  {
    const std::lock_guard lock(mutex_);
    client = client_;
  }
  const InFlight in_flight(in_flight_, options_.limits.max_in_flight);
  if (client == nullptr || !in_flight.admitted()) return Error(ErrorKind::kThrottled, "The container takes no request now");
  return client->Send(request, Deadline::After(timeout.value_or(options_.limits.invocation_timeout)), cancellation, body, head);
}

}  // namespace sagespark::server
