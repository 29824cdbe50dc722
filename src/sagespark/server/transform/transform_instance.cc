#include "sagespark/server/transform/transform_instance.h"

#include <algorithm>
#include <fstream>
#include <span>

namespace sagespark::server {
namespace {

namespace fs = std::filesystem;

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

http::ClientRequest Invocation(const aws::sagemaker::DescribeTransformJobResponse& job) {
  http::ClientRequest request{.method = "POST", .target = "/invocations"};
  request.headers.Add("Content-Type", job.transform_input.content_type.value_or("application/octet-stream"));
  if (job.transform_output->accept) request.headers.Add("Accept", *job.transform_output->accept);
  return request;
}

}  // namespace

TransformInstance::TransformInstance(CancellationToken cancellation, milliseconds first_backoff)
    : cancellation_(std::move(cancellation)), first_backoff_(first_backoff) {}

Result<std::unique_ptr<TransformInstance>> TransformInstance::Start(Replica::Options options, const std::string& user,
                                                                    ObjectAccess& objects, LogStore& logs,
                                                                    CancellationToken cancellation, milliseconds first_backoff) {
  std::unique_ptr<TransformInstance> instance(new TransformInstance(std::move(cancellation), first_backoff));
  const auto notify = [me = instance.get()] {
    const std::lock_guard lock(me->mutex_);
    me->changed_.notify_all();
  };
  instance->wake_on_cancel_ = instance->cancellation_.OnCancel(notify);
  SAGESPARK_ASSIGN_OR_RETURN(instance->replica_, Replica::Start(std::move(options), user, objects, logs, notify));
  return instance;
}

Status TransformInstance::WaitUntilHealthy() {
  std::unique_lock lock(mutex_);
  while (true) {
    SAGESPARK_RETURN_IF_ERROR(cancellation_.Check());
    const Instance::State state = replica_->state();
    if (state == Instance::State::kHealthy) return Status::Ok();
    if (state == Instance::State::kFailed) return Unavailable("The container did not pass the ping health check. Please check its log.");
    changed_.wait(lock);
  }
}

Result<http::Response> TransformInstance::SendOnce(const Attempt& send) {
  while (true) {
    SAGESPARK_RETURN_IF_ERROR(WaitUntilHealthy());
    auto reply = send();
    // It ended between the wait and the request: the request was not sent.
    if (reply.ok() || reply.error().kind() != ErrorKind::kThrottled) return reply;
  }
}

Result<http::Response> TransformInstance::SendUntilAnswered(const Attempt& send, int64_t max_retries) {
  milliseconds backoff = first_backoff_;
  for (int64_t attempt = 0;; ++attempt) {
    auto reply = SendOnce(send);
    if (reply.ok() && reply->status >= 200 && reply->status < 300) return reply;
    if (!MayPass(reply) || attempt >= max_retries) return reply.ok() ? BadStatus(*reply) : reply.error();
    SAGESPARK_RETURN_IF_ERROR(Clock::System().Sleep(backoff, cancellation_));
    backoff = std::min(2 * backoff, kLastBackoff);
  }
}

http::Response TransformInstance::ExecutionParameters() {
  auto reply = SendOnce([this] { return replica_->Ask({.target = "/execution-parameters"}, cancellation_); });
  return reply.ok() ? *std::move(reply) : http::Response{.status = 404};
}

Result<std::string> TransformInstance::Invoke(const aws::sagemaker::DescribeTransformJobResponse& job, const std::string& body,
                                              int64_t max_retries) {
  http::ClientRequest request = Invocation(job);
  request.body = body;
  SAGESPARK_ASSIGN_OR_RETURN(http::Response reply,
                             SendUntilAnswered([&] { return replica_->Send(request, "", cancellation_).response; }, max_retries));
  return std::move(reply.body);
}

Status TransformInstance::InvokeUnlimited(const aws::sagemaker::DescribeTransformJobResponse& job,
                                          const std::function<Result<codec::ByteSource>()>& open, int64_t max_retries,
                                          const fs::path& reply) {
  const auto send = [&]() -> Result<http::Response> {
    SAGESPARK_ASSIGN_OR_RETURN(const codec::ByteSource source, open());
    http::ClientRequest request = Invocation(job);
    request.body_source = [&source](char* buffer, size_t size) { return source(std::span(buffer, size)); };
    std::ofstream out(reply, std::ios::binary | std::ios::trunc);
    std::string start;  // Which says what is wrong when something is.
    const auto write = [&](std::string_view piece) -> Status {
      start.append(piece.substr(0, kMostMessageBytes - std::min(start.size(), kMostMessageBytes)));
      out.write(piece.data(), static_cast<std::streamsize>(piece.size()));
      return out ? Status::Ok() : Status(Error(ErrorKind::kIo, "Output of the transform job cannot be written"));
    };
    SAGESPARK_ASSIGN_OR_RETURN(http::Response answered, replica_->Send(request, "", cancellation_, {.body = write}).response);
    out.close();
    if (!out) return Error(ErrorKind::kIo, "Output of the transform job cannot be written");
    if (answered.body.empty()) answered.body = std::move(start);
    return answered;
  };
  return SendUntilAnswered(send, max_retries).status();
}

}  // namespace sagespark::server
