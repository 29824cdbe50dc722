#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sagespark/base/xml/xml.h"
#include "sagespark/http/server.h"
#include "sagespark/server/s3/object_store.h"
#include "sagespark/server/service.h"

namespace sagespark::server {

/// A bucket and a key, of a path-style or virtual-host-style request.
struct S3Address {
  std::string bucket;  ///< Empty for the service itself.
  std::string key;     ///< Empty for the bucket itself.
};

/// "/bucket/key", or "/key" at the host "bucket.s3.REGION.anything" or "bucket.localhost".
/// Fails with InvalidURI (no UTF-8) or KeyTooLongError (over 1,024 bytes).
Result<S3Address> AddressOf(const http::Request& request);

/// The bucket that a virtual host names, or "".
std::string BucketOfHost(std::string_view host);

/// Fails with InvalidBucketName.
Status CheckBucketName(const std::string& name);

/// A range of bytes, end excluded.
struct ByteRange {
  uint64_t begin = 0;
  uint64_t end = 0;
};

/// The Range header applied to `size` bytes. Nothing when there is none, or one that is to be ignored (several ranges,
/// other units). Fails with InvalidRange when it lies outside.
Result<std::optional<ByteRange>> RangeOf(std::string_view header, uint64_t size);

/// x-amz-copy-source-range, "bytes=FIRST-LAST", applied to `size` bytes; all of them without it. Fails with InvalidArgument for another
/// form, InvalidRange outside the object.
Result<ByteRange> CopyRangeOf(const http::Request& request, uint64_t size);

/// If-Match, If-None-Match, If-Modified-Since and If-Unmodified-Since of a read; `prefix` is "" or
/// "x-amz-copy-source-". Fails with PreconditionFailed, or NotModified for a GET.
Status CheckReadConditions(const http::Request& request, const ObjectInfo& info, std::string_view prefix = "");

/// If-Match and If-None-Match of a write.
Precondition WriteCondition(const http::Request& request);

/// That an object with one of these ETags is there. Fails with NoSuchKey or PreconditionFailed.
Precondition IfMatch(const std::string& etags);

/// Content-Type and its like, and x-amz-meta-*. Fails with NotImplemented on headers that ask for what is not
/// offered (encryption, tags, locks, access lists other than the owner's, storage classes but STANDARD), MetadataTooLarge over 2 KiB.
Result<ObjectAttributes> AttributesOf(const http::Request& request);

/// The parameter `name`, or "".
std::string Parameter(const http::Request& request, std::string_view name);

/// The integer parameter `name`, `fallback` without it. Fails with InvalidArgument outside `min` to `max`.
Result<int> IntParameter(const http::Request& request, std::string_view name, int fallback, int min, int max);

/// The same of the header `name`.
Result<int> IntHeader(const http::Request& request, std::string_view name, int fallback, int min, int max);

/// Whether an upload in parts made the object: `blobs` are its parts then.
bool IsMultipart(const ObjectInfo& info);

/// "CRC32" and so on; "x-amz-checksum-crc32" and so on.
std::string_view ChecksumName(DigestAlgorithm algorithm);
std::string ChecksumHeader(DigestAlgorithm algorithm);
std::optional<DigestAlgorithm> ParseChecksumName(std::string_view name);

/// "ChecksumCRC32" and so on; "COMPOSITE" or "FULL_OBJECT"; the elements of both.
std::string ChecksumElement(DigestAlgorithm algorithm);
const char* TypeName(const ObjectChecksum& checksum);
void WriteChecksum(const ObjectChecksum& checksum, xml::Writer& writer);

bool IsValidUtf8(std::string_view text);

/// The one owner of everything, as S3 names owners.
inline constexpr const char* kOwnerId = "0000000000000000000000000000000000000000000000000000000000000000";

inline constexpr uint64_t kMaxPutBytes = uint64_t{5} << 30;  ///< Of one PUT, part or copy.
inline constexpr int kMaxParts = 10'000;                     ///< Of an upload.

/// "MalformedXML".
Error MalformedXml();
/// "InvalidRequest".
Error InvalidRequest(std::string message);

/// Keys as the client asked for them: encoding-type=url encodes what XML cannot hold.
class KeyEncoder {
 public:
  /// Fails with InvalidArgument for another encoding type.
  static Result<KeyEncoder> FromRequest(const http::Request& request);
  std::string operator()(const std::string& key) const;
  bool encodes() const { return encodes_; }

 private:
  bool encodes_ = false;
};

/// "2026-11-21T14:25:00.000Z".
std::string FormatTime(int64_t ms);

}  // namespace sagespark::server
