#include "sagespark/base/cancellation.h"

#include <atomic>
#include <map>

namespace sagespark {

struct CancellationToken::State {
  std::atomic<bool> cancelled = false;
  std::recursive_mutex mutex;  // Held while callbacks run, so that dropping one waits for it.
  std::map<int, std::function<void()>> callbacks;
  int next_id = 0;
};

bool CancellationToken::cancelled() const { return state_ != nullptr && state_->cancelled; }

Status CancellationToken::Check() const {
  if (cancelled()) return Cancelled("Cancelled");
  return Status::Ok();
}

std::shared_ptr<void> CancellationToken::OnCancel(std::function<void()> callback) const {
  if (state_ == nullptr) return nullptr;
  std::lock_guard lock(state_->mutex);
  if (state_->cancelled) {
    callback();
    return nullptr;
  }
  const int id = state_->next_id++;
  state_->callbacks.emplace(id, std::move(callback));
  return std::shared_ptr<void>(state_.get(), [state = state_, id](void*) {
    std::lock_guard lock(state->mutex);
    state->callbacks.erase(id);
  });
}

CancellationSource::CancellationSource() : state_(std::make_shared<CancellationToken::State>()) {}

void CancellationSource::Cancel() {
  std::lock_guard lock(state_->mutex);
  if (state_->cancelled.exchange(true)) return;
  // Each is taken out before it runs: a callback may drop registrations, its own among them.
  while (!state_->callbacks.empty()) {
    auto callback = std::move(state_->callbacks.begin()->second);
    state_->callbacks.erase(state_->callbacks.begin());
    callback();
  }
}

}  // namespace sagespark
