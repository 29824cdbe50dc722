#include "sagespark/sagemaker/request_options.h"

namespace sagespark::sagemaker {
namespace {

constexpr int64_t kMostBytesPerRequest = int64_t{25} << 20;

Status CheckRange(const char* name, int64_t value, int64_t least, int64_t most) {
  if (value >= least && value <= most) return Status::Ok();
  const std::string range =
      most == INT64_MAX ? ">= " + std::to_string(least) : std::to_string(least) + " to " + std::to_string(most);
  return InvalidArgument("Option is out of range: " + std::string(name) + " = " + std::to_string(value) + "; valid: " + range);
}

}  // namespace

Status CheckRequestOptions(const RequestOptions& options) {
  SAGESPARK_RETURN_IF_ERROR(CheckRange("requestsInFlight", options.requestsInFlight, 1, INT64_MAX));
  SAGESPARK_RETURN_IF_ERROR(CheckRange("maxRowsPerRequest", options.maxRowsPerRequest.value_or(1), 1, INT64_MAX));
  SAGESPARK_RETURN_IF_ERROR(CheckRange("maxBytesPerRequest", options.maxBytesPerRequest, 1, kMostBytesPerRequest));
  SAGESPARK_RETURN_IF_ERROR(CheckRange("maxBytesInFlight", options.maxBytesInFlight, 1, INT64_MAX));
  SAGESPARK_RETURN_IF_ERROR(CheckRange("timeoutInSeconds", options.timeoutInSeconds, 1, INT64_MAX));
  if (options.errorColumnName && options.errorColumnName->empty()) return InvalidArgument("Option is empty: errorColumnName");
  return Status::Ok();
}

staging::InferenceOptions ToInferenceOptions(const RequestOptions& options, bool prepend_rows) {
  staging::InferenceOptions inference{.max_payload_bytes = static_cast<size_t>(options.maxBytesPerRequest),
                                      .requests_in_flight = options.requestsInFlight,
                                      .max_bytes_in_flight = static_cast<size_t>(options.maxBytesInFlight),
                                      .prepend_rows = prepend_rows,
                                      .error_column = options.errorColumnName.value_or("")};
  if (options.maxRowsPerRequest) inference.max_rows_per_request = *options.maxRowsPerRequest;
  return inference;
}

aws::InvokeLimits ToInvokeLimits(const RequestOptions& options) {
  return {.attempt_timeout = std::chrono::seconds(options.timeoutInSeconds)};
}

}  // namespace sagespark::sagemaker
