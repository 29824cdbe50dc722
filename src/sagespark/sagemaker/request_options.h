#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sagespark/aws/client/sagemaker_runtime_client.h"
#include "sagespark/base/result.h"
#include "sagespark/staging/inference.h"

namespace sagespark::sagemaker {

/// How transform sends rows to an endpoint.
struct RequestOptions {
  /// Of one partition, at most, >= 1. It begins with one, doubles with each reply, and halves when the endpoint throttles.
  int requestsInFlight = 8;
  std::optional<int64_t> maxRowsPerRequest = {};  ///< >= 1; as many as fit without it.
  int64_t maxBytesPerRequest = int64_t{5} << 20;  ///< 1 to 25 MiB; any endpoint takes 5 MiB. A row that exceeds it is an error.
  int64_t maxBytesInFlight = int64_t{10} << 20;   ///< Of one partition's requests, >= 1; one request is sent in any case.
  int timeoutInSeconds = 70;  ///< Of one attempt, >= 1: a model has 60 s by contract, the rest is the network's.
  /// A column of strings behind the predictions. With it, rows that cannot be sent and rows of a request that fails (after its
  /// retries) get null predictions and the message in it, and the other rows go on; without it, the job fails.
  std::optional<std::string> errorColumnName = {};
};

/// Fails with kInvalidArgument, naming option, value and range.
Status CheckRequestOptions(const RequestOptions& options);

staging::InferenceOptions ToInferenceOptions(const RequestOptions& options, bool prepend_rows);
aws::InvokeLimits ToInvokeLimits(const RequestOptions& options);

}  // namespace sagespark::sagemaker
