#include <algorithm>
#include <set>

#include "sagespark/server/errors.h"
#include "sagespark/server/s3/s3_service.h"

namespace sagespark::server {
namespace {

constexpr const char* kNames[] = {"ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"};

Error InvalidAttribute() {
  return CodedError(ErrorKind::kInvalidArgument, "InvalidArgument", "Invalid attribute name specified.");
}

/// Those that the request asks for, in one header or in several.
Result<std::set<std::string, std::less<>>> AttributesAskedFor(const http::Request& request) {
  std::set<std::string, std::less<>> asked;
  for (const auto& [field, value] : request.headers) {
    if (!http::EqualsIgnoringCase(field, "x-amz-object-attributes")) continue;
    std::string_view list = value;
    while (!list.empty()) {
      std::string_view name = list.substr(0, list.find(','));
      list.remove_prefix(std::min(list.size(), name.size() + 1));
      while (name.starts_with(' ')) name.remove_prefix(1);
      if (std::find(std::begin(kNames), std::end(kNames), name) == std::end(kNames)) return InvalidAttribute();
      asked.emplace(name);
    }
  }
  if (asked.empty()) return InvalidAttribute();
  return asked;
}

/// A page of an upload's parts.
Status WriteParts(const http::Request& request, const ObjectInfo& info, xml::Writer& writer) {
  SAGESPARK_ASSIGN_OR_RETURN(const int marker, IntHeader(request, "x-amz-part-number-marker", 0, 0, 2147483647));
  SAGESPARK_ASSIGN_OR_RETURN(const int max_parts, IntHeader(request, "x-amz-max-parts", 1000, 0, 2147483647));
  const size_t limit = static_cast<size_t>(std::min(max_parts, 1000));
  const size_t begin = std::min(static_cast<size_t>(marker), info.blobs.size());
  const size_t end = std::min(begin + limit, info.blobs.size());
  writer.Open("ObjectParts").Int("PartsCount", static_cast<int64_t>(info.blobs.size())).Int("PartNumberMarker", marker);
  writer.Int("NextPartNumberMarker", static_cast<int64_t>(end)).Int("MaxParts", static_cast<int64_t>(limit));
  writer.Bool("IsTruncated", end < info.blobs.size());
  for (size_t i = begin; i < end; ++i) {
    const Blob& part = info.blobs[i];
    writer.Open("Part").Int("PartNumber", static_cast<int64_t>(i + 1)).Int("Size", static_cast<int64_t>(part.size));
    if (info.attributes.checksum && !part.checksum.empty()) {
      writer.Text(ChecksumElement(info.attributes.checksum->algorithm), part.checksum);
    }
    writer.Close();
  }
  writer.Close();
  return Status::Ok();
}

}  // namespace

Status S3Service::GetObjectAttributes(const Call& call) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto asked, AttributesAskedFor(call.request));
  SAGESPARK_ASSIGN_OR_RETURN(const ObjectInfo info, store_.HeadObject(call.address.bucket, call.address.key));
  xml::Writer writer;
  writer.Open("GetObjectAttributesOutput", kS3Namespace);
  if (asked.contains("ETag")) writer.Text("ETag", info.etag);
  if (asked.contains("Checksum") && info.attributes.checksum) {
    writer.Open("Checksum");
    WriteChecksum(*info.attributes.checksum, writer);
    writer.Close();
  }
  if (asked.contains("ObjectParts") && IsMultipart(info)) SAGESPARK_RETURN_IF_ERROR(WriteParts(call.request, info, writer));
  if (asked.contains("StorageClass")) writer.Text("StorageClass", "STANDARD");
  if (asked.contains("ObjectSize")) writer.Int("ObjectSize", static_cast<int64_t>(info.size));
  writer.Close();
  return Reply(call, 200, writer.Take(), {{"Last-Modified", http::FormatHttpDate(info.modified_ms / 1000)}});
}

}  // namespace sagespark::server
