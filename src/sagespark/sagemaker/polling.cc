#include "sagespark/sagemaker/polling.h"

#include <algorithm>

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

milliseconds PollSchedule::Next() {
  const milliseconds wait = next_;
  next_ = std::min(next_ * 3 / 2, longest_);
  return wait;
}

bool IsPassing(const Error& error) {
  return error.kind() == ErrorKind::kUnavailable || error.kind() == ErrorKind::kThrottled ||
         error.kind() == ErrorKind::kTimeout;
}

}  // namespace sagespark::sagemaker
