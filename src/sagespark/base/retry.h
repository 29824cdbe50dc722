#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "sagespark/base/cancellation.h"
#include "sagespark/base/clock.h"
#include "sagespark/base/result.h"

namespace sagespark {

/// How a failed attempt is retried.
enum class RetryClass {
  kNever,
  kTransient,  ///< The fault may be gone at once.
  kThrottle,   ///< The service asked for fewer requests.
};

/// The class of an error: by its service's code where AWS defines one for retries ("SlowDown", "RequestTimeout"),
/// else by its kind: kThrottled throttles, kUnavailable and kTimeout are transient.
/// Source: "Retry behavior", AWS SDKs and Tools Reference Guide; botocore 1.44.5, retries/standard.py.
RetryClass ClassifyForRetry(const Error& error);

/// Tokens that all requests of a client share, so that an outage is not met with three times the load.
/// Thread-safe.
class RetryQuota {
 public:
  static constexpr int kCapacity = 500;
  static constexpr int kTransientCost = 14;
  static constexpr int kThrottleCost = 5;
  static constexpr int kSuccessRefund = 1;

  /// Takes `tokens`, or returns false when there are not so many.
  bool Acquire(int tokens);
  /// Gives back `tokens`, up to the capacity.
  void Release(int tokens);
  int available() const;

 private:
  mutable std::mutex mutex_;
  int available_ = kCapacity;
};

struct RetryOptions {
  int max_attempts = 3;                                 ///< The first one included; >= 1.
  milliseconds transient_base = milliseconds(50);
  milliseconds throttle_base = milliseconds(1000);
  milliseconds max_backoff = std::chrono::seconds(20);
  /// How far the service's wish (Retry-After) may go beyond our own wait.
  milliseconds max_extra_wait = std::chrono::seconds(5);
};

/// The wait before the attempt that follows failed attempt `attempt` (from 1):
/// random * min(base * 2^(attempt - 1), max_backoff), raised to `retry_after`, but by max_extra_wait at most.
/// `random` in [0, 1).
milliseconds RetryDelay(const RetryOptions& options, RetryClass retry_class, int attempt, double random,
                        std::optional<milliseconds> retry_after = std::nullopt);

/// One attempt, as the operation sees it; it may fill in what its error cannot say.
struct RetryAttempt {
  int number = 1;                           ///< From 1.
  std::optional<milliseconds> retry_after;  ///< The service's wish.
  std::optional<RetryClass> retry_class;    ///< In place of ClassifyForRetry.
};

/// The retry policy of all AWS requests: AWS's standard mode with its rules of 2026. Thread-safe.
class Retrier {
 public:
  /// `random` gives numbers in [0, 1) and is called under a lock; by default a generator seeded by the system.
  explicit Retrier(RetryOptions options = {}, const Clock& clock = Clock::System(),
                   std::function<double()> random = {});

  /// Calls `operation` (RetryAttempt& -> Result or Status) until it succeeds, fails for good, or attempts, quota or
  /// deadline are used up; returns its last result, or kCancelled when cancelled in a wait.
  template <typename Operation>
  auto Run(Operation&& operation, const CancellationToken& cancellation = {}, const Deadline& deadline = {}) {
    std::optional<int> acquired;  // By the last retry: what a success gives back.
    for (RetryAttempt attempt;; attempt = {.number = attempt.number + 1}) {
      auto result = operation(attempt);
      if (result.ok()) {
        quota_.Release(acquired.value_or(RetryQuota::kSuccessRefund));
        return result;
      }
      const auto delay = Next(result.error(), attempt, deadline, acquired);
      if (!delay.has_value()) return result;
      if (Status slept = clock_.Sleep(*delay, cancellation); !slept.ok()) {
        return decltype(result)(std::move(slept).error());
      }
    }
  }

  const RetryOptions& options() const { return options_; }
  const RetryQuota& quota() const { return quota_; }

 private:
  /// The wait before the next attempt; none when there is to be none.
  std::optional<milliseconds> Next(const Error& error, const RetryAttempt& attempt, const Deadline& deadline,
                                   std::optional<int>& acquired);

  const RetryOptions options_;
  const Clock& clock_;
  RetryQuota quota_;
  std::mutex random_mutex_;
  std::function<double()> random_;
};

}  // namespace sagespark
