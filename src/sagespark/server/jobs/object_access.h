#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "sagespark/base/result.h"
#include "sagespark/codec/byte_source.h"

namespace sagespark::server {

struct StoredObject {
  std::string key;
  int64_t size = 0;
};

/// What will be done with a file: the store's own may be given to those who only read.
enum class FileUse { kWritable, kReadOnly };

/// What jobs and endpoints need of the object store of this server. Thread-safe.
class ObjectAccess {
 public:
  virtual ~ObjectAccess() = default;

  /// Calls `visit` with every object whose key starts with `prefix`, in byte order of the keys, until it fails.
  /// Fails with kNotFound when the bucket does not exist.
  virtual Status List(const std::string& bucket, const std::string& prefix, const std::function<Status(const StoredObject&)>& visit) = 0;

  /// Puts the object's bytes into a new file at `path`, which for kReadOnly may be the store's own. Fails with kNotFound when there is
  /// no such object.
  virtual Status Materialize(const std::string& bucket, const std::string& key, const std::filesystem::path& path,
                             FileUse use = FileUse::kWritable) = 0;

  /// Opens the object as it is now for reading, piece by piece; the source must not outlive this. Fails with kNotFound when there is
  /// no such object.
  virtual Result<codec::ByteSource> Open(const std::string& bucket, const std::string& key) = 0;

  /// Stores a file as an object, visible at once and whole. Fails with kNotFound when the bucket does not exist.
  virtual Status Store(const std::string& bucket, const std::string& key, const std::filesystem::path& path) = 0;
};

}  // namespace sagespark::server
