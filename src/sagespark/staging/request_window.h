#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>

namespace sagespark::staging {

/// How many requests of one partition may be in flight. It begins with one, so that a few rows cost one request, and doubles with
/// each reply. The first time that the service throttles it halves, and from then on grows by one for as many replies as it holds
/// (additive increase, multiplicative decrease). Requests sent before the last halving do not halve it again: they tell what is
/// known already. Thread-safe.
class RequestWindow {
 public:
  explicit RequestWindow(size_t most) : most_(most) {}

  size_t size() const;

  /// To be noted with a request that is sent now.
  uint64_t generation() const;

  /// An attempt of a request was throttled.
  void OnThrottle(uint64_t generation);

  /// A request was answered.
  void OnReply();

 private:
  const size_t most_;
  mutable std::mutex mutex_;
  size_t size_ = 1;
  uint64_t generation_ = 0;  ///< Counts the halvings.
  size_t replies_ = 0;       ///< Since it grew last.
};

}  // namespace sagespark::staging
