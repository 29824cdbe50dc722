#pragma once

#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <thread>

#include "sagespark/base/cancellation.h"

namespace examples {

/// Turns SIGINT and SIGTERM into a cancellation, so that a program can clean up before it ends. One at a time. A handler rather than
/// blocked signals: libraries start threads before main, and any thread may be the one that gets a signal.
class Interruption {
 public:
  Interruption() {
    wakeup_fd_ = eventfd(0, EFD_CLOEXEC);
    waiter_ = std::thread([this] { Wait(); });
    SetHandler([](int) { WakeUp(); });
  }

  ~Interruption() {
    SetHandler(SIG_DFL);
    done_ = true;
    WakeUp();
    waiter_.join();
    close(wakeup_fd_);
  }

  Interruption(const Interruption&) = delete;

  sagespark::CancellationToken token() const { return source_.token(); }

 private:
  static void SetHandler(void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
  }

  /// All that a signal handler may do.
  static void WakeUp() {
    const int saved_errno = errno;
    const uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(wakeup_fd_, &one, sizeof(one));
    errno = saved_errno;
  }

  void Wait() {
    uint64_t count = 0;
    while (!done_) {
      if (read(wakeup_fd_, &count, sizeof(count)) == sizeof(count) && !done_) source_.Cancel();
    }
  }

  static inline int wakeup_fd_ = -1;
  sagespark::CancellationSource source_;
  std::atomic<bool> done_ = false;
  std::thread waiter_;
};

}  // namespace examples
