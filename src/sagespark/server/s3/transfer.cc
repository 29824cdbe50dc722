#include "sagespark/server/s3/transfer.h"

#include <future>
#include <memory>

#include "sagespark/base/uri.h"
#include "sagespark/server/errors.h"

namespace sagespark::server {
namespace {

constexpr size_t kBufferBytes = 1 << 20;

/// Reads until the buffer is full or the bytes end.
Result<size_t> FillBuffer(const ByteReader& read, char* buffer) {
  size_t size = 0;
  while (size < kBufferBytes) {
    SAGESPARK_ASSIGN_OR_RETURN(const size_t more, read(buffer + size, kBufferBytes - size));
    if (more == 0) break;
    size += more;
  }
  return size;
}

}  // namespace

Result<std::string> StoreBytes(const ByteReader& read, BlobStore::Writer& blob) {
  Digest md5(DigestAlgorithm::kMd5);
  auto filled = std::make_unique_for_overwrite<char[]>(kBufferBytes);
  auto hashed = std::make_unique_for_overwrite<char[]>(kBufferBytes);
  // MD5 is the slowest of the steps: a full buffer is hashed beside the reading of the next one. Short bodies never
  // fill one, and need no second thread.
  std::future<void> hashing;
  while (true) {
    SAGESPARK_ASSIGN_OR_RETURN(const size_t size, FillBuffer(read, filled.get()));
    if (hashing.valid()) hashing.get();
    filled.swap(hashed);
    const std::string_view bytes(hashed.get(), size);
    if (size < kBufferBytes) {
      md5.Update(bytes);
      SAGESPARK_RETURN_IF_ERROR(blob.Write(bytes));
      return ToHex(md5.Finish());
    }
    hashing = std::async(std::launch::async, [&md5, bytes] { md5.Update(bytes); });
    SAGESPARK_RETURN_IF_ERROR(blob.Write(bytes));
  }
}

void AddObjectHeaders(const ObjectInfo& info, bool with_checksum, http::Headers& headers) {
  headers.Add("ETag", "\"" + info.etag + "\"");
  headers.Add("Last-Modified", http::FormatHttpDate(info.modified_ms / 1000));
  headers.Add("Accept-Ranges", "bytes");
  if (!info.attributes.headers.contains("content-type")) headers.Add("Content-Type", "binary/octet-stream");
  for (const auto& [name, value] : info.attributes.headers) headers.Add(name, value);
  if (!with_checksum || !info.attributes.checksum) return;
  const ObjectChecksum& checksum = *info.attributes.checksum;
  headers.Add(ChecksumHeader(checksum.algorithm), checksum.value);
  headers.Add("x-amz-checksum-type", checksum.composite ? "COMPOSITE" : "FULL_OBJECT");
}

std::optional<ObjectChecksum> BodyChecksum(const http::Request& request, const RequestBody& body) {
  constexpr std::string_view kPrefix = "x-amz-checksum-";
  std::string name(request.headers.Get("x-amz-trailer"));
  for (const auto& [field, value] : request.headers) {
    if (field.size() > kPrefix.size() && http::EqualsIgnoringCase(field.substr(0, kPrefix.size()), kPrefix)) {
      const std::optional<DigestAlgorithm> sent = ParseChecksumName(std::string_view(field).substr(kPrefix.size()));
      if (sent) name = ChecksumHeader(*sent);
    }
  }
  if (name.size() <= kPrefix.size()) return std::nullopt;
  const std::optional<DigestAlgorithm> algorithm = ParseChecksumName(std::string_view(name).substr(kPrefix.size()));
  if (!algorithm) return std::nullopt;
  const std::string* digest = body.digest(*algorithm);
  if (digest == nullptr) return std::nullopt;
  return ObjectChecksum{.algorithm = *algorithm, .value = Base64Encode(*digest)};
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
