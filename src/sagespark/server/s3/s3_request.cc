#include "sagespark/server/s3/s3_request.h"

#include <algorithm>
#include <charconv>

#include "sagespark/base/uri.h"
#include "sagespark/server/errors.h"

namespace sagespark::server {
namespace {

constexpr size_t kMaxKeyBytes = 1024;
constexpr size_t kMaxMetadataBytes = 2048;
constexpr DigestAlgorithm kChecksums[] = {DigestAlgorithm::kCrc32, DigestAlgorithm::kCrc32c,
                                          DigestAlgorithm::kCrc64Nvme, DigestAlgorithm::kSha1,
                                          DigestAlgorithm::kSha256};

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower;
}

Error InvalidRequestArgument(std::string message) {
  return CodedError(ErrorKind::kInvalidArgument, "InvalidArgument", std::move(message));
}

/// The ETags of a list: "a", "b" or *.
bool ListsETag(std::string_view list, const std::string& etag) {
  while (!list.empty()) {
    std::string_view item = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), item.size() + 1));
    while (item.starts_with(' ')) item.remove_prefix(1);
    while (item.ends_with(' ')) item.remove_suffix(1);
    if (item == "*") return true;
    if (item.starts_with("W/")) item.remove_prefix(2);
    if (item.size() >= 2 && item.starts_with('"') && item.ends_with('"')) item = item.substr(1, item.size() - 2);
    if (item == etag) return true;
  }
  return false;
}

Error InvalidRange() {
  return CodedError(ErrorKind::kInvalidArgument, "InvalidRange", "The requested range is not satisfiable");
}

Error PreconditionFailed() {
  return CodedError(ErrorKind::kConflict, "PreconditionFailed",
                    "At least one of the pre-conditions you specified did not hold");
}

bool IsUnsupportedHeader(std::string_view name, std::string_view value) {
  // What says no more than what is the case anyhow is taken.
  if (name == "x-amz-acl") return value != "private" && value != "bucket-owner-full-control";
  if (name == "x-amz-storage-class") return value != "STANDARD";
  if (name == "x-amz-object-ownership") return value != "BucketOwnerEnforced";
  if (name == "x-amz-tagging-directive") return false;
  if (name == "x-amz-tagging") return !value.empty();
  for (const std::string_view prefix :
       {"x-amz-server-side-encryption", "x-amz-object-lock-", "x-amz-website-redirect-location", "x-amz-grant-",
        "x-amz-write-offset-bytes", "x-amz-bucket-object-lock-enabled"}) {
    if (name.starts_with(prefix)) return value != "false";
  }
  return false;
}

bool ParseNumber(std::string_view text, uint64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return !text.empty() && error == std::errc() && end == text.data() + text.size();
}

Result<int> IntOf(const std::string* text, std::string_view name, int fallback, int min, int max) {
  if (text == nullptr || text->empty()) return fallback;
  int value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size() || value < min || value > max) {
    return InvalidRequestArgument("Argument " + std::string(name) + " must be an integer between " +
                                  std::to_string(min) + " and " + std::to_string(max));
  }
  return value;
}

}  // namespace

std::string BucketOfHost(std::string_view host) {
  host = host.substr(0, host.rfind(':'));
  for (const std::string_view mark : {".s3.", ".s3-"}) {
    if (const size_t at = host.find(mark); at != host.npos) return std::string(host.substr(0, at));
  }
  constexpr std::string_view kLocal = ".localhost";
  if (!host.ends_with(kLocal)) return "";
  const std::string_view name = host.substr(0, host.size() - kLocal.size());
  return name == "s3" ? "" : std::string(name);
}

Result<S3Address> AddressOf(const http::Request& request) {
  S3Address address;
  std::string_view path = request.path;
  while (path.starts_with('/') && path.size() == 1) path.remove_prefix(1);
  if (path.starts_with('/')) path.remove_prefix(1);
  address.bucket = BucketOfHost(request.headers.Get("Host"));
  if (address.bucket.empty()) {
    const size_t slash = path.find('/');
    address.bucket = std::string(path.substr(0, slash));
    path = slash == path.npos ? std::string_view() : path.substr(slash + 1);
  }
  address.key = std::string(path);
  if (!IsValidUtf8(request.path)) return CodedError(ErrorKind::kInvalidArgument, "InvalidURI", "Couldn't parse the specified URI.");
  if (address.key.size() > kMaxKeyBytes) {
    return CodedError(ErrorKind::kInvalidArgument, "KeyTooLongError", "Your key is too long");
  }
  return address;
}

Status CheckBucketName(const std::string& name) {
  const auto is_alphanumeric = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  bool valid = name.size() >= 3 && name.size() <= 63 && is_alphanumeric(name.front()) && is_alphanumeric(name.back());
  bool is_address = true;
  for (const char c : name) {
    if (!is_alphanumeric(c) && c != '-' && c != '.') valid = false;
    if (!(c >= '0' && c <= '9') && c != '.') is_address = false;
  }
  if (name.find("..") != name.npos || is_address) valid = false;
  if (valid) return Status::Ok();
  return CodedError(ErrorKind::kInvalidArgument, "InvalidBucketName", "The specified bucket is not valid.");
}

Result<std::optional<ByteRange>> RangeOf(std::string_view header, uint64_t size) {
  const std::optional<ByteRange> none;
  constexpr std::string_view kUnit = "bytes=";
  if (!header.starts_with(kUnit) || header.find(',') != header.npos) return none;
  header.remove_prefix(kUnit.size());
  const size_t dash = header.find('-');
  if (dash == header.npos) return none;
  const std::string_view first = header.substr(0, dash), last = header.substr(dash + 1);
  const Error outside = InvalidRange();
  uint64_t begin = 0, end = 0;
  if (first.empty()) {
    if (!ParseNumber(last, end)) return none;
    if (end == 0 || size == 0) return outside;
    return std::optional(ByteRange{size - std::min(end, size), size});
  }
  if (!ParseNumber(first, begin)) return none;
  if (last.empty()) {
    end = size;
  } else {
    if (!ParseNumber(last, end) || end < begin) return none;
    end = std::min(end, size - 1) + 1;
  }
  if (begin >= size) return outside;
  return std::optional(ByteRange{begin, end});
}

Result<ByteRange> CopyRangeOf(const http::Request& request, uint64_t size) {
  const std::string* header = request.headers.Find("x-amz-copy-source-range");
  if (header == nullptr) return ByteRange{.begin = 0, .end = size};
  constexpr std::string_view kUnit = "bytes=";
  const std::string_view range = std::string_view(*header).substr(header->starts_with(kUnit) ? kUnit.size() : 0);
  const size_t dash = range.find('-');
  uint64_t first = 0, last = 0;
  if (!header->starts_with(kUnit) || dash == range.npos || !ParseNumber(range.substr(0, dash), first) ||
      !ParseNumber(range.substr(dash + 1), last) || last < first) {
    return InvalidRequestArgument(
        "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based "
        "offsets of the first and last bytes to copy");
  }
  if (last >= size) return InvalidRange();
  return ByteRange{.begin = first, .end = last + 1};
}

Status CheckReadConditions(const http::Request& request, const ObjectInfo& info, std::string_view prefix) {
  const auto find = [&](std::string_view name) { return request.headers.Find(std::string(prefix) + std::string(name)); };
  const int64_t modified = info.modified_ms / 1000;
  const std::string* match = find("if-match");
  if (match != nullptr && !ListsETag(*match, info.etag)) return PreconditionFailed();
  if (const std::string* date = find("if-unmodified-since"); match == nullptr && date != nullptr) {
    const std::optional<int64_t> limit = http::ParseHttpDate(*date);
    if (limit && modified > *limit) return PreconditionFailed();
  }
  const Error not_modified =
      prefix.empty() ? CodedError(ErrorKind::kConflict, "NotModified", "Not Modified") : PreconditionFailed();
  const std::string* none_match = find("if-none-match");
  if (none_match != nullptr && ListsETag(*none_match, info.etag)) return not_modified;
  if (const std::string* date = find("if-modified-since"); none_match == nullptr && date != nullptr) {
    const std::optional<int64_t> limit = http::ParseHttpDate(*date);
    if (limit && modified <= *limit) return not_modified;
  }
  return Status::Ok();
}

Precondition IfMatch(const std::string& etags) {
  return [etags](const ObjectInfo* existing) -> Status {
    if (existing == nullptr) return CodedError(ErrorKind::kNotFound, "NoSuchKey", "The specified key does not exist.");
    return ListsETag(etags, existing->etag) ? Status::Ok() : Status(PreconditionFailed());
  };
}

Precondition WriteCondition(const http::Request& request) {
  const std::string* match = request.headers.Find("If-Match");
  const std::string* none_match = request.headers.Find("If-None-Match");
  if (match == nullptr && none_match == nullptr) return {};
  const Precondition matches = match == nullptr ? Precondition() : IfMatch(*match);
  const std::string excluded = none_match == nullptr ? std::string() : *none_match;
  return [matches, excluded](const ObjectInfo* existing) -> Status {
    if (matches) SAGESPARK_RETURN_IF_ERROR(matches(existing));
    if (existing != nullptr && ListsETag(excluded, existing->etag)) return PreconditionFailed();
    return Status::Ok();
  };
}

Result<ObjectAttributes> AttributesOf(const http::Request& request) {
  ObjectAttributes attributes;
  size_t metadata_bytes = 0;
  for (const auto& [field, value] : request.headers) {
    const std::string name = Lower(field);
    if (IsUnsupportedHeader(name, value)) {
      return CodedError(ErrorKind::kUnimplemented, "NotImplemented",
                        "A header you provided implies functionality that is not implemented: " + name);
    }
    if (name.starts_with("x-amz-meta-")) {
      metadata_bytes += name.size() - 11 + value.size();
      std::string& kept = attributes.headers[name];
      kept = kept.empty() ? value : kept + "," + value;
    }
    if (name == "content-type" || name == "cache-control" || name == "content-disposition" ||
        name == "content-language" || name == "expires") {
      attributes.headers[name] = value;
    }
    if (name == "content-encoding") {
      // aws-chunked is how the body came, not what it is.
      std::string rest;
      std::string_view list = value;
      while (!list.empty()) {
        std::string_view item = list.substr(0, list.find(','));
        list.remove_prefix(std::min(list.size(), item.size() + 1));
        while (item.starts_with(' ')) item.remove_prefix(1);
        if (item != "aws-chunked" && !item.empty()) rest.append(rest.empty() ? "" : ", ").append(item);
      }
      if (!rest.empty()) attributes.headers[name] = rest;
    }
  }
  if (metadata_bytes > kMaxMetadataBytes) {
    return CodedError(ErrorKind::kInvalidArgument, "MetadataTooLarge",
                      "Your metadata headers exceed the maximum allowed metadata size");
  }
  return attributes;
}

std::string Parameter(const http::Request& request, std::string_view name) {
  const std::string* value = request.FindQuery(name);
  return value == nullptr ? std::string() : *value;
}

Result<int> IntParameter(const http::Request& request, std::string_view name, int fallback, int min, int max) {
  return IntOf(request.FindQuery(name), name, fallback, min, max);
}

Result<int> IntHeader(const http::Request& request, std::string_view name, int fallback, int min, int max) {
  return IntOf(request.headers.Find(name), name, fallback, min, max);
}

bool IsMultipart(const ObjectInfo& info) { return info.etag.find('-') != info.etag.npos; }

std::string_view ChecksumName(DigestAlgorithm algorithm) {
  switch (algorithm) {
    case DigestAlgorithm::kCrc32: return "CRC32";
    case DigestAlgorithm::kCrc32c: return "CRC32C";
    case DigestAlgorithm::kCrc64Nvme: return "CRC64NVME";
    case DigestAlgorithm::kSha1: return "SHA1";
    case DigestAlgorithm::kSha256: return "SHA256";
    case DigestAlgorithm::kMd5: return "MD5";
  }
  return "";
}

std::string ChecksumHeader(DigestAlgorithm algorithm) { return "x-amz-checksum-" + Lower(ChecksumName(algorithm)); }

std::optional<DigestAlgorithm> ParseChecksumName(std::string_view name) {
  for (const DigestAlgorithm algorithm : kChecksums) {
    if (http::EqualsIgnoringCase(name, ChecksumName(algorithm))) return algorithm;
  }
  return std::nullopt;
}

std::string ChecksumElement(DigestAlgorithm algorithm) { return "Checksum" + std::string(ChecksumName(algorithm)); }

const char* TypeName(const ObjectChecksum& checksum) { return checksum.composite ? "COMPOSITE" : "FULL_OBJECT"; }

void WriteChecksum(const ObjectChecksum& checksum, xml::Writer& writer) {
  writer.Text(ChecksumElement(checksum.algorithm), checksum.value).Text("ChecksumType", TypeName(checksum));
}

Error MalformedXml() {
  return CodedError(ErrorKind::kInvalidArgument, "MalformedXML",
                    "The XML you provided was not well-formed or did not validate against our published schema");
}

Error InvalidRequest(std::string message) {
  return CodedError(ErrorKind::kInvalidArgument, "InvalidRequest", std::move(message));
}

Result<KeyEncoder> KeyEncoder::FromRequest(const http::Request& request) {
  const std::string* type = request.FindQuery("encoding-type");
  if (type != nullptr && *type != "url") return InvalidRequestArgument("Invalid Encoding Method specified in Request");
  KeyEncoder encoder;
  encoder.encodes_ = type != nullptr;
  return encoder;
}

std::string KeyEncoder::operator()(const std::string& key) const {
  return encodes_ ? PercentEncode(key, /*keep_slash=*/true) : key;
}

bool IsValidUtf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto byte = static_cast<uint8_t>(text[i]);
    const size_t length = byte < 0x80 ? 1 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    if ((byte >= 0x80 && byte < 0xc2) || byte > 0xf4 || i + length > text.size()) return false;
    for (size_t k = 1; k < length; ++k) {
      if ((static_cast<uint8_t>(text[i + k]) & 0xc0) != 0x80) return false;
    }
    const auto second = length > 1 ? static_cast<uint8_t>(text[i + 1]) : uint8_t{0};
    // Overlong forms, surrogates, and what lies beyond U+10FFFF.
    if ((byte == 0xe0 && second < 0xa0) || (byte == 0xed && second > 0x9f) || (byte == 0xf0 && second < 0x90) ||
        (byte == 0xf4 && second > 0x8f)) {
      return false;
    }
    i += length;
  }
  return true;
}

std::string FormatTime(int64_t ms) { return FormatIso8601(SystemTime(milliseconds(ms))); }

}  // namespace sagespark::server
