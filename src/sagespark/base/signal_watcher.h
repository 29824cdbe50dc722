#pragma once

#include <atomic>
#include <thread>

#include "sagespark/base/cancellation.h"

namespace sagespark {

/// Cancels its token at the first SIGTERM or SIGINT. One at a time in a process. A handler, not a mask: the BLAS library
/// has threads of its own before main starts, to which a masked signal would go, and processes that are started would inherit
/// the mask.
class SignalWatcher {
 public:
  SignalWatcher();
  ~SignalWatcher();
  SignalWatcher(const SignalWatcher&) = delete;
  SignalWatcher& operator=(const SignalWatcher&) = delete;

  CancellationToken token() const { return source_.token(); }

  /// Returns when that signal has come.
  void Wait() const { signalled_.wait(false); }

 private:
  CancellationSource source_;
  std::atomic<bool> done_ = false;
  std::atomic<bool> signalled_ = false;
  std::thread thread_;
};

}  // namespace sagespark
