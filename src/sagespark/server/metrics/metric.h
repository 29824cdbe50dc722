#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace sagespark::server {

/// A count that only grows. Thread-safe, without locks.
class Counter {
 public:
  void Add(uint64_t count = 1) { value_.fetch_add(count, std::memory_order_relaxed); }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_ = 0;
};

/// How many durations were how long. Thread-safe, without locks: who reads while others write may see a duration in one number and not
/// yet in another.
class LatencyHistogram {
 public:
  /// Upper bounds of the buckets, in microseconds; one more bucket has no bound.
  static constexpr std::array<int64_t, 18> kBounds = {100,     250,     500,       1'000,     2'500,     5'000,      10'000,     25'000,     50'000,
                                                      100'000, 250'000, 500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000, 30'000'000, 60'000'000};

  void Observe(std::chrono::nanoseconds duration) {
    size_t bucket = 0;
    while (bucket < kBounds.size() && duration > std::chrono::microseconds(kBounds[bucket])) ++bucket;
    counts_[bucket].Add();
    nanoseconds_.Add(static_cast<uint64_t>(duration.count()));
  }

  /// Not of those below it.
  uint64_t bucket(size_t index) const { return counts_[index].value(); }
  double sum_seconds() const { return static_cast<double>(nanoseconds_.value()) / 1e9; }

 private:
  std::array<Counter, kBounds.size() + 1> counts_;
  Counter nanoseconds_;
};

}  // namespace sagespark::server
