#include "sagespark/server/cloud/remote_objects.h"

#include <fstream>
#include <span>
#include <vector>

#include "sagespark/aws/client/s3_file_system.h"

namespace sagespark::server {
namespace {

constexpr size_t kBufferBytes = 512 << 10;

Uri UriOf(const std::string& bucket, const std::string& key) { return {.scheme = "s3", .authority = bucket, .path = key}; }

}  // namespace

RemoteObjects::RemoteObjects(std::shared_ptr<aws::S3Client> client)
    : client_(std::move(client)), files_(aws::MakeS3FileSystem(client_)) {}

Status RemoteObjects::List(const std::string& bucket, const std::string& prefix,
                           const std::function<Status(const StoredObject&)>& visit) {
  Status visited;
  const Status listed = client_->ListObjects(bucket, {.prefix = prefix}, [&](const aws::S3ObjectInfo& object) {
    visited = visit({.key = object.key, .size = object.size});
    return visited.ok();
  });
  return visited.ok() ? listed : visited;
}

Status RemoteObjects::Materialize(const std::string& bucket, const std::string& key, const std::filesystem::path& path,
                                  FileUse) {
  SAGESPARK_ASSIGN_OR_RETURN(const std::unique_ptr<io::InputStream> stream, files_->Open(UriOf(bucket, key)));
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  std::vector<char> buffer(kBufferBytes);
  while (out) {
    SAGESPARK_ASSIGN_OR_RETURN(const size_t size, stream->Read(buffer));
    if (size == 0) break;
    out.write(buffer.data(), static_cast<std::streamsize>(size));
  }
  out.close();
  return out ? Status::Ok() : Status(Error(ErrorKind::kIo, "File cannot be written: " + path.string()));
}

Result<codec::ByteSource> RemoteObjects::Open(const std::string& bucket, const std::string& key) {
  SAGESPARK_ASSIGN_OR_RETURN(std::shared_ptr<io::InputStream> stream, files_->Open(UriOf(bucket, key)));
  return codec::ByteSource([stream](std::span<char> buffer) { return stream->Read(buffer); });
}

Status RemoteObjects::Store(const std::string& bucket, const std::string& key, const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return NotFound("File does not open: " + path.string());
  SAGESPARK_ASSIGN_OR_RETURN(const std::unique_ptr<io::OutputStream> stream, files_->Create(UriOf(bucket, key)));
  std::vector<char> buffer(kBufferBytes);
  while (in) {
    in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    if (in.bad()) return Error(ErrorKind::kIo, "File cannot be read: " + path.string());
    SAGESPARK_RETURN_IF_ERROR(stream->Write({buffer.data(), static_cast<size_t>(in.gcount())}));
  }
  return stream->Close();
}

}  // namespace sagespark::server
