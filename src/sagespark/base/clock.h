#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "sagespark/base/cancellation.h"

namespace sagespark {

using std::chrono::milliseconds;
using SystemTime = std::chrono::system_clock::time_point;
using SteadyTime = std::chrono::steady_clock::time_point;

/// The time, and waiting for it; a fake one in tests.
class Clock {
 public:
  virtual ~Clock() = default;

  /// The time of day, UTC.
  virtual SystemTime Now() const = 0;

  /// A time that never goes back.
  virtual SteadyTime SteadyNow() const = 0;

  /// Waits for `duration`. Returns kCancelled as soon as the token is cancelled.
  virtual Status Sleep(milliseconds duration, const CancellationToken& cancellation = {}) const = 0;

  /// The machine's clock.
  static const Clock& System();
};

/// A clock that stands still but for Advance and Sleep, which moves it at once and keeps a list of the waits.
/// Not thread-safe.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(SystemTime now = SystemTime(std::chrono::seconds(1'700'000'000))) : now_(now) {}

  SystemTime Now() const override { return now_; }
  SteadyTime SteadyNow() const override { return SteadyTime(now_.time_since_epoch()); }
  Status Sleep(milliseconds duration, const CancellationToken& cancellation = {}) const override;

  void Advance(milliseconds duration) { now_ += duration; }
  const std::vector<milliseconds>& sleeps() const { return sleeps_; }

 private:
  mutable SystemTime now_;
  mutable std::vector<milliseconds> sleeps_;
};

/// A point in time by which work must be done; by default none.
class Deadline {
 public:
  Deadline() = default;
  static Deadline After(milliseconds duration, const Clock& clock = Clock::System()) {
    Deadline deadline;
    deadline.at_ = clock.SteadyNow() + duration;
    return deadline;
  }

  bool passed(const Clock& clock = Clock::System()) const { return clock.SteadyNow() >= at_; }

  /// What is left, at least 0; milliseconds::max() without a deadline.
  milliseconds left(const Clock& clock = Clock::System()) const;

 private:
  SteadyTime at_ = SteadyTime::max();
};

/// "2026-11-21T14:25:00.123Z".
std::string FormatIso8601(SystemTime time);

}  // namespace sagespark
