#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "sagespark/base/result.h"
#include "sagespark/server/s3/file_remover.h"

namespace sagespark::server {

/// Bytes in a file of the blob store. The name is random: nothing that users choose becomes a path.
struct Blob {
  std::string name;  ///< Empty when size is 0.
  uint64_t size = 0;
  std::string checksum{};  ///< Base64, of the object's algorithm; of the parts of an upload only.
};

/// Files of bytes, written once. Thread-safe.
class BlobStore {
 public:
  /// Opens or makes the folder. Fails with kIo.
  static Result<std::unique_ptr<BlobStore>> Open(const std::filesystem::path& directory);

  /// Writes one blob. The file goes away again unless it is kept.
  class Writer {
   public:
    Writer(Writer&& other) noexcept;
    Writer& operator=(Writer&&) = delete;
    ~Writer();

    /// Fails with kIo, also when the disk is full.
    Status Write(std::string_view bytes);

    /// Makes all bytes and the file's name durable. No Write may follow.
    Result<Blob> Finish();

    /// Call once the blob's row is committed.
    void Keep() { kept_ = true; }

   private:
    friend class BlobStore;
    explicit Writer(BlobStore& store);

    BlobStore& store_;
    Blob blob_;
    int file_ = -1;
    uint64_t flushing_ = 0;  ///< Bytes on their way to the disk.
    bool kept_ = false;
  };
  Writer NewWriter() { return Writer(*this); }

  /// Keeps blobs readable while it lives, although they may be removed meanwhile.
  class Pin {
   public:
    Pin(BlobStore& store, std::vector<Blob> blobs) : store_(store), blobs_(std::move(blobs)) {}
    Pin(const Pin&) = delete;
    Pin& operator=(const Pin&) = delete;
    ~Pin() { store_.Unpin(blobs_); }
    const std::vector<Blob>& blobs() const { return blobs_; }

   private:
    BlobStore& store_;
    const std::vector<Blob> blobs_;
  };

  /// Hold it from before the row that names blobs is read until they are pinned: Remove waits for it.
  [[nodiscard]] std::shared_lock<std::shared_mutex> LockForPinning() { return std::shared_lock(removal_mutex_); }
  std::shared_ptr<const Pin> PinAll(std::vector<Blob> blobs);

  /// Opens a blob for reading; the caller closes the file.
  Result<int> OpenBlob(const Blob& blob) const;

  /// Gives the blob's file a second name, for reading only. False when the file system cannot. Keep it pinned meanwhile.
  bool LinkBlob(const Blob& blob, const std::filesystem::path& path) const;

  /// Removes blobs whose rows are gone, those that are pinned as soon as they no longer are.
  void Remove(const std::vector<Blob>& blobs);

  /// Removes the files of earlier runs that are not in `live`: what a killed server left.
  void Sweep(const std::unordered_set<std::string>& live);

 private:
  explicit BlobStore(std::filesystem::path directory);
  std::string PathOf(const std::string& name) const;
  void Unpin(const std::vector<Blob>& blobs);

  const std::filesystem::path directory_;
  const std::string run_;  ///< Begins the names of this run's files.
  std::shared_mutex removal_mutex_;
  std::mutex pin_mutex_;
  std::unordered_map<std::string, int> pins_;
  std::unordered_set<std::string> doomed_;  ///< Removed, but pinned.
  FileRemover remover_;
};

}  // namespace sagespark::server
