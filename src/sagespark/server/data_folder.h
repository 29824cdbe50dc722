#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "sagespark/base/result.h"

namespace sagespark::server {

/// The one key pair of a local cloud.
struct Credentials {
  std::string access_key_id;      ///< 20 of [A-Z0-9].
  std::string secret_access_key;  ///< 40 characters.
};

/// The folder that holds all of a local cloud:
///
///   format       "sagespark data folder 1"; another number is refused
///   lock         held by the running server
///   address      the running server's URL and, in a second line, that of the S3 it keeps its objects in, if another; absent when none runs
///   credentials  JSON, readable by its user only
///   settings     JSON: account_id, region
///   ca.pem, ca.key  see CertificateAuthority
///   metadata.db  SQLite
///   objects/     the bytes of S3 objects
class DataFolder {
 public:
  /// $XDG_DATA_HOME/sagespark, or ~/.local/share/sagespark.
  static std::filesystem::path DefaultPath();

  /// Makes the folder and what is missing in it, and takes the lock. Fails with kConflict when another server has it,
  /// kCorruptData for another format or a damaged file, kIo.
  static Result<DataFolder> OpenForServer(const std::filesystem::path& path);

  /// Opens an existing folder for reading. Fails with kNotFound when it is none.
  static Result<DataFolder> OpenForClient(const std::filesystem::path& path);

  DataFolder(DataFolder&&) noexcept;
  DataFolder& operator=(DataFolder&&) noexcept;
  ~DataFolder();  ///< Removes the address and gives up the lock.

  const std::filesystem::path& path() const { return path_; }
  const Credentials& credentials() const { return credentials_; }
  const std::string& account_id() const { return account_id_; }
  const std::string& region() const { return region_; }

  /// Says where the server listens and, unless empty, which other S3 has its objects.
  Status PublishAddress(const std::string& url, const std::string& s3_endpoint = "");

  /// The running server's URL. Fails with kUnavailable when none runs.
  Result<std::string> ReadAddress() const;

  /// The S3 that has the running server's objects; empty when that is the server itself.
  Result<std::string> ReadS3Endpoint() const;

 private:
  DataFolder() = default;
  Status Load();
  Result<std::string> ReadAddressFile() const;
  Status CreateMissing();

  std::filesystem::path path_;
  Credentials credentials_;
  std::string account_id_;
  std::string region_;
  int lock_ = -1;  ///< File descriptor.
};

}  // namespace sagespark::server
