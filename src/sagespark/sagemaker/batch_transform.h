#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "sagespark/aws/client/s3_client.h"
#include "sagespark/aws/client/sagemaker_client.h"
#include "sagespark/aws/client/sts_client.h"
#include "sagespark/base/cancellation.h"
#include "sagespark/base/clock.h"
#include "sagespark/sagemaker/progress.h"
#include "sagespark/sagemaker/resource_options.h"
#include "sagespark/sagemaker/s3_resource.h"

namespace sagespark::sagemaker {

/// How SageMakerModel.batchTransform runs its transform job. What is not given, SageMaker decides.
struct BatchTransformOptions {
  std::optional<std::string> instanceType = {};  ///< The endpoint's without it.
  int instanceCount = 1;                         ///< >= 1.
  std::optional<std::string> splitType = {};     ///< How an object is split into records: "None", "Line", "RecordIO", "TFRecord".
  std::optional<std::string> batchStrategy = {};  ///< "MultiRecord": as many records a request as fit; or "SingleRecord".
  std::optional<int> maxPayloadInMB = {};         ///< Of one request; 6 without it. Times maxConcurrentTransforms at most 100.
  std::optional<int> maxConcurrentTransforms = {};  ///< Requests in flight to one instance.

  // For objects that are in S3 already: a DataFrame's rows are written by the model's serializer and read by its deserializer.
  std::optional<std::string> contentType = {};   ///< The serializer's without it.
  std::optional<std::string> accept = {};        ///< The deserializer's without it.
  std::optional<std::string> assembleWith = {};  ///< What is between the predictions for the records of an object: "None" or "Line".

  S3Resource inputS3DataPath = S3AutoCreatePath();  ///< Where a DataFrame's rows are staged, until the job has ended.
  /// Where the predictions go, below a folder of the job's name, and stay. Without it a DataFrame's are in the bucket of
  /// S3AutoCreatePath until the last DataFrame that reads them is gone.
  std::optional<S3Resource> outputS3DataPath = {};
  std::optional<std::string> outputKmsKeyId = {};
  std::optional<std::string> volumeKmsKeyId = {};
  std::map<std::string, std::string> environment = {};  ///< Of the model's container, beside the model's own.
  std::optional<std::string> transformJobName = {};     ///< A unique one without it.
  std::optional<int> timeoutInSeconds = {};             ///< Then the job is stopped. >= 1; as long as it takes without it.
  std::shared_ptr<aws::S3Client> s3Client = nullptr;    ///< Makes the bucket of S3AutoCreatePath.
  std::shared_ptr<aws::StsClient> stsClient = nullptr;  ///< Tells the account for S3AutoCreatePath.
};

/// One transform job: its request, and waiting for it.
class TransformJob {
 public:
  struct Context {
    aws::SageMakerClient& client;
    const aws::ClientConfig& config;
    ProgressListener progress;
    CancellationToken cancellation;
    std::optional<int> timeout_in_seconds;
    const Clock& clock = Clock::System();
  };

  TransformJob(Context context, aws::sagemaker::CreateTransformJobRequest request)
      : context_(std::move(context)), request_(std::move(request)) {}

  /// Checks the request against AWS's rules without sending it.
  Status Check() const;

  /// Creates the job and returns when it is Completed. Fails with kModelError and the job's FailureReason when it fails; on
  /// cancellation (kCancelled) and when its time is up (kTimeout) it stops the job and waits until that has ended, up to 10 minutes: what
  /// it writes can then be deleted.
  Status Run() const;

 private:
  Status Wait() const;
  Error Stop(ErrorKind kind, const std::string& why) const;
  Status WaitForEnd() const;
  void Show(std::string_view status, const std::string& more) const;

  const Context context_;
  const aws::sagemaker::CreateTransformJobRequest request_;
};

/// The request of a job on the objects below `input`, named `name`.
struct TransformJobSpec {
  std::string name;
  std::string model_name;
  std::string instance_type;
  std::string input;   ///< A prefix, as an S3 URI.
  std::string output;  ///< A folder, as an S3 URI.
  std::string content_type;
  std::string accept;
  Tags tags;
};
aws::sagemaker::CreateTransformJobRequest TransformJobRequest(const TransformJobSpec& spec, const BatchTransformOptions& options);

}  // namespace sagespark::sagemaker
