#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "sagespark/aws/model/sagemaker.h"
#include "sagespark/base/cancellation.h"
#include "sagespark/server/hosting/replica.h"
#include "sagespark/server/transform/object_transform.h"
#include "sagespark/server/transform/transform_settings.h"

namespace sagespark::server {

/// One instance of a transform job: the model's containers, asked again when they could not answer. Thread-safe.
class TransformInstance {
 public:
  /// Fetches the models, for `user`, and starts the containers. `first_backoff` is the wait before a request is sent again, doubled each
  /// time. Fails as Replica::Start.
  static Result<std::unique_ptr<TransformInstance>> Start(Replica::Options options, const std::string& user, ObjectAccess& objects,
                                                          LogStore& logs, CancellationToken cancellation, milliseconds first_backoff);

  /// Waits until the containers answer pings. Fails with kUnavailable when it does not come up, kCancelled.
  Status WaitUntilHealthy();

  /// What the first container answers to GET /execution-parameters; status 404 when it gives no answer.
  http::Response ExecutionParameters();

  /// Sends a payload as an invocation. A container that is gone, answers 429 or 5xx, or not in time is asked again, up to
  /// `max_retries` times. Fails with kModelError and "Bad HTTP status received from algorithm: 415 ...", with code ClientError when
  /// the status was 4xx; kTimeout, kUnavailable, kCancelled.
  Result<std::string> Invoke(const aws::sagemaker::DescribeTransformJobResponse& job, const std::string& body, int64_t max_retries);

  /// The same with one payload of any length, sent in chunks as `open` gives it, anew for every attempt; the reply becomes the file `reply`.
  Status InvokeUnlimited(const aws::sagemaker::DescribeTransformJobResponse& job, const std::function<Result<codec::ByteSource>()>& open,
                         int64_t max_retries, const std::filesystem::path& reply);

 private:
  using Attempt = std::function<Result<http::Response>()>;

  TransformInstance(CancellationToken cancellation, milliseconds first_backoff);

  Result<http::Response> SendOnce(const Attempt& send);
  Result<http::Response> SendUntilAnswered(const Attempt& send, int64_t max_retries);

  const CancellationToken cancellation_;
  const milliseconds first_backoff_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<void> wake_on_cancel_;
  std::unique_ptr<Replica> replica_;  ///< Last: its threads notify.
};

}  // namespace sagespark::server
