#include "sagespark/server/s3/transfer.h"

#include <charconv>

#include "sagespark/base/uri.h"
#include "sagespark/server/errors.h"
#include "sagespark/server/s3/parallel_digest.h"

namespace sagespark::server {
namespace {

/// Reads until the buffer is full or the bytes end.
Result<size_t> FillBuffer(const ByteReader& read, char* buffer) {
  size_t size = 0;
  while (size < ParallelDigest::kBufferBytes) {
    SAGESPARK_ASSIGN_OR_RETURN(const size_t more, read(buffer + size, ParallelDigest::kBufferBytes - size));
    if (more == 0) break;
    size += more;
  }
  return size;
}

Error EntityTooLarge() {
  return CodedError(ErrorKind::kInvalidArgument, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size");
}

}  // namespace

Result<std::string> StoreBytes(const ByteReader& read, BlobStore::Writer& blob) {
  // MD5 is the slowest of the steps.
  ParallelDigest md5(DigestAlgorithm::kMd5);
  uint64_t total = 0;
  while (true) {
    ParallelDigest::Buffer buffer = md5.Take();
    SAGESPARK_ASSIGN_OR_RETURN(const size_t size, FillBuffer(read, buffer.get()));
    total += size;
    if (total > kMaxPutBytes) return EntityTooLarge();
    SAGESPARK_RETURN_IF_ERROR(blob.Write({buffer.get(), size}));
    if (size < ParallelDigest::kBufferBytes) return ToHex(md5.Finish({buffer.get(), size}));
    md5.Update(std::move(buffer), size);
  }
}

Result<StoredBytes> StoreBytes(const ByteReader& read, DigestAlgorithm checksum, BlobStore::Writer& blob) {
  Digest digest(checksum);
  const ByteReader read_and_digest = [&](char* buffer, size_t size) -> Result<size_t> {
    SAGESPARK_ASSIGN_OR_RETURN(const size_t taken, read(buffer, size));
    digest.Update({buffer, taken});
    return taken;
  };
  StoredBytes stored;
  SAGESPARK_ASSIGN_OR_RETURN(stored.etag, StoreBytes(read_and_digest, blob));
  stored.checksum = Base64Encode(digest.Finish());
  return stored;
}

Result<StoredBytes> StoreRead(ObjectReader& reader, DigestAlgorithm checksum, BlobStore::Writer& blob) {
  return StoreBytes([&](char* buffer, size_t size) { return reader.Read(buffer, size); }, checksum, blob);
}

Status CheckBodyLength(const http::Request& request) {
  std::optional<uint64_t> length = request.content_length;  // None of a chunked body, which StoreBytes measures.
  if (const std::string* decoded = request.headers.Find("x-amz-decoded-content-length"); decoded != nullptr) {
    uint64_t value = 0;
    const auto [end, error] = std::from_chars(decoded->data(), decoded->data() + decoded->size(), value);
    if (error == std::errc() && end == decoded->data() + decoded->size()) length = value;
  }
  return length.value_or(0) <= kMaxPutBytes ? Status::Ok() : Status(EntityTooLarge());
}

void AddObjectHeaders(const ObjectInfo& info, http::Headers& headers) {
  headers.Add("ETag", "\"" + info.etag + "\"");
  headers.Add("Last-Modified", http::FormatHttpDate(info.modified_ms / 1000));
  headers.Add("Accept-Ranges", "bytes");
  if (!info.attributes.headers.contains("content-type")) headers.Add("Content-Type", "binary/octet-stream");
  for (const auto& [name, value] : info.attributes.headers) headers.Add(name, value);
}

void AddChecksumHeaders(const ObjectChecksum& checksum, const std::string& value, http::Headers& headers) {
  headers.Add(ChecksumHeader(checksum.algorithm), value);
  headers.Add("x-amz-checksum-type", TypeName(checksum));
}

std::optional<DigestAlgorithm> ChecksumSent(const http::Request& request) {
  constexpr std::string_view kPrefix = "x-amz-checksum-";
  for (const auto& [field, value] : request.headers) {
    const std::string_view name = http::EqualsIgnoringCase(field, "x-amz-trailer") ? value : field;
    if (name.size() <= kPrefix.size() || !http::EqualsIgnoringCase(name.substr(0, kPrefix.size()), kPrefix)) continue;
    if (const auto algorithm = ParseChecksumName(name.substr(kPrefix.size()))) return algorithm;
  }
  return std::nullopt;
}

ObjectChecksum BodyChecksum(const http::Request& request, const RequestBody& body) {
  const DigestAlgorithm algorithm = ChecksumSent(request).value_or(kDefaultChecksum);
  return {.algorithm = algorithm, .value = Base64Encode(*body.digest(algorithm))};
}

Result<S3Address> CopySourceOf(const http::Request& request) {
  std::string_view source = request.headers.Get("x-amz-copy-source");
  if (const size_t version = source.find("?versionId="); version != source.npos) {
    if (source.substr(version + 11) != "null") {
      return CodedError(ErrorKind::kUnimplemented, "NotImplemented", "Versions are not implemented");
    }
    source = source.substr(0, version);
  }
  const Result<std::string> decoded = PercentDecode(source);
  std::string_view path = decoded.ok() ? std::string_view(*decoded) : source;
  if (path.starts_with('/')) path.remove_prefix(1);
  const size_t slash = path.find('/');
  if (slash == path.npos || slash == 0 || slash + 1 == path.size() || !IsValidUtf8(path)) {
    return CodedError(ErrorKind::kInvalidArgument, "InvalidArgument",
                      "Copy Source must mention the source bucket and key: sourcebucket/sourcekey");
  }
  return S3Address{.bucket = std::string(path.substr(0, slash)), .key = std::string(path.substr(slash + 1))};
}

}  // namespace sagespark::server
