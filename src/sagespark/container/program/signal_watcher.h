#pragma once

#include <atomic>
#include <thread>

#include "sagespark/base/cancellation.h"

namespace sagespark::container {

/// Cancels its token at the first SIGTERM or SIGINT. Make it before any other thread: they inherit that these signals
/// are blocked.
class SignalWatcher {
 public:
  SignalWatcher();
  ~SignalWatcher();
  SignalWatcher(const SignalWatcher&) = delete;
  SignalWatcher& operator=(const SignalWatcher&) = delete;

  CancellationToken token() const { return source_.token(); }

 private:
  CancellationSource source_;
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

}  // namespace sagespark::container
