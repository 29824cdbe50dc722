#pragma once

#include "sagespark/server/jobs/object_access.h"
#include "sagespark/server/s3/object_store.h"

namespace sagespark::server {

/// The local cloud's own object store, for its jobs and endpoints.
class StoreObjects final : public ObjectAccess {
 public:
  /// `store` must outlive it.
  explicit StoreObjects(ObjectStore& store) : store_(store) {}

  Status List(const std::string& bucket, const std::string& prefix,
              const std::function<Status(const StoredObject&)>& visit) override;

  /// Links the store's file for kReadOnly where that is possible, else copies it.
  Status Materialize(const std::string& bucket, const std::string& key, const std::filesystem::path& path, FileUse use) override;

  Result<codec::ByteSource> Open(const std::string& bucket, const std::string& key) override;

  Status Store(const std::string& bucket, const std::string& key, const std::filesystem::path& path) override;

 private:
  ObjectStore& store_;
};

}  // namespace sagespark::server
