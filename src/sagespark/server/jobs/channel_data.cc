#include "sagespark/server/jobs/channel_data.h"

#include "sagespark/server/jobs/input_objects.h"

namespace sagespark::server {
namespace {

namespace fs = std::filesystem;

Status PlaceObject(ObjectAccess& objects, const InputObject& object, FileUse use, const fs::path& path) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error || fs::exists(path, error)) {
    return InvalidArgument("ClientError: Data download failed:An object's key is also another's folder, or comes twice: " + object.key);
  }
  const Status placed = objects.Materialize(object.bucket, object.key, path, use);
  if (!placed.ok() && placed.error().kind() == ErrorKind::kNotFound) {
    return NotFound("ClientError: Data download failed:No such S3 object: s3://" + object.bucket + "/" + object.key);
  }
  return placed;
}

}  // namespace

Status LayOutChannel(const aws::sagemaker::Channel& channel, const std::string& role_arn, const std::string& region,
                     const std::vector<fs::path>& host_folders, FileUse use, ObjectAccess& objects, const CancellationToken& cancellation) {
  const auto& source = *channel.data_source.s3_data_source;
  const bool sharded = source.s3_data_distribution_type == aws::sagemaker::s3_data_distribution::kShardedByS3Key;
  for (const fs::path& folder : host_folders) {
    std::error_code error;
    if (fs::create_directories(folder, error); error) return IoError("Cannot make a channel's folder", error.value());
  }
  size_t count = 0;
  return ListChannel(channel, 0, role_arn, region, objects, [&](const InputObject& object) -> Status {
    SAGESPARK_RETURN_IF_ERROR(cancellation.Check());
    for (size_t host = 0; host < host_folders.size(); ++host) {
      if (sharded && count % host_folders.size() != host) continue;
      SAGESPARK_RETURN_IF_ERROR(PlaceObject(objects, object, use, host_folders[host] / object.path));
    }
    ++count;
    return Status::Ok();
  });
}

}  // namespace sagespark::server
