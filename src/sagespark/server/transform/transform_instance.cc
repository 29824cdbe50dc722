#include "sagespark/server/transform/transform_instance.h"

#include <algorithm>

namespace sagespark::server {
namespace {

constexpr size_t kMostMessageBytes = 512;  // Of a container's error, repeated in the job's reason.
constexpr milliseconds kLastBackoff{5'000};

bool MayPass(const Result<http::Response>& reply) {
  if (!reply.ok()) return reply.error().kind() == ErrorKind::kUnavailable || reply.error().kind() == ErrorKind::kTimeout;
  return reply->status == 429 || reply->status >= 500;
}

Error BadStatus(const http::Response& reply) {
  const bool is_client_error = reply.status >= 400 && reply.status < 500;
  const std::string message = reply.body.substr(0, kMostMessageBytes);
  return Error(ErrorKind::kModelError,
               "Bad HTTP status received from algorithm: " + std::to_string(reply.status) + (message.empty() ? "" : ", with message \"" + message + "\""),
               is_client_error ? "ClientError" : "AlgorithmError");
}

}  // namespace

TransformInstance::TransformInstance(Instance::Options options, LogStore& logs, CancellationToken cancellation, milliseconds first_backoff)
    : cancellation_(std::move(cancellation)), first_backoff_(first_backoff) {
  const auto notify = [this] {
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
  };
  wake_on_cancel_ = cancellation_.OnCancel(notify);
  instance_ = std::make_unique<Instance>(std::move(options), logs, notify);
}

Status TransformInstance::WaitUntilHealthy() {
  std::unique_lock lock(mutex_);
  while (true) {
    SAGESPARK_RETURN_IF_ERROR(cancellation_.Check());
    const Instance::State state = instance_->state();
    if (state == Instance::State::kHealthy) return Status::Ok();
    if (state == Instance::State::kFailed) return Unavailable("The container did not pass the ping health check. Please check its log.");
    changed_.wait(lock);
  }
}

Result<http::Response> TransformInstance::SendOnce(const http::ClientRequest& request) {
  while (true) {
    SAGESPARK_RETURN_IF_ERROR(WaitUntilHealthy());
    auto reply = instance_->Send(request, cancellation_);
    // It ended between the wait and the request: the request was not sent.
    if (reply.ok() || reply.error().kind() != ErrorKind::kThrottled) return reply;
  }
}

http::Response TransformInstance::ExecutionParameters() {
  auto reply = SendOnce({.target = "/execution-parameters"});
  return reply.ok() ? *std::move(reply) : http::Response{.status = 404};
}

Result<std::string> TransformInstance::Invoke(const aws::sagemaker::DescribeTransformJobResponse& job, const std::string& body,
                                              int64_t max_retries) {
  http::ClientRequest request{.method = "POST", .target = "/invocations", .body = body};
  request.headers.Add("Content-Type", job.transform_input.content_type.value_or("application/octet-stream"));
  if (job.transform_output->accept) request.headers.Add("Accept", *job.transform_output->accept);
  milliseconds backoff = first_backoff_;
  for (int64_t attempt = 0;; ++attempt) {
    auto reply = SendOnce(request);
    if (reply.ok() && reply->status >= 200 && reply->status < 300) return std::move(reply->body);
    if (!MayPass(reply) || attempt >= max_retries) return reply.ok() ? BadStatus(*reply) : reply.error();
    SAGESPARK_RETURN_IF_ERROR(Clock::System().Sleep(backoff, cancellation_));
    backoff = std::min(2 * backoff, kLastBackoff);
  }
}

}  // namespace sagespark::server
