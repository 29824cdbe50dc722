#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <span>
#include <sstream>

#include "sagespark/server/jobs/object_access.h"

namespace sagespark::server::testing {

/// Objects as files BUCKET/KEY below a folder.
class FolderObjects final : public ObjectAccess {
 public:
  explicit FolderObjects(std::filesystem::path folder) : folder_(std::move(folder)) {}

  Status List(const std::string& bucket, const std::string& prefix, const std::function<Status(const StoredObject&)>& visit) override {
    if (!std::filesystem::exists(folder_ / bucket)) return NotFound("No such bucket: " + bucket);
    std::vector<std::string> keys;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ / bucket)) {
      const std::string key = entry.path().lexically_relative(folder_ / bucket).string();
      if (entry.is_regular_file() && key.starts_with(prefix)) keys.push_back(key);
    }
    std::sort(keys.begin(), keys.end());
    for (const std::string& key : keys) SAGESPARK_RETURN_IF_ERROR(visit({.key = key}));
    return Status::Ok();
  }

  Status Materialize(const std::string& bucket, const std::string& key, const std::filesystem::path& path, FileUse use) override {
    std::error_code error;
    if (use == FileUse::kReadOnly) std::filesystem::create_hard_link(folder_ / bucket / key, path, error);
    else std::filesystem::copy_file(folder_ / bucket / key, path, error);
    return error ? NotFound("No such object: " + key) : Status::Ok();
  }

  Result<codec::ByteSource> Open(const std::string& bucket, const std::string& key) override {
    const auto file = std::make_shared<std::ifstream>(folder_ / bucket / key, std::ios::binary);
    if (!*file) return NotFound("No such object: " + key);
    return codec::ByteSource([file](std::span<char> buffer) -> Result<size_t> {
      file->read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
      return static_cast<size_t>(file->gcount());
    });
  }

  Status Store(const std::string& bucket, const std::string& key, const std::filesystem::path& path) override {
    if (!std::filesystem::exists(folder_ / bucket)) return NotFound("No such bucket: " + bucket);
    std::filesystem::create_directories((folder_ / bucket / key).parent_path());
    std::filesystem::copy_file(path, folder_ / bucket / key, std::filesystem::copy_options::overwrite_existing);
    return Status::Ok();
  }

  void Put(const std::string& path, const std::string& text) {
    std::filesystem::create_directories((folder_ / path).parent_path());
    std::ofstream(folder_ / path, std::ios::binary) << text;
  }

  bool Has(const std::string& path) const { return std::filesystem::exists(folder_ / path); }
  const std::filesystem::path& folder() const { return folder_; }

 private:
  const std::filesystem::path folder_;
};

}  // namespace sagespark::server::testing
