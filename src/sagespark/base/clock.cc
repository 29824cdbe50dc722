#include "sagespark/base/clock.h"

#include <condition_variable>
#include <ctime>
#include <mutex>

namespace sagespark {
namespace {

class SystemClock final : public Clock {
 public:
  SystemTime Now() const override { return std::chrono::system_clock::now(); }
  SteadyTime SteadyNow() const override { return std::chrono::steady_clock::now(); }

  Status Sleep(milliseconds duration, const CancellationToken& cancellation) const override {
    std::mutex mutex;
    std::condition_variable woken;
    bool cancelled = false;
    const auto registration = cancellation.OnCancel([&] {
      std::lock_guard lock(mutex);
      cancelled = true;
      woken.notify_all();
    });
    std::unique_lock lock(mutex);
    woken.wait_for(lock, duration, [&] { return cancelled; });
    lock.unlock();
    return cancellation.Check();
  }
};

}  // namespace

const Clock& Clock::System() {
  static const SystemClock clock;
  return clock;
}

Status FakeClock::Sleep(milliseconds duration, const CancellationToken& cancellation) const {
  SAGESPARK_RETURN_IF_ERROR(cancellation.Check());
  sleeps_.push_back(duration);
  now_ += duration;
  return Status::Ok();
}

milliseconds Deadline::left(const Clock& clock) const {
  if (at_ == SteadyTime::max()) return milliseconds::max();
  const auto left = std::chrono::ceil<milliseconds>(at_ - clock.SteadyNow());
  return std::max(left, milliseconds(0));
}

std::string FormatIso8601(SystemTime time) {
  const auto millis = std::chrono::floor<milliseconds>(time.time_since_epoch()).count();
  const std::time_t seconds = static_cast<std::time_t>(millis / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[40];
  const size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text + length, sizeof text - length, ".%03dZ", static_cast<int>(millis % 1000));
  return text;
}

}  // namespace sagespark
