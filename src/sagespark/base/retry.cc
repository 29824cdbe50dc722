#include "sagespark/base/retry.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <string_view>

namespace sagespark {
namespace {

constexpr std::array<std::string_view, 2> kTransientCodes = {"RequestTimeout", "RequestTimeoutException"};
constexpr std::array<std::string_view, 14> kThrottleCodes = {
    "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException",
    "TooManyRequestsException", "ProvisionedThroughputExceededException", "TransactionInProgressException",
    "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException", "RequestThrottled", "SlowDown",
    "PriorRequestNotComplete", "EC2ThrottledException"};

std::function<double()> SeededRandom() {
  auto engine = std::make_shared<std::mt19937_64>(std::random_device()());
  return [engine] { return std::uniform_real_distribution<double>()(*engine); };
}

}  // namespace

RetryClass ClassifyForRetry(const Error& error) {
  if (std::ranges::find(kThrottleCodes, error.code()) != kThrottleCodes.end()) return RetryClass::kThrottle;
  if (std::ranges::find(kTransientCodes, error.code()) != kTransientCodes.end()) return RetryClass::kTransient;
  switch (error.kind()) {
    case ErrorKind::kThrottled: return RetryClass::kThrottle;
    case ErrorKind::kUnavailable:
    case ErrorKind::kTimeout: return RetryClass::kTransient;
    default: return RetryClass::kNever;
  }
}

bool RetryQuota::Acquire(int tokens) {
  std::lock_guard lock(mutex_);
  if (tokens > available_) return false;
  available_ -= tokens;
  return true;
}

void RetryQuota::Release(int tokens) {
  std::lock_guard lock(mutex_);
  available_ = std::min(available_ + tokens, kCapacity);
}

int RetryQuota::available() const {
  std::lock_guard lock(mutex_);
  return available_;
}

milliseconds RetryDelay(const RetryOptions& options, RetryClass retry_class, int attempt, double random,
                        std::optional<milliseconds> retry_after) {
  const milliseconds base =
      retry_class == RetryClass::kThrottle ? options.throttle_base : options.transient_base;
  const double exponential = static_cast<double>(base.count()) * std::exp2(std::min(attempt - 1, 60));
  const double longest = std::min(exponential, static_cast<double>(options.max_backoff.count()));
  const milliseconds own(static_cast<int64_t>(random * longest));
  if (!retry_after.has_value()) return own;
  return std::max(own, std::min(*retry_after, own + options.max_extra_wait));
}

Retrier::Retrier(RetryOptions options, const Clock& clock, std::function<double()> random)
    : options_(options), clock_(clock), random_(random ? std::move(random) : SeededRandom()) {}

std::optional<milliseconds> Retrier::Next(const Error& error, const RetryAttempt& attempt, const Deadline& deadline,
                                          std::optional<int>& acquired) {
  const RetryClass retry_class = attempt.retry_class.value_or(ClassifyForRetry(error));
  if (retry_class == RetryClass::kNever || attempt.number >= options_.max_attempts) return std::nullopt;
  const int cost =
      retry_class == RetryClass::kThrottle ? RetryQuota::kThrottleCost : RetryQuota::kTransientCost;
  if (!quota_.Acquire(cost)) return std::nullopt;
  double random = 0;
  {
    std::lock_guard lock(random_mutex_);
    random = random_();
  }
  const milliseconds delay = RetryDelay(options_, retry_class, attempt.number, random, attempt.retry_after);
  if (delay >= deadline.left(clock_)) {
    quota_.Release(cost);
    return std::nullopt;
  }
  acquired = cost;
  return delay;
}

}  // namespace sagespark
