#pragma once

#include <string>

#include "sagespark/aws/client/s3_client.h"
#include "sagespark/aws/client/sts_client.h"
#include "sagespark/base/cancellation.h"
#include "sagespark/sagemaker/s3_resource.h"
#include "sagespark/sql/spark_session.h"

namespace sagespark::sagemaker {

/// Where a fit puts its data: finds, and for S3AutoCreatePath makes, the place. Every fit gets a folder of its own, which ends with
/// the training job's name.
class S3PathResolver {
 public:
  struct Clients {
    aws::S3Client& s3;
    aws::StsClient& sts;
    std::string region;  ///< Of the bucket.
  };

  S3PathResolver(Clients clients, sql::RuntimeConfig conf, CancellationToken cancellation)
      : clients_(std::move(clients)), conf_(std::move(conf)), cancellation_(std::move(cancellation)) {}

  /// Fails as Resolve will, as far as that can be told without asking or creating anything: kInvalidArgument on a configuration key
  /// that is not set or holds no bucket.
  Status Check(const S3Resource& resource) const;

  Result<S3DataPath> Resolve(const S3Resource& resource, const std::string& job_name);

  /// The folder for data that are the run's own: below the resource's place that of the run, and in it the job's.
  Result<S3DataPath> ResolveStaging(const S3Resource& resource, const std::string& run_id, const std::string& job_name);

 private:
  Result<S3DataPath> Place(const S3Resource& resource);
  Result<std::string> AutoCreatedBucket();

  Clients clients_;
  sql::RuntimeConfig conf_;
  CancellationToken cancellation_;
  std::string auto_created_bucket_;  ///< Once made.
};

}  // namespace sagespark::sagemaker
