#include "sagespark/server/jobs/channel_data.h"

#include "sagespark/base/uri.h"

namespace sagespark::server {
namespace {

namespace fs = std::filesystem;

Error NoObjects(const Uri& uri, const std::string& role_arn, const std::string& region) {
  return NotFound("ClientError: Data download failed:Failed to download data. No S3 objects found under S3 URL \"" + uri.ToString() +
                  "\" given in input data source. Please ensure that the bucket exists in the selected region (" + region +
                  "), that objects exist under that S3 prefix, and that the role \"" + role_arn +
                  "\" has \"s3:ListBucket\" permissions on bucket \"" + uri.authority + "\".");
}

Status PlaceObject(ObjectAccess& objects, const std::string& bucket, const std::string& key, const fs::path& path) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error || fs::exists(path, error)) {
    return InvalidArgument("ClientError: Data download failed:An object's key is also another's folder: " + key);
  }
  return objects.Materialize(bucket, key, path);
}

}  // namespace

Result<fs::path> PathInChannel(const std::string& prefix, const std::string& key) {
  std::string relative;
  if (key.size() > prefix.size() && (prefix.empty() || prefix.back() == '/' || key[prefix.size()] == '/')) {
    relative = key.substr(prefix.size() + (prefix.empty() || prefix.back() == '/' ? 0 : 1));
  } else {
    relative = key.substr(prefix.rfind('/') + 1);  // npos + 1 is 0: a prefix without folders.
  }
  for (size_t start = 0; start <= relative.size();) {
    const size_t end = std::min(relative.find('/', start), relative.size());
    const std::string_view part = std::string_view(relative).substr(start, end - start);
    if (part.empty() || part == "." || part == ".." || part.find('\0') != std::string_view::npos) {
      return InvalidArgument("ClientError: Data download failed:An object's key is no path: " + key);
    }
    start = end + 1;
  }
  return fs::path(relative);
}

Status LayOutChannel(const aws::sagemaker::Channel& channel, const std::string& role_arn, const std::string& region,
                     const std::vector<fs::path>& host_folders, ObjectAccess& objects, const CancellationToken& cancellation) {
  const auto& source = *channel.data_source.s3_data_source;
  SAGESPARK_ASSIGN_OR_RETURN(const Uri uri, ParseUri(source.s3_uri));
  const bool sharded = source.s3_data_distribution_type == aws::sagemaker::s3_data_distribution::kShardedByS3Key;
  for (const fs::path& folder : host_folders) {
    std::error_code error;
    if (fs::create_directories(folder, error); error) return IoError("Cannot make a channel's folder", error.value());
  }

  size_t count = 0;
  const auto place = [&](const StoredObject& object) -> Status {
    SAGESPARK_RETURN_IF_ERROR(cancellation.Check());
    if (object.key.ends_with('/')) return Status::Ok();
    SAGESPARK_ASSIGN_OR_RETURN(const fs::path path, PathInChannel(uri.path, object.key));
    for (size_t host = 0; host < host_folders.size(); ++host) {
      if (sharded && count % host_folders.size() != host) continue;
      SAGESPARK_RETURN_IF_ERROR(PlaceObject(objects, uri.authority, object.key, host_folders[host] / path));
    }
    ++count;
    return Status::Ok();
  };
  const Status listed = objects.List(uri.authority, uri.path, place);
  if (!listed.ok() && listed.error().kind() != ErrorKind::kNotFound) return listed;
  if (count == 0) return NoObjects(uri, role_arn, region);
  return listed;
}

}  // namespace sagespark::server
