#include <vector>

#include "sagespark/base/xml/xml.h"
#include "sagespark/server/errors.h"
#include "sagespark/server/s3/s3_service.h"
#include "sagespark/server/s3/transfer.h"

namespace sagespark::server {
namespace {

constexpr size_t kSendBytes = 512 << 10;

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

/// Presigned requests may set the reply's headers: response-content-type and so on.
void OverrideHeaders(const http::Request& request, http::Headers& headers) {
  for (const char* name : {"content-type", "content-language", "expires", "cache-control", "content-disposition",
                           "content-encoding"}) {
    const std::string* value = request.FindQuery(std::string("response-") + name);
    if (value != nullptr) headers.Set(name, *value);
  }
}

}  // namespace

Status S3Service::GetObject(const Call& call) {
  const http::Request& request = call.request;
  SAGESPARK_ASSIGN_OR_RETURN(const ObjectStore::OpenObject object, store_.Open(call.address.bucket, call.address.key));
  const ObjectInfo& info = object.info;
  SAGESPARK_RETURN_IF_ERROR(CheckReadConditions(request, info));
  SAGESPARK_ASSIGN_OR_RETURN(std::optional<ByteRange> range, RangeOf(request.headers.Get("Range"), info.size));
  http::Headers headers{{"x-amz-request-id", call.context.request_id}};
  if (request.FindQuery("partNumber") != nullptr) {
    SAGESPARK_ASSIGN_OR_RETURN(const int part, IntParameter(request, "partNumber", 1, 1, 10'000));
    SAGESPARK_ASSIGN_OR_RETURN(range, RangeOfPart(info, part));
    if (info.blobs.size() > 1) headers.Add("x-amz-mp-parts-count", std::to_string(info.blobs.size()));
  }
  const bool whole = !range || (range->begin == 0 && range->end == info.size);
  const bool asked = http::EqualsIgnoringCase(request.headers.Get("x-amz-checksum-mode"), "ENABLED");
  AddObjectHeaders(info, asked && whole, headers);
  OverrideHeaders(request, headers);
  const uint64_t begin = range ? range->begin : 0, end = range ? range->end : info.size;
  if (range && info.size > 0) {
    headers.Add("Content-Range", "bytes " + std::to_string(begin) + "-" + std::to_string(end - 1) + "/" +
                                     std::to_string(info.size));
  }
  const std::unique_ptr<ObjectReader> reader = store_.Read(object, begin, end);
  SAGESPARK_RETURN_IF_ERROR(call.response.Start(range ? 206 : 200, headers, end - begin));
  if (request.method == "HEAD") return Status::Ok();
  std::vector<char> buffer(std::min<uint64_t>(kSendBytes, end - begin));
  while (!buffer.empty()) {
    SAGESPARK_ASSIGN_OR_RETURN(const size_t size, reader->Read(buffer.data(), buffer.size()));
    if (size == 0) break;
    SAGESPARK_RETURN_IF_ERROR(call.response.Write(std::string_view(buffer.data(), size)));
  }
  return Status::Ok();
}

Status S3Service::PutObject(const Call& call) {
  SAGESPARK_ASSIGN_OR_RETURN(ObjectAttributes attributes, AttributesOf(call.request));
  SAGESPARK_RETURN_IF_ERROR(store_.HeadBucket(call.address.bucket));  // Before the body is taken for nothing.
  if (!call.request.content_length && call.request.headers.Find("x-amz-decoded-content-length") == nullptr) {
    return CodedError(ErrorKind::kInvalidArgument, "MissingContentLength",
                      "You must provide the Content-Length HTTP header.");
  }
  BlobStore::Writer blob = store_.NewBlob();
  SAGESPARK_ASSIGN_OR_RETURN(
      const std::string etag,
      StoreBytes([&](char* buffer, size_t size) { return call.body.Read(buffer, size); }, blob));
  attributes.checksum = BodyChecksum(call.request, call.body);
  SAGESPARK_ASSIGN_OR_RETURN(const ObjectInfo info,
                             store_.PutObject(call.address.bucket, call.address.key, blob, etag, attributes,
                                              WriteCondition(call.request)));
  http::Headers headers{{"ETag", "\"" + info.etag + "\""}};
  if (attributes.checksum) {
    headers.Add(ChecksumHeader(attributes.checksum->algorithm), attributes.checksum->value);
    headers.Add("x-amz-checksum-type", "FULL_OBJECT");
  }
  return Reply(call, 200, "", std::move(headers));
}

Status S3Service::CopyObject(const Call& call) {
  SAGESPARK_ASSIGN_OR_RETURN(const S3Address source, CopySourceOf(call.request));
  SAGESPARK_ASSIGN_OR_RETURN(ObjectAttributes attributes, AttributesOf(call.request));
  SAGESPARK_ASSIGN_OR_RETURN(const ObjectStore::OpenObject object, store_.Open(source.bucket, source.key));
  SAGESPARK_RETURN_IF_ERROR(CheckReadConditions(call.request, object.info, "x-amz-copy-source-"));
  const std::string_view directive = call.request.headers.Get("x-amz-metadata-directive", "COPY");
  if (directive == "COPY") {
    if (source.bucket == call.address.bucket && source.key == call.address.key) {
      return CodedError(ErrorKind::kInvalidArgument, "InvalidRequest",
                        "This copy request is illegal because it is trying to copy an object to itself without "
                        "changing the object's metadata, storage class, website redirect location or encryption "
                        "attributes.");
    }
    attributes.headers = object.info.attributes.headers;
  } else if (directive != "REPLACE") {
    return CodedError(ErrorKind::kInvalidArgument, "InvalidArgument", "Unknown metadata directive.");
  }
  if (object.info.attributes.checksum && !object.info.attributes.checksum->composite) {
    attributes.checksum = object.info.attributes.checksum;  // The bytes stay the same.
  }
  const std::unique_ptr<ObjectReader> reader = store_.Read(object, 0, object.info.size);
  BlobStore::Writer blob = store_.NewBlob();
  SAGESPARK_ASSIGN_OR_RETURN(const std::string etag,
                             StoreBytes([&](char* buffer, size_t size) { return reader->Read(buffer, size); }, blob));
  SAGESPARK_ASSIGN_OR_RETURN(const ObjectInfo info,
                             store_.PutObject(call.address.bucket, call.address.key, blob, etag, attributes,
                                              WriteCondition(call.request)));
  xml::Writer writer;
  writer.Open("CopyObjectResult", kS3Namespace).Text("LastModified", FormatTime(info.modified_ms));
  writer.Text("ETag", "\"" + info.etag + "\"");
  if (info.attributes.checksum) {
    writer.Text("ChecksumType", "FULL_OBJECT");
    writer.Text("Checksum" + std::string(ChecksumName(info.attributes.checksum->algorithm)),
                info.attributes.checksum->value);
  }
  writer.Close();
  return Reply(call, 200, writer.Take());
}

Status S3Service::DeleteObject(const Call& call) {
  Precondition condition;
  if (call.request.headers.Find("If-Match") != nullptr) condition = WriteCondition(call.request);
  SAGESPARK_RETURN_IF_ERROR(store_.DeleteObjects(call.address.bucket, {call.address.key}, condition));
  return Reply(call, 204, "");
}

}  // namespace sagespark::server
