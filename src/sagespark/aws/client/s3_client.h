#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sagespark/aws/client/client_context.h"

namespace sagespark::aws {

struct S3ObjectInfo {
  std::string key;
  int64_t size = 0;          ///< Bytes of the whole object.
  std::string etag;          ///< Without quotes.
  std::string content_type;  ///< Of HeadObject and GetObject only.
  std::optional<SystemTime> last_modified{};  ///< Of listings only; none when the store sends none.
};

/// An object's bytes as they arrive, over one connection. Not thread-safe.
class S3ObjectReader {
 public:
  virtual ~S3ObjectReader() = default;

  virtual const S3ObjectInfo& info() const = 0;

  /// CRC-32 of the whole object, 4 bytes big-endian; none when the store sends none or only a part was asked for.
  virtual const std::optional<std::string>& crc32() const = 0;

  /// Reads up to `buffer.size()` bytes; 0 means the end. Does not check the CRC.
  virtual Result<size_t> Read(std::span<char> buffer) = 0;
};

struct S3GetOptions {
  int64_t offset = 0;
  std::optional<int64_t> length{};  ///< To the end without it; not 0.
  std::string if_match{};           ///< An ETag; another one is kConflict.
};

struct S3PutOptions {
  std::string content_type = "application/octet-stream";
  bool only_if_absent = false;  ///< An object that is there already is kConflict.
};

struct S3ListOptions {
  std::string prefix{};
  std::string delimiter{};
  std::string start_after{};
  int max_keys = 1000;  ///< A page, 1 to 1000.
};

struct S3Page {
  std::vector<S3ObjectInfo> objects;         ///< In byte order of the keys.
  std::vector<std::string> common_prefixes;  ///< With a delimiter.
  std::string next_token;                    ///< Empty on the last page.
};

struct S3Part {
  int32_t number = 0;  ///< 1 to 10,000.
  std::string etag;    ///< Without quotes.
  std::string crc32;   ///< Base64; empty when none was sent.
};

struct S3Upload {
  std::string key;
  std::string upload_id;
  std::optional<SystemTime> initiated{};  ///< None when the store sends none.
};

/// Object storage. Thread-safe. Each call has its own retries; errors name operation, bucket and key: kNotFound
/// (code NoSuchBucket, NoSuchKey or NoSuchUpload), kPermissionDenied, kUnauthenticated, kConflict, kThrottled,
/// kUnavailable, kTimeout, kCancelled. CRC-32 checksums go with what is sent (unless configured otherwise). A bucket
/// of another region is found by the region that AWS names.
class S3Client {
 public:
  virtual ~S3Client() = default;

  /// Returns the ETag.
  virtual Result<std::string> PutObject(const std::string& bucket, const std::string& key, std::string body,
                                        const S3PutOptions& put = {}, const CallOptions& options = {}) = 0;

  virtual Result<std::unique_ptr<S3ObjectReader>> GetObject(const std::string& bucket, const std::string& key,
                                                            const S3GetOptions& get = {},
                                                            const CallOptions& options = {}) = 0;

  virtual Result<S3ObjectInfo> HeadObject(const std::string& bucket, const std::string& key,
                                          const CallOptions& options = {}) = 0;

  /// An object that does not exist is no error.
  virtual Status DeleteObject(const std::string& bucket, const std::string& key, const CallOptions& options = {}) = 0;

  /// Deletes any number of objects, 1000 a request. Fails with the first key's error; the others are gone.
  virtual Status DeleteObjects(const std::string& bucket, const std::vector<std::string>& keys,
                               const CallOptions& options = {}) = 0;

  /// One page; `token` is the next_token of the page before, "" for the first.
  virtual Result<S3Page> ListPage(const std::string& bucket, const S3ListOptions& list, const std::string& token,
                                  const CallOptions& options = {}) = 0;

  /// Calls `visit` with each object of all pages until it returns false.
  Status ListObjects(const std::string& bucket, const S3ListOptions& list,
                     const std::function<bool(const S3ObjectInfo&)>& visit, const CallOptions& options = {});

  /// A bucket of one's own is no error.
  virtual Status CreateBucket(const std::string& bucket, const CallOptions& options = {}) = 0;

  /// kNotFound when there is no such bucket.
  virtual Status HeadBucket(const std::string& bucket, const CallOptions& options = {}) = 0;

  /// Returns the region that the bucket is in.
  virtual Result<std::string> GetBucketLocation(const std::string& bucket, const CallOptions& options = {}) = 0;

  /// Returns the upload id.
  virtual Result<std::string> CreateMultipartUpload(const std::string& bucket, const std::string& key,
                                                    const S3PutOptions& put = {}, const CallOptions& options = {}) = 0;
  /// The body is shared so that its memory can serve the next part when the call is over.
  virtual Result<S3Part> UploadPart(const std::string& bucket, const std::string& key, const std::string& upload_id,
                                    int32_t number, std::shared_ptr<const std::string> body,
                                    const CallOptions& options = {}) = 0;
  /// Returns the object's ETag.
  virtual Result<std::string> CompleteMultipartUpload(const std::string& bucket, const std::string& key,
                                                      const std::string& upload_id, const std::vector<S3Part>& parts,
                                                      const CallOptions& options = {}) = 0;
  /// An upload that is gone is no error.
  virtual Status AbortMultipartUpload(const std::string& bucket, const std::string& key, const std::string& upload_id,
                                      const CallOptions& options = {}) = 0;
  /// All uploads that are neither complete nor aborted, of keys that begin with `prefix`.
  virtual Result<std::vector<S3Upload>> ListMultipartUploads(const std::string& bucket, const std::string& prefix,
                                                             const CallOptions& options = {}) = 0;
};

std::shared_ptr<S3Client> MakeS3Client(std::shared_ptr<const ClientContext> context);

}  // namespace sagespark::aws
