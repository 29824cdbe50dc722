#include "sagespark/base/signal_watcher.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>

#include "sagespark/base/result.h"

namespace sagespark {
namespace {

/// An eventfd: all that a signal handler may safely touch.
int wakeup_fd = -1;

void WakeUp() {
  const int saved_errno = errno;
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(wakeup_fd, &one, sizeof(one));
  errno = saved_errno;
}

void SetHandler(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
}

}  // namespace

SignalWatcher::SignalWatcher() {
  wakeup_fd = eventfd(0, EFD_CLOEXEC);
  SAGESPARK_CHECK(wakeup_fd >= 0);
  thread_ = std::thread([this] {
    uint64_t count = 0;
    while (read(wakeup_fd, &count, sizeof(count)) < 0 && errno == EINTR) {
    }
    if (done_) return;
    source_.Cancel();
    signalled_ = true;
    signalled_.notify_all();
  });
  SetHandler([](int) { WakeUp(); });
}

SignalWatcher::~SignalWatcher() {
  SetHandler(SIG_DFL);
  done_ = true;
  WakeUp();
  thread_.join();
  close(wakeup_fd);
}

}  // namespace sagespark
