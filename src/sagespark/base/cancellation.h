#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>

#include "sagespark/base/result.h"

namespace sagespark {

/// Tells running work to stop. Copies share one state; a default-constructed token is never cancelled.
class CancellationToken {
 public:
  CancellationToken() = default;

  bool cancelled() const;

  /// Calls `callback` once when the token is cancelled, at once if it is already, on the cancelling thread.
  /// The callback is dropped when the returned registration is destroyed, which waits for a running call.
  [[nodiscard]] std::shared_ptr<void> OnCancel(std::function<void()> callback) const;

  /// kCancelled when cancelled.
  Status Check() const;

 private:
  friend class CancellationSource;
  struct State;
  explicit CancellationToken(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

/// Owns a token and cancels it.
class CancellationSource {
 public:
  CancellationSource();
  CancellationToken token() const { return CancellationToken(state_); }
  void Cancel();

 private:
  std::shared_ptr<CancellationToken::State> state_;
};

}  // namespace sagespark
