#include "sagespark/server/cloud/store_objects.h"

#include <fstream>
#include <span>
#include <vector>

#include "sagespark/server/s3/transfer.h"

namespace sagespark::server {
namespace {

constexpr size_t kBufferBytes = 512 << 10;

}  // namespace

Status StoreObjects::List(const std::string& bucket, const std::string& prefix,
                          const std::function<Status(const StoredObject&)>& visit) {
  ListRequest request{.prefix = prefix};
  while (true) {
    SAGESPARK_ASSIGN_OR_RETURN(const Listing page, store_.List(bucket, request));
    for (const ObjectInfo& object : page.objects) {
      SAGESPARK_RETURN_IF_ERROR(visit({.key = object.key, .size = static_cast<int64_t>(object.size)}));
    }
    if (!page.truncated) return Status::Ok();
    request.start_after = page.next;
  }
}

Status StoreObjects::Materialize(const std::string& bucket, const std::string& key,
                                 const std::filesystem::path& path, FileUse use) {
  SAGESPARK_ASSIGN_OR_RETURN(const ObjectStore::OpenObject object, store_.Open(bucket, key));
  if (use == FileUse::kReadOnly && store_.Link(object, path)) return Status::Ok();
  const std::unique_ptr<ObjectReader> reader = store_.Read(object, 0, object.info.size);
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  std::vector<char> buffer(kBufferBytes);
  while (true) {
    SAGESPARK_ASSIGN_OR_RETURN(const size_t size, reader->Read(buffer.data(), buffer.size()));
    if (size == 0) break;
    out.write(buffer.data(), static_cast<std::streamsize>(size));
  }
  out.close();
  return out ? Status::Ok() : Status(Error(ErrorKind::kIo, "File cannot be written: " + path.string()));
}

Result<codec::ByteSource> StoreObjects::Open(const std::string& bucket, const std::string& key) {
  SAGESPARK_ASSIGN_OR_RETURN(const ObjectStore::OpenObject object, store_.Open(bucket, key));
  const std::shared_ptr<ObjectReader> reader = store_.Read(object, 0, object.info.size);
  return codec::ByteSource([reader](std::span<char> buffer) { return reader->Read(buffer.data(), buffer.size()); });
}

Status StoreObjects::Store(const std::string& bucket, const std::string& key, const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return NotFound("File does not open: " + path.string());
  BlobStore::Writer blob = store_.NewBlob();
  const auto read = [&](char* buffer, size_t size) -> Result<size_t> {
    in.read(buffer, static_cast<std::streamsize>(size));
    if (in.bad()) return Error(ErrorKind::kIo, "File cannot be read: " + path.string());
    return static_cast<size_t>(in.gcount());
  };
  SAGESPARK_ASSIGN_OR_RETURN(const StoredBytes stored, StoreBytes(read, kDefaultChecksum, blob));
  const ObjectAttributes attributes{.checksum = ObjectChecksum{.algorithm = kDefaultChecksum, .value = stored.checksum}};
  return store_.PutObject(bucket, key, blob, stored.etag, attributes, {}).status();
}

}  // namespace sagespark::server
