#pragma once

#include <map>
#include <string>

#include "sagespark/aws/model/sagemaker.h"
#include "sagespark/base/clock.h"
#include "sagespark/base/result.h"
#include "sagespark/http/message.h"
#include "sagespark/server/transform/record_splitter.h"

namespace sagespark::server {

/// How a transform job sends its records: what the request says, else what the container says, else SageMaker's defaults.
struct TransformSettings {
  SplitType split = SplitType::kNone;
  bool single_record = false;
  int64_t max_concurrent = 1;    ///< Requests at a time to one instance.
  int64_t max_payload_mb = 6;    ///< 0: each object is one request of any length, sent in chunks.
  milliseconds timeout{600'000}; ///< Of one request.
  int64_t max_retries = 3;       ///< Of one request.

  bool is_unlimited() const { return max_payload_mb == 0; }
  size_t max_payload_bytes() const { return static_cast<size_t>(max_payload_mb) << 20; }
};

/// The settings that the request gives. Fails with kInvalidArgument on a combination that SageMaker refuses.
Result<TransformSettings> SettingsOf(const aws::sagemaker::DescribeTransformJobResponse& job);

/// Adds what the container answered to GET /execution-parameters, where the request gives nothing. Another status than 200 and a body
/// that is no JSON object say nothing. Fails with kInvalidArgument when the settings together are refused.
Result<TransformSettings> WithExecutionParameters(const TransformSettings& settings, const aws::sagemaker::DescribeTransformJobResponse& job,
                                                  const http::Response& reply);

/// The variables that tell a container of its batch job: SAGEMAKER_BATCH, and what the request gives.
/// Source: "Use Your Own Inference Code with Batch Transform", Amazon SageMaker guide.
std::map<std::string, std::string> BatchEnvironment(const aws::sagemaker::DescribeTransformJobResponse& job);

}  // namespace sagespark::server
