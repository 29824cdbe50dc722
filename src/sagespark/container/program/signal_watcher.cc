#include "sagespark/container/program/signal_watcher.h"

#include <pthread.h>

#include <csignal>

namespace sagespark::container {
namespace {

sigset_t EndingSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

}  // namespace

SignalWatcher::SignalWatcher() {
  const sigset_t signals = EndingSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  thread_ = std::thread([this, signals] {
    int signal = 0;
    sigwait(&signals, &signal);
    if (!done_) source_.Cancel();
  });
}

SignalWatcher::~SignalWatcher() {
  done_ = true;
  pthread_kill(thread_.native_handle(), SIGTERM);  // Ends the wait of that thread, and nothing else.
  thread_.join();
}

}  // namespace sagespark::container
