#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sagespark/base/result.h"
#include "sagespark/base/uri.h"

namespace sagespark::io {

/// A file or object that List or Stat found.
struct FileInfo {
  Uri uri;
  int64_t size = 0;  ///< Bytes.
  std::string etag;  ///< As the store gives it, without quotes; empty for local files.
};

/// Bytes in order, from one file. Not thread-safe.
class InputStream {
 public:
  virtual ~InputStream() = default;

  /// Reads up to `buffer.size()` bytes; 0 means the end. May return fewer than asked before it.
  virtual Result<size_t> Read(std::span<char> buffer) = 0;
};

/// One part of an upload that is not yet visible.
struct UploadedPart {
  int32_t number = 0;  ///< From 1.
  std::string etag;
  std::string checksum;  ///< As the store wants it repeated at completion; may be empty.
};

/// Bytes that have arrived at the store and are not yet visible: what a task returns to the driver.
struct PendingFile {
  Uri uri;
  std::string upload_id;  ///< For local files the temporary file's path.
  std::vector<UploadedPart> parts;
  int64_t size = 0;
};

/// Writes one file, which becomes visible whole or not at all. Destroying it without Close or Detach drops
/// what was written (for S3: aborts the upload). Not thread-safe.
class OutputStream {
 public:
  virtual ~OutputStream() = default;

  virtual Status Write(std::string_view bytes) = 0;

  /// Makes the file visible, in place of an older one. No call but the destructor may follow.
  virtual Status Close() = 0;

  /// Finishes the bytes but leaves the file invisible, for FileSystem::Commit or Abort, from any process.
  virtual Result<PendingFile> Detach() = 0;

  int64_t bytes_written() const { return bytes_written_; }

 protected:
  int64_t bytes_written_ = 0;
};

/// Files of one scheme. Thread-safe. Errors: kNotFound, kPermissionDenied, kIo (disk full), and what a network
/// brings (kUnavailable, kThrottled, kTimeout) after its own retries; messages name the URI.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  /// kNotFound when no file has exactly this name. A folder is no file.
  virtual Result<FileInfo> Stat(const Uri& uri) = 0;

  /// Calls `visit` with every file at or below `folder`, in byte order of the paths, until it returns false.
  /// Folders whose path `enters` refuses may be left out: local ones are, a store that lists keys need not ask.
  /// Nothing below is no error; a bucket or a local folder that does not exist is kNotFound.
  virtual Status List(const Uri& folder, const std::function<bool(const FileInfo&)>& visit,
                      const std::function<bool(const std::string& path)>& enters) = 0;
  Status List(const Uri& folder, const std::function<bool(const FileInfo&)>& visit) {
    return List(folder, visit, [](const std::string&) { return true; });
  }

  /// Reads bytes [offset, offset + length), or to the end without a length.
  virtual Result<std::unique_ptr<InputStream>> Open(const Uri& uri, int64_t offset = 0,
                                                    std::optional<int64_t> length = std::nullopt) = 0;

  /// Starts a file; folders are made as needed.
  virtual Result<std::unique_ptr<OutputStream>> Create(const Uri& uri) = 0;

  /// Makes a detached file visible. Doing so twice for one upload is kNotFound or Ok, never a second file.
  virtual Status Commit(const PendingFile& pending) = 0;

  /// Drops a detached file's bytes. One that is gone already is no error.
  virtual Status Abort(const PendingFile& pending) = 0;

  /// Deletes one file. One that does not exist is no error.
  virtual Status Delete(const Uri& uri) = 0;
};

/// Finds the file system of a URI by its scheme. Fill it before it is shared between threads.
class FileSystems {
 public:
  /// With local files ("file") registered.
  FileSystems();

  void Register(std::string scheme, std::shared_ptr<FileSystem> file_system);

  /// kInvalidArgument, naming the scheme and those known, when none is registered.
  Result<std::shared_ptr<FileSystem>> For(const Uri& uri) const;

 private:
  std::vector<std::pair<std::string, std::shared_ptr<FileSystem>>> by_scheme_;
};

/// Files of this machine: written to a hidden temporary file beside the target, synced, then renamed.
std::shared_ptr<FileSystem> MakeLocalFileSystem();

/// Reads a whole stream, at most `max_bytes`. Fails with kResourceLimit when there is more.
Result<std::string> ReadAll(InputStream& stream, size_t max_bytes);

}  // namespace sagespark::io
