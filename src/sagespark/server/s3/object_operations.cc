#include "sagespark/base/xml/xml.h"
#include "sagespark/server/errors.h"
#include "sagespark/server/s3/s3_service.h"
#include "sagespark/server/s3/transfer.h"

namespace sagespark::server {
namespace {

/// The bytes of part `number`, counted from 1.
Result<ByteRange> RangeOfPart(const ObjectInfo& info, int number) {
  const size_t parts = std::max<size_t>(info.blobs.size(), 1);
  if (static_cast<size_t>(number) > parts) {
    return CodedError(ErrorKind::kInvalidArgument, "InvalidPartNumber", "The requested partnumber is not satisfiable");
  }
  ByteRange range{.begin = 0, .end = info.size};
  for (int i = 0; i < static_cast<int>(info.blobs.size()); ++i) {
    range.end = range.begin + info.blobs[static_cast<size_t>(i)].size;
    if (i + 1 == number) break;
    range.begin = range.end;
  }
  return range;
}

/// What of the object a read asks for, by Range or partNumber; nothing for all of it.
Result<std::optional<ByteRange>> RangeToSend(const http::Request& request, const ObjectInfo& info) {
  const std::string_view range = request.headers.Get("Range");
  if (request.FindQuery("partNumber") == nullptr) return RangeOf(range, info.size);
  if (!range.empty()) return InvalidRequest("Cannot specify both Range header and partNumber query parameter");
  SAGESPARK_ASSIGN_OR_RETURN(const int part, IntParameter(request, "partNumber", 1, 1, kMaxParts));
  SAGESPARK_ASSIGN_OR_RETURN(const ByteRange bytes, RangeOfPart(info, part));
  return std::optional(bytes);
}

/// Signed requests may set the reply's headers: response-content-type and so on.
void OverrideHeaders(const http::Request& request, http::Headers& headers) {
  for (const char* name : {"content-type", "content-language", "expires", "cache-control", "content-disposition",
                           "content-encoding"}) {
    const std::string* value = request.FindQuery(std::string("response-") + name);
    if (value != nullptr) headers.Set(name, *value);
  }
}

/// Of the whole, or of the part that was asked for; those of other ranges are not known.
void AddChecksumOfRead(const http::Request& request, const ObjectInfo& info, const std::optional<ByteRange>& range, http::Headers& headers) {
  if (!info.attributes.checksum) return;
  const ObjectChecksum& checksum = *info.attributes.checksum;
  if (IsMultipart(info) && request.FindQuery("partNumber") != nullptr) {
    const Result<int> number = IntParameter(request, "partNumber", 1, 1, kMaxParts);
    const std::string& of_part = info.blobs[static_cast<size_t>(*number) - 1].checksum;
    if (!of_part.empty()) AddChecksumHeaders(checksum, of_part, headers);
    return;
  }
  const bool whole = !range || (range->begin == 0 && range->end == info.size);
  if (whole) AddChecksumHeaders(checksum, checksum.value, headers);
}

http::Headers HeadersOfRead(const http::Request& request, const ObjectInfo& info, const std::optional<ByteRange>& range) {
  http::Headers headers;
  AddObjectHeaders(info, headers);
  if (http::EqualsIgnoringCase(request.headers.Get("x-amz-checksum-mode"), "ENABLED")) AddChecksumOfRead(request, info, range, headers);
  OverrideHeaders(request, headers);
  if (IsMultipart(info) && request.FindQuery("partNumber") != nullptr) {
    headers.Add("x-amz-mp-parts-count", std::to_string(info.blobs.size()));
  }
  if (range && info.size > 0) {
    headers.Add("Content-Range", "bytes " + std::to_string(range->begin) + "-" + std::to_string(range->end - 1) + "/" +
                                     std::to_string(info.size));
  }
  return headers;
}

/// What a reply without the object says of it.
http::Headers HeadersOfUnchanged(const ObjectInfo& info) {
  http::Headers headers{{"ETag", "\"" + info.etag + "\""}, {"Last-Modified", http::FormatHttpDate(info.modified_ms / 1000)}};
  for (const char* name : {"cache-control", "expires"}) {
    const auto found = info.attributes.headers.find(name);
    if (found != info.attributes.headers.end()) headers.Add(name, found->second);
  }
  return headers;
}

/// What the copy keeps beside the bytes of `source`, by x-amz-metadata-directive.
Result<ObjectAttributes> AttributesOfCopy(const http::Request& request, const S3Address& target,
                                          const S3Address& source, const ObjectInfo& info) {
  SAGESPARK_ASSIGN_OR_RETURN(ObjectAttributes attributes, AttributesOf(request));
  const std::string_view directive = request.headers.Get("x-amz-metadata-directive", "COPY");
  if (directive != "COPY" && directive != "REPLACE") {
    return CodedError(ErrorKind::kInvalidArgument, "InvalidArgument", "Unknown metadata directive.");
  }
  if (directive == "REPLACE") return attributes;
  if (source.bucket == target.bucket && source.key == target.key) {
    return InvalidRequest(
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's "
        "metadata, storage class, website redirect location or encryption attributes.");
  }
  attributes.headers = info.attributes.headers;
  return attributes;
}

/// The algorithm whose checksum of the whole the copy is to have: the one asked for, else the source's.
Result<DigestAlgorithm> ChecksumOfCopy(const http::Request& request, const ObjectInfo& source) {
  const std::string_view name = request.headers.Get("x-amz-checksum-algorithm");
  if (name.empty()) return source.attributes.checksum ? source.attributes.checksum->algorithm : kDefaultChecksum;
  const std::optional<DigestAlgorithm> algorithm = ParseChecksumName(name);
  if (!algorithm) return InvalidRequest("Checksum algorithm provided is unsupported.");
  return *algorithm;
}

}  // namespace

Status S3Service::GetObject(const Call& call) {
  SAGESPARK_ASSIGN_OR_RETURN(const ObjectStore::OpenObject object, store_.Open(call.address.bucket, call.address.key));
  const ObjectInfo& info = object.info;
  const Status conditions = CheckReadConditions(call.request, info);
  if (!conditions.ok() && conditions.error().code() == "NotModified") {
    return Reply(call, 304, "", HeadersOfUnchanged(info));
  }
  SAGESPARK_RETURN_IF_ERROR(conditions);
  SAGESPARK_ASSIGN_OR_RETURN(const std::optional<ByteRange> range, RangeToSend(call.request, info));
  const uint64_t begin = range ? range->begin : 0, end = range ? range->end : info.size;
  http::Headers headers = HeadersOfRead(call.request, info, range);
  headers.Add("x-amz-request-id", call.context.request_id);
  SAGESPARK_RETURN_IF_ERROR(call.response.Start(range ? 206 : 200, headers, end - begin));
  if (call.request.method == "HEAD") return Status::Ok();
  const std::unique_ptr<ObjectReader> reader = store_.Read(object, begin, end);
  while (true) {
    SAGESPARK_ASSIGN_OR_RETURN(const ObjectReader::Piece piece, reader->NextPiece());
    if (piece.size == 0) return Status::Ok();
    SAGESPARK_RETURN_IF_ERROR(call.response.WriteFile(piece.file, piece.offset, piece.size));
  }
}

Status S3Service::PutObject(const Call& call) {
  SAGESPARK_ASSIGN_OR_RETURN(ObjectAttributes attributes, AttributesOf(call.request));
  SAGESPARK_RETURN_IF_ERROR(store_.HeadBucket(call.address.bucket));  // Before the body is taken for nothing.
  SAGESPARK_RETURN_IF_ERROR(CheckBodyLength(call.request));
  call.body.AlsoCompute(ChecksumSent(call.request).value_or(kDefaultChecksum));
  BlobStore::Writer blob = store_.NewBlob();
  SAGESPARK_ASSIGN_OR_RETURN(
      const std::string etag,
      StoreBytes([&](char* buffer, size_t size) { return call.body.Read(buffer, size); }, blob));
  attributes.checksum = BodyChecksum(call.request, call.body);
  SAGESPARK_ASSIGN_OR_RETURN(const ObjectInfo info,
                             store_.PutObject(call.address.bucket, call.address.key, blob, etag, attributes,
                                              WriteCondition(call.request)));
  http::Headers headers{{"ETag", "\"" + info.etag + "\""}};
  AddChecksumHeaders(*attributes.checksum, attributes.checksum->value, headers);
  return Reply(call, 200, "", std::move(headers));
}

Status S3Service::CopyObject(const Call& call) {
  SAGESPARK_ASSIGN_OR_RETURN(const S3Address source, CopySourceOf(call.request));
  SAGESPARK_ASSIGN_OR_RETURN(const ObjectStore::OpenObject object, store_.Open(source.bucket, source.key));
  SAGESPARK_RETURN_IF_ERROR(CheckReadConditions(call.request, object.info, "x-amz-copy-source-"));
  SAGESPARK_ASSIGN_OR_RETURN(ObjectAttributes attributes,
                             AttributesOfCopy(call.request, call.address, source, object.info));
  SAGESPARK_ASSIGN_OR_RETURN(const DigestAlgorithm algorithm, ChecksumOfCopy(call.request, object.info));
  if (object.info.size > kMaxPutBytes) {
    return InvalidRequest("The specified copy source is larger than the maximum allowable size for a copy source: " +
                          std::to_string(kMaxPutBytes));
  }
  const std::unique_ptr<ObjectReader> reader = store_.Read(object, 0, object.info.size);
  BlobStore::Writer blob = store_.NewBlob();
  SAGESPARK_ASSIGN_OR_RETURN(const StoredBytes stored, StoreRead(*reader, algorithm, blob));
  attributes.checksum = ObjectChecksum{.algorithm = algorithm, .value = stored.checksum};
  SAGESPARK_ASSIGN_OR_RETURN(const ObjectInfo info,
                             store_.PutObject(call.address.bucket, call.address.key, blob, stored.etag, attributes,
                                              WriteCondition(call.request)));
  xml::Writer writer;
  writer.Open("CopyObjectResult", kS3Namespace).Text("LastModified", FormatTime(info.modified_ms));
  writer.Text("ETag", "\"" + info.etag + "\"");
  WriteChecksum(*info.attributes.checksum, writer);
  writer.Close();
  return Reply(call, 200, writer.Take());
}

}  // namespace sagespark::server
