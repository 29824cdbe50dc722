#include "sagespark/staging/request_window.h"

#include <algorithm>

namespace sagespark::staging {

size_t RequestWindow::size() const {
  std::lock_guard lock(mutex_);
  return size_;
}

uint64_t RequestWindow::generation() const {
  std::lock_guard lock(mutex_);
  return generation_;
}

void RequestWindow::OnThrottle(uint64_t generation) {
  std::lock_guard lock(mutex_);
  if (generation != generation_) return;
  size_ = std::max<size_t>(size_ / 2, 1);
  ++generation_;
  replies_ = 0;
}

void RequestWindow::OnReply() {
  std::lock_guard lock(mutex_);
  const bool was_throttled = generation_ > 0;
  if (!was_throttled) {
    size_ = std::min(size_ * 2, most_);
    return;
  }
  if (++replies_ < size_) return;
  size_ = std::min(size_ + 1, most_);
  replies_ = 0;
}

}  // namespace sagespark::staging
