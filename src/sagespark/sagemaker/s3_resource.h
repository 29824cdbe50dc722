#pragma once

#include <string>
#include <variant>

namespace sagespark::sagemaker {

/// A place in S3: an object or a prefix.
struct S3DataPath {
  std::string bucket;
  std::string objectPath;  ///< Without a leading slash.

  /// Throws kInvalidArgument when `uri` is no s3://, s3a:// or s3n:// URI with a bucket.
  static S3DataPath fromS3URI(const std::string& uri);

  /// "s3://bucket/path".
  std::string toS3UriString() const { return "s3://" + bucket + "/" + objectPath; }

  friend bool operator==(const S3DataPath&, const S3DataPath&) = default;
};

/// The bucket ACCOUNT-sagemaker-REGION, made when it does not exist, and a unique prefix in it.
struct S3AutoCreatePath {};

/// A bucket, or an s3:// URI, read from the session's configuration at fit. A bucket alone gets a unique prefix.
struct S3PathFromConfig {
  std::string configKey = "com.amazonaws.services.sagemaker.sparksdk.s3-data-bucket";
};

using S3Resource = std::variant<S3DataPath, S3AutoCreatePath, S3PathFromConfig>;

}  // namespace sagespark::sagemaker
