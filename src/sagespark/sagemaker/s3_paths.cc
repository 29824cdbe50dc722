#include "sagespark/sagemaker/s3_paths.h"

#include "sagespark/base/uri.h"
#include "sagespark/cleanup/run_tags.h"
#include "sagespark/ml/identifiable.h"

namespace sagespark::sagemaker {
namespace {

std::string Joined(std::string prefix, const std::string& name) {
  while (prefix.ends_with('/')) prefix.pop_back();
  return prefix.empty() ? name : prefix + "/" + name;
}

/// A bucket name, or an s3:// URI. Only the URI has a prefix.
Result<S3DataPath> ParsePlace(const std::string& key, const std::string& value) {
  if (value.find("://") == std::string::npos) {
    if (value.empty() || value.find('/') != std::string::npos) {
      return InvalidArgument("Configuration holds neither a bucket nor an S3 URI: " + key + " = \"" + value + "\"");
    }
    return S3DataPath{.bucket = value};
  }
  SAGESPARK_ASSIGN_OR_RETURN(Uri uri, ParseUri(value));
  if (uri.scheme != "s3") {
    return InvalidArgument("Configuration holds neither a bucket nor an S3 URI: " + key + " = \"" + value + "\"");
  }
  return S3DataPath{.bucket = std::move(uri.authority), .objectPath = std::move(uri.path)};
}

Result<S3DataPath> PlaceFromConfig(const sql::RuntimeConfig& conf, const S3PathFromConfig& resource) {
  const std::optional<std::string> value = conf.getOption(resource.configKey);
  if (!value) return InvalidArgument("Configuration has no S3 path: " + resource.configKey + " is not set");
  return ParsePlace(resource.configKey, *value);
}

}  // namespace

Status S3PathResolver::Check(const S3Resource& resource) const {
  if (const auto* path = std::get_if<S3DataPath>(&resource); path != nullptr && path->bucket.empty()) {
    return InvalidArgument("S3 path has no bucket: \"" + path->toS3UriString() + "\"");
  }
  if (const auto* from_config = std::get_if<S3PathFromConfig>(&resource)) {
    if (auto place = PlaceFromConfig(conf_, *from_config); !place.ok()) return place.error();
  }
  return Status::Ok();
}

Result<S3DataPath> S3PathResolver::Resolve(const S3Resource& resource, const std::string& job_name) {
  SAGESPARK_ASSIGN_OR_RETURN(S3DataPath place, Place(resource));
  const bool is_given = std::holds_alternative<S3DataPath>(resource);
  if (place.objectPath.empty() && !is_given) place.objectPath = ml::RandomHex12();
  place.objectPath = Joined(std::move(place.objectPath), job_name);
  return place;
}

Result<S3DataPath> S3PathResolver::ResolveStaging(const S3Resource& resource, const std::string& run_id,
                                                  const std::string& job_name) {
  SAGESPARK_ASSIGN_OR_RETURN(S3DataPath place, Place(resource));
  place.objectPath = Joined(Joined(std::move(place.objectPath), cleanup::RunFolder(run_id)), job_name);
  return place;
}

/// Without a path for S3AutoCreatePath, or a configuration that holds a bucket alone.
Result<S3DataPath> S3PathResolver::Place(const S3Resource& resource) {
  if (const auto* path = std::get_if<S3DataPath>(&resource)) return *path;
  if (const auto* from_config = std::get_if<S3PathFromConfig>(&resource)) return PlaceFromConfig(conf_, *from_config);
  SAGESPARK_ASSIGN_OR_RETURN(std::string bucket, AutoCreatedBucket());
  return S3DataPath{.bucket = std::move(bucket)};
}

Result<std::string> S3PathResolver::AutoCreatedBucket() {
  if (!auto_created_bucket_.empty()) return auto_created_bucket_;
  const aws::CallOptions call{.cancellation = cancellation_};
  SAGESPARK_ASSIGN_OR_RETURN(const auto identity, clients_.sts.GetCallerIdentity(call));
  const std::string bucket = identity.account + "-sagemaker-" + clients_.region;
  SAGESPARK_RETURN_IF_ERROR(clients_.s3.CreateBucket(bucket, call));
  auto_created_bucket_ = bucket;
  return bucket;
}

}  // namespace sagespark::sagemaker
