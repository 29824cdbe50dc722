#include "sagespark/server/transform/transform_settings.h"

#include <algorithm>
#include <string_view>

#include "sagespark/base/json/value.h"

namespace sagespark::server {
namespace {

namespace sm = aws::sagemaker;

constexpr int64_t kMostMegabytes = 100;  // In flight to one instance.

SplitType SplitOf(const std::string& name) {
  if (name == "Line") return SplitType::kLine;
  if (name == "RecordIO") return SplitType::kRecordIO;
  if (name == "TFRecord") return SplitType::kTFRecord;
  return SplitType::kNone;
}

/// "MULTI_RECORD" of the container and its variable, "MultiRecord" of the API.
bool IsSingleRecord(std::string_view strategy) { return strategy == "SINGLE_RECORD" || strategy == "SingleRecord"; }

Status Check(const TransformSettings& settings) {
  if (settings.is_unlimited() && settings.single_record && settings.split != SplitType::kNone) {
    return InvalidArgument("MaxPayloadInMB 0 (each object is one request of any length) does not go with SplitType and BatchStrategy SingleRecord");
  }
  if (settings.max_concurrent * settings.max_payload_mb > kMostMegabytes) {
    return InvalidArgument("MaxConcurrentTransforms * MaxPayloadInMB must not exceed 100 MB: " + std::to_string(settings.max_concurrent) +
                           " * " + std::to_string(settings.max_payload_mb));
  }
  return Status::Ok();
}

}  // namespace

Result<TransformSettings> SettingsOf(const sm::DescribeTransformJobResponse& job) {
  TransformSettings settings{.split = SplitOf(job.transform_input.split_type.value_or("None")),
                             .single_record = IsSingleRecord(job.batch_strategy.value_or("MultiRecord"))};
  if (job.max_payload_in_mb) settings.max_payload_mb = *job.max_payload_in_mb;
  if (job.max_concurrent_transforms.value_or(0) > 0) settings.max_concurrent = *job.max_concurrent_transforms;
  if (const auto& client = job.model_client_config) {
    if (client->invocations_timeout_in_seconds) settings.timeout = std::chrono::seconds(*client->invocations_timeout_in_seconds);
    settings.max_retries = client->invocations_max_retries.value_or(settings.max_retries);
  }
  SAGESPARK_RETURN_IF_ERROR(Check(settings));
  return settings;
}

Result<TransformSettings> WithExecutionParameters(const TransformSettings& settings, const sm::DescribeTransformJobResponse& job,
                                                  const http::Response& reply) {
  const auto parameters = reply.status == 200 ? json::Parse(reply.body) : Result<json::Value>(NotFound("none"));
  if (!parameters.ok()) return settings;
  TransformSettings all = settings;
  const auto concurrent = parameters->GetInt("MaxConcurrentTransforms");
  const auto payload = parameters->GetInt("MaxPayloadInMB");
  const auto strategy = parameters->GetString("BatchStrategy");
  if (job.max_concurrent_transforms.value_or(0) == 0 && concurrent.ok() && *concurrent > 0) all.max_concurrent = *concurrent;
  if (!job.max_payload_in_mb && payload.ok() && *payload > 0) all.max_payload_mb = *payload;
  if (!job.batch_strategy && strategy.ok() && !all.is_unlimited()) all.single_record = IsSingleRecord(*strategy);
  // What the container would like does not go beyond the limit; what the request says stays.
  if (!job.max_payload_in_mb) all.max_payload_mb = std::min(all.max_payload_mb, kMostMegabytes);
  if (!job.max_concurrent_transforms.value_or(0) && !all.is_unlimited()) {
    all.max_concurrent = std::min(all.max_concurrent, std::max<int64_t>(1, kMostMegabytes / all.max_payload_mb));
  }
  SAGESPARK_RETURN_IF_ERROR(Check(all));
  return all;
}

std::map<std::string, std::string> BatchEnvironment(const sm::DescribeTransformJobResponse& job) {
  std::map<std::string, std::string> environment{{"SAGEMAKER_BATCH", "true"}};
  if (job.max_payload_in_mb) environment["SAGEMAKER_MAX_PAYLOAD_IN_MB"] = std::to_string(*job.max_payload_in_mb);
  if (job.max_concurrent_transforms) environment["SAGEMAKER_MAX_CONCURRENT_TRANSFORMS"] = std::to_string(*job.max_concurrent_transforms);
  if (job.batch_strategy) environment["SAGEMAKER_BATCH_STRATEGY"] = IsSingleRecord(*job.batch_strategy) ? "SINGLE_RECORD" : "MULTI_RECORD";
  return environment;
}

}  // namespace sagespark::server
