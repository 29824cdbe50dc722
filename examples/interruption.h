#pragma once

#include <pthread.h>
#include <signal.h>

#include <thread>

#include "sagespark/base/cancellation.h"

namespace examples {

/// Turns SIGINT and SIGTERM into a cancellation, so that a program can clean up before it ends. Make it before any thread: threads
/// inherit that these signals are blocked, and only the one made here waits for them.
class Interruption {
 public:
  Interruption() {
    // A shell without job control starts background programs with SIGINT ignored.
    signal(SIGINT, SIG_DFL);
    sigemptyset(&signals_);
    for (const int number : {SIGINT, SIGTERM, SIGUSR1}) sigaddset(&signals_, number);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    waiter_ = std::thread([this] { Wait(); });
  }

  ~Interruption() {
    pthread_kill(waiter_.native_handle(), SIGUSR1);
    waiter_.join();
  }

  Interruption(const Interruption&) = delete;

  sagespark::CancellationToken token() const { return source_.token(); }

 private:
  void Wait() {
    for (int number = 0; sigwait(&signals_, &number) == 0 && number != SIGUSR1;) source_.Cancel();
  }

  sigset_t signals_;
  sagespark::CancellationSource source_;
  std::thread waiter_;
};

}  // namespace examples
