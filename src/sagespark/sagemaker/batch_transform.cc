#include "sagespark/sagemaker/batch_transform.h"

#include "sagespark/aws/model/sagemaker_rules.h"
#include "sagespark/aws/model/validation.h"
#include "sagespark/sagemaker/polling.h"

namespace sagespark::sagemaker {
namespace {

namespace job_status = aws::sagemaker::transform_job_status;

constexpr int kMostMegabytesInFlight = 100;  // AWS's limit for MaxConcurrentTransforms times MaxPayloadInMB.
constexpr int kDefaultPayloadInMB = 6;
constexpr std::chrono::minutes kLongestStop{10};  // AWS takes a minute or two.

bool IsRunning(const std::string& status) { return status == job_status::kInProgress || status == job_status::kStopping; }

}  // namespace

Status TransformJob::Check() const {
  if (context_.timeout_in_seconds.value_or(1) < 1) {
    return InvalidArgument("Option is out of range: timeoutInSeconds = " + std::to_string(*context_.timeout_in_seconds) +
                           "; valid: >= 1");
  }
  const int64_t megabytes =
      request_.max_payload_in_mb.value_or(kDefaultPayloadInMB) * request_.max_concurrent_transforms.value_or(1);
  if (megabytes > kMostMegabytesInFlight) {
    return InvalidArgument("maxPayloadInMB times maxConcurrentTransforms is out of range: " + std::to_string(megabytes) +
                           "; valid: <= " + std::to_string(kMostMegabytesInFlight));
  }
  const aws::OperationRule* rule = aws::FindOperation(aws::sagemaker::OperationRules(), "CreateTransformJob");
  const Status status = aws::Validate(*rule->input, ToJson(request_));
  if (!status.ok()) return status.error().WithContext("CreateTransformJob");
  return Status::Ok();
}

Status TransformJob::Run() const {
  bool in_doubt = false;
  const auto created =
      context_.client.CreateTransformJob(request_, {.cancellation = context_.cancellation, .in_doubt = &in_doubt});
  // A retry of an attempt whose reply got lost finds the job made already.
  const bool is_made = created.ok() || (in_doubt && created.error().kind() == ErrorKind::kAlreadyExists);
  if (is_made) return Wait();
  if (in_doubt) {
    static_cast<void>(context_.client.StopTransformJob({.transform_job_name = request_.transform_job_name}));
  }
  return created.error();
}

Status TransformJob::Wait() const {
  const std::string& name = request_.transform_job_name;
  const auto& timeout = context_.timeout_in_seconds;
  const Deadline deadline = timeout ? Deadline::After(std::chrono::seconds(*timeout), context_.clock) : Deadline();
  PollSchedule schedule = PollSchedule::For(context_.config);
  Show("InProgress", "");
  for (int failed_polls = 0;;) {
    const auto job =
        context_.client.DescribeTransformJob({.transform_job_name = name}, {.cancellation = context_.cancellation});
    if (job.ok()) {
      failed_polls = 0;
      const std::string& status = job->transform_job_status;
      if (status == job_status::kCompleted) {
        Show(status, ", " + WaitedText(schedule));
        return Status::Ok();
      }
      if (!IsRunning(status)) {
        return Error(ErrorKind::kModelError, "Transform job did not complete: \"" + name + "\" is " + status + ": " +
                                                 job->failure_reason.value_or("no reason given"));
      }
    } else if (job.error().kind() != ErrorKind::kCancelled &&
               (!IsPassing(job.error()) || ++failed_polls == kMostFailedPolls)) {
      return job.error().WithContext("Transform job may still run, but its state cannot be read: \"" + name + "\"");
    }
    if (!schedule.Wait(context_.clock, context_.cancellation).ok()) {
      return Stop(ErrorKind::kCancelled, "Batch transform was cancelled");
    }
    if (deadline.passed(context_.clock)) {
      return Stop(ErrorKind::kTimeout, "Batch transform took longer than timeoutInSeconds = " + std::to_string(*timeout));
    }
  }
}

Error TransformJob::Stop(ErrorKind kind, const std::string& why) const {
  const std::string& name = request_.transform_job_name;
  const Status stopped = context_.client.StopTransformJob({.transform_job_name = name});
  // One that has ended meanwhile cannot be stopped, and need not.
  const Status ended = WaitForEnd();
  if (ended.ok()) return Error(kind, why + "; its job was stopped: \"" + name + "\"");
  const std::string reason = stopped.ok() ? ended.error().message() : stopped.error().message();
  return Error(kind, why + "; its job may still run: \"" + name + "\" could not be stopped: " + reason);
}

Status TransformJob::WaitForEnd() const {
  PollSchedule schedule = PollSchedule::For(context_.config);
  const Deadline deadline = Deadline::After(kLongestStop, context_.clock);
  for (int failed_polls = 0;;) {
    const auto job = context_.client.DescribeTransformJob({.transform_job_name = request_.transform_job_name});
    if (job.ok()) {
      failed_polls = 0;
      if (!IsRunning(job->transform_job_status)) return Status::Ok();
    } else if (!IsPassing(job.error()) || ++failed_polls == kMostFailedPolls) {
      return job.error();
    }
    if (deadline.passed(context_.clock)) return TimedOut("it is still stopping");
    SAGESPARK_RETURN_IF_ERROR(schedule.Wait(context_.clock, {}));
  }
}

void TransformJob::Show(std::string_view status, const std::string& more) const {
  if (!context_.progress) return;
  context_.progress(StatusLine(context_.clock.Now(), status, "transform job " + request_.transform_job_name + more));
}

aws::sagemaker::CreateTransformJobRequest TransformJobRequest(const TransformJobSpec& spec,
                                                              const BatchTransformOptions& options) {
  const aws::sagemaker::TransformS3DataSource source{.s3_data_type = "S3Prefix", .s3_uri = spec.input};
  return {.transform_job_name = spec.name,
          .model_name = spec.model_name,
          .max_concurrent_transforms = options.maxConcurrentTransforms,
          .max_payload_in_mb = options.maxPayloadInMB,
          .batch_strategy = options.batchStrategy,
          .environment = options.environment,
          .transform_input = {.data_source = {.s3_data_source = source},
                              .content_type = spec.content_type,
                              .split_type = options.splitType},
          .transform_output = {.s3_output_path = spec.output,
                               .accept = spec.accept,
                               .assemble_with = options.assembleWith,
                               .kms_key_id = options.outputKmsKeyId},
          .transform_resources = {.instance_type = spec.instance_type,
                                  .instance_count = options.instanceCount,
                                  .volume_kms_key_id = options.volumeKmsKeyId},
          .tags = ToRequest(spec.tags)};
}

}  // namespace sagespark::sagemaker
