#pragma once

#include <memory>

#include "sagespark/aws/client/s3_client.h"
#include "sagespark/io/file_system.h"
#include "sagespark/server/jobs/object_access.h"

namespace sagespark::server {

/// Objects of any S3, for jobs and endpoints whose data lies there and not in the local cloud's own store.
class RemoteObjects final : public ObjectAccess {
 public:
  explicit RemoteObjects(std::shared_ptr<aws::S3Client> client);

  Status List(const std::string& bucket, const std::string& prefix,
              const std::function<Status(const StoredObject&)>& visit) override;

  /// Always a copy.
  Status Materialize(const std::string& bucket, const std::string& key, const std::filesystem::path& path, FileUse use) override;

  Result<codec::ByteSource> Open(const std::string& bucket, const std::string& key) override;

  Status Store(const std::string& bucket, const std::string& key, const std::filesystem::path& path) override;

 private:
  const std::shared_ptr<aws::S3Client> client_;
  const std::shared_ptr<io::FileSystem> files_;
};

}  // namespace sagespark::server
