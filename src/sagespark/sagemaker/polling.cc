#include "sagespark/sagemaker/polling.h"

#include <algorithm>
#include <cstdio>

namespace sagespark::sagemaker {
namespace {

bool IsThisMachine(const std::string& host) {
  return host == "localhost" || host == "::1" || host == "[::1]" || host.starts_with("127.");
}

}  // namespace

PollSchedule PollSchedule::For(const aws::ClientConfig& config) {
  const auto endpoint = aws::EndpointOf(aws::Service::kSageMaker, config);
  if (endpoint.ok() && IsThisMachine(endpoint->host)) return {milliseconds(20), milliseconds(200)};
  return {milliseconds(5000), milliseconds(5000)};
}

Status PollSchedule::Wait(const Clock& clock, const CancellationToken& cancellation) {
  const SteadyTime start = clock.SteadyNow();
  const Status status = clock.Sleep(next_, cancellation);
  waited_ += std::chrono::duration_cast<milliseconds>(clock.SteadyNow() - start);
  next_ = std::min(next_ * 3 / 2, longest_);
  return status;
}

std::string WaitedText(const PollSchedule& schedule) {
  char seconds[32];
  std::snprintf(seconds, sizeof(seconds), "%.2f", static_cast<double>(schedule.waited().count()) / 1000);
  return std::string("waited ") + seconds + " s";
}

bool IsPassing(const Error& error) {
  return error.kind() == ErrorKind::kUnavailable || error.kind() == ErrorKind::kThrottled ||
         error.kind() == ErrorKind::kTimeout;
}

}  // namespace sagespark::sagemaker
