#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sagespark/base/clock.h"
#include "sagespark/base/digest.h"
#include "sagespark/base/result.h"
#include "sagespark/server/s3/blob_store.h"
#include "sagespark/server/store/database.h"

namespace sagespark::server {

/// A checksum that is kept with an object.
struct ObjectChecksum {
  DigestAlgorithm algorithm = DigestAlgorithm::kCrc32;
  std::string value;       ///< Base64; of the parts' checksums, "...-3", when composite.
  bool composite = false;
  bool by_default = false;  ///< No client asked for it: its uploads take parts with checksums of any algorithm, and do not show it.
};

/// What S3 computes of objects for which no client asks for another checksum.
inline constexpr DigestAlgorithm kDefaultChecksum = DigestAlgorithm::kCrc64Nvme;

/// What is kept of an object beside its bytes.
struct ObjectAttributes {
  std::map<std::string, std::string> headers;  ///< Sent back as they came: content-type, x-amz-meta-NAME ... (lower case).
  std::optional<ObjectChecksum> checksum;
};

struct ObjectInfo {
  std::string key;
  uint64_t size = 0;
  std::string etag;  ///< Without quotes.
  int64_t modified_ms = 0;
  ObjectAttributes attributes;
  std::vector<Blob> blobs;  ///< Its parts, in order. Empty in listings.
};

struct BucketInfo {
  std::string name;
  std::string region;
  int64_t created_ms = 0;
};

/// Decides on the object that is there, or null, whether it may be replaced.
using Precondition = std::function<Status(const ObjectInfo* existing)>;

struct ObjectDeletion {
  std::string key;
  Precondition precondition;
};

struct ListRequest {
  std::string prefix;
  std::string delimiter;
  std::string start_after;  ///< Keys and common prefixes up to it are left out.
  int max_keys = 1000;
};

struct Listing {
  std::vector<ObjectInfo> objects;
  std::vector<std::string> common_prefixes;
  bool truncated = false;
  std::string next;  ///< start_after of the next page, when truncated.
};

struct UploadInfo {
  std::string upload_id;
  std::string key;
  int64_t created_ms = 0;
  ObjectAttributes attributes;  ///< The checksum has no value yet.
};

struct PartInfo {
  int number = 0;
  uint64_t size = 0;
  std::string etag;
  std::string checksum;  ///< Base64, of the upload's algorithm; may be empty.
  int64_t modified_ms = 0;
  Blob blob;
};

/// A part as the client names it when it completes an upload.
struct CompletedPart {
  int number = 0;
  std::string etag;
  std::string checksum;  ///< Base64; empty when not given.
};

/// What a client asks for when it completes an upload.
struct UploadCompletion {
  std::vector<CompletedPart> parts;
  std::string checksum;               ///< Of the whole, as the object keeps it; empty when not given.
  std::optional<uint64_t> size;       ///< Of the whole.
  Precondition precondition;
};

struct UploadListRequest {
  std::string prefix;
  std::string delimiter;
  std::string key_marker;        ///< Uploads of keys up to it are left out,
  std::string upload_id_marker;  ///< but those of the key itself behind this one, when given.
  int max_uploads = 1000;
};

struct UploadListing {
  std::vector<UploadInfo> uploads;  ///< Sorted by key and upload id.
  std::vector<std::string> common_prefixes;
  bool truncated = false;
  std::string next_key;        ///< The markers of the next page, when truncated.
  std::string next_upload_id;
};

/// Reads a range of an object, which stays readable while the reader lives.
class ObjectReader {
 public:
  ObjectReader(BlobStore& blobs, std::shared_ptr<const BlobStore::Pin> pin, uint64_t begin, uint64_t end)
      : blobs_(blobs), pin_(std::move(pin)), position_(begin), end_(end) {}
  ~ObjectReader();

  /// Up to `size` more bytes; 0 at the end. Fails with kIo.
  Result<size_t> Read(char* buffer, size_t size);

  /// Bytes of a file, open until the next call.
  struct Piece {
    int file = -1;
    uint64_t offset = 0;
    uint64_t size = 0;  ///< 0 at the end.
  };
  /// The next bytes as they lie in a file, for those who send files. Fails with kIo.
  Result<Piece> NextPiece();

 private:
  Status OpenSegment();

  BlobStore& blobs_;
  const std::shared_ptr<const BlobStore::Pin> pin_;
  uint64_t position_;
  const uint64_t end_;
  int file_ = -1;
  uint64_t segment_begin_ = 0;
  uint64_t segment_end_ = 0;
};

/// Buckets, objects and multipart uploads: an index in SQLite, bytes in the blob store. What a call has
/// acknowledged survives kill -9 and loss of power; nothing else is ever visible. Thread-safe.
///
/// Errors carry S3's codes: NoSuchBucket, NoSuchKey, NoSuchUpload, BucketNotEmpty, InvalidPart ...
class ObjectStore {
 public:
  static Result<std::unique_ptr<ObjectStore>> Open(Database& database, const std::filesystem::path& directory,
                                                   const Clock& clock);

  /// True when it was made, false when it was there.
  Result<bool> CreateBucket(const std::string& name, const std::string& region);
  Result<BucketInfo> HeadBucket(const std::string& name);
  Result<std::vector<BucketInfo>> ListBuckets();
  Status DeleteBucket(const std::string& name);

  BlobStore::Writer NewBlob() { return blobs_->NewWriter(); }

  /// Makes an object of a finished blob, which is then kept.
  Result<ObjectInfo> PutObject(const std::string& bucket, const std::string& key, BlobStore::Writer& blob,
                               const std::string& etag, const ObjectAttributes& attributes,
                               const Precondition& precondition);

  Result<ObjectInfo> HeadObject(const std::string& bucket, const std::string& key);

  struct OpenObject {
    ObjectInfo info;
    std::shared_ptr<const BlobStore::Pin> pin;
  };
  Result<OpenObject> Open(const std::string& bucket, const std::string& key);
  std::unique_ptr<ObjectReader> Read(const OpenObject& object, uint64_t begin, uint64_t end) {
    return std::make_unique<ObjectReader>(*blobs_, object.pin, begin, end);
  }

  /// Makes a file at `path` that shares the object's bytes, for reading only. False when they are no single file or the file system
  /// cannot.
  bool Link(const OpenObject& object, const std::filesystem::path& path) {
    return object.info.blobs.size() == 1 && object.info.size > 0 && blobs_->LinkBlob(object.info.blobs.front(), path);
  }

  /// Deletes, in one commit, those of the objects that exist and whose preconditions hold; answers what became of each, in their order.
  Result<std::vector<Status>> DeleteObjects(const std::string& bucket, const std::vector<ObjectDeletion>& deletions);

  Result<Listing> List(const std::string& bucket, const ListRequest& request);

  Result<std::string> CreateUpload(const std::string& bucket, const std::string& key,
                                   const ObjectAttributes& attributes);
  Result<UploadInfo> HeadUpload(const std::string& bucket, const std::string& key, const std::string& upload_id);
  Status PutPart(const std::string& bucket, const std::string& key, const std::string& upload_id,
                 const PartInfo& part, BlobStore::Writer& blob);
  Result<ObjectInfo> CompleteUpload(const std::string& bucket, const std::string& key, const std::string& upload_id,
                                    const UploadCompletion& completion);
  Status AbortUpload(const std::string& bucket, const std::string& key, const std::string& upload_id);
  Result<std::vector<PartInfo>> ListParts(const std::string& bucket, const std::string& key,
                                          const std::string& upload_id, int after, int max_parts);
  Result<UploadListing> ListUploads(const std::string& bucket, const UploadListRequest& request);

  /// Removes files that no row names. Meant for a thread of its own after the start.
  Status SweepOrphans();

 private:
  ObjectStore(Database& database, std::unique_ptr<BlobStore> blobs, const Clock& clock)
      : database_(database), blobs_(std::move(blobs)), clock_(clock) {}
  int64_t NowMs() const;

  Database& database_;
  std::unique_ptr<BlobStore> blobs_;
  const Clock& clock_;
};

}  // namespace sagespark::server
