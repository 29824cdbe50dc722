#include <algorithm>

#include "sagespark/base/xml/xml.h"
#include "sagespark/server/errors.h"
#include "sagespark/server/s3/s3_service.h"

namespace sagespark::server {
namespace {

constexpr int kMaxPage = 1000;

/// Where the page begins. Continuation tokens are opaque to clients: hexadecimal keeps any key intact.
Result<std::string> StartAfter(const http::Request& request, bool is_v2) {
  if (!is_v2) return Parameter(request, "marker");
  const std::string token = Parameter(request, "continuation-token");
  if (token.empty()) return Parameter(request, "start-after");
  const std::optional<std::string> key = FromHex(token);
  if (!key) return CodedError(ErrorKind::kInvalidArgument, "InvalidArgument", "The continuation token provided is incorrect");
  return *key;
}

Result<ListRequest> ListRequestOf(const http::Request& request, std::string start_after) {
  SAGESPARK_ASSIGN_OR_RETURN(const int max_keys, IntParameter(request, "max-keys", kMaxPage, 0, 2147483647));
  return ListRequest{.prefix = Parameter(request, "prefix"), .delimiter = Parameter(request, "delimiter"),
                     .start_after = std::move(start_after), .max_keys = std::min(max_keys, kMaxPage)};
}

void WriteOwner(xml::Writer& writer) { writer.Open("Owner").Text("ID", kOwnerId).Close(); }

void WriteChecksumKind(xml::Writer& writer, const ObjectInfo& object) {
  if (!object.attributes.checksum) return;
  writer.Text("ChecksumAlgorithm", ChecksumName(object.attributes.checksum->algorithm));
  writer.Text("ChecksumType", object.attributes.checksum->composite ? "COMPOSITE" : "FULL_OBJECT");
}

void WriteContents(xml::Writer& writer, const ObjectInfo& object, const KeyEncoder& encode, bool with_owner) {
  writer.Open("Contents").Text("Key", encode(object.key)).Text("LastModified", FormatTime(object.modified_ms));
  writer.Text("ETag", "\"" + object.etag + "\"");
  WriteChecksumKind(writer, object);
  writer.Int("Size", static_cast<int64_t>(object.size));
  if (with_owner) WriteOwner(writer);
  writer.Text("StorageClass", "STANDARD").Close();
}

void WriteVersion(xml::Writer& writer, const ObjectInfo& object, const KeyEncoder& encode) {
  writer.Open("Version").Text("Key", encode(object.key)).Text("VersionId", "null").Bool("IsLatest", true);
  writer.Text("LastModified", FormatTime(object.modified_ms)).Text("ETag", "\"" + object.etag + "\"");
  WriteChecksumKind(writer, object);
  writer.Int("Size", static_cast<int64_t>(object.size));
  WriteOwner(writer);
  writer.Text("StorageClass", "STANDARD").Close();
}

/// What both kinds of listing say about themselves at their ends.
void WriteTail(xml::Writer& writer, const ListRequest& list, const Listing& listing, const KeyEncoder& encode) {
  writer.Int("MaxKeys", list.max_keys);
  if (!list.delimiter.empty()) writer.Text("Delimiter", encode(list.delimiter));
  if (encode.encodes()) writer.Text("EncodingType", "url");
  writer.Bool("IsTruncated", listing.truncated);
  for (const std::string& prefix : listing.common_prefixes) {
    writer.Open("CommonPrefixes").Text("Prefix", encode(prefix)).Close();
  }
}

}  // namespace

Status S3Service::ListObjects(const Call& call) {
  const http::Request& request = call.request;
  const bool is_v2 = Parameter(request, "list-type") == "2";
  SAGESPARK_ASSIGN_OR_RETURN(const KeyEncoder encode, KeyEncoder::FromRequest(request));
  SAGESPARK_ASSIGN_OR_RETURN(std::string start_after, StartAfter(request, is_v2));
  SAGESPARK_ASSIGN_OR_RETURN(const ListRequest list, ListRequestOf(request, std::move(start_after)));
  SAGESPARK_ASSIGN_OR_RETURN(const Listing listing, store_.List(call.address.bucket, list));

  xml::Writer writer;
  writer.Open("ListBucketResult", kS3Namespace).Text("Name", call.address.bucket).Text("Prefix", encode(list.prefix));
  if (is_v2) {
    writer.Int("KeyCount", static_cast<int64_t>(listing.objects.size() + listing.common_prefixes.size()));
    if (request.FindQuery("continuation-token") != nullptr) {
      writer.Text("ContinuationToken", Parameter(request, "continuation-token"));
    }
    if (request.FindQuery("start-after") != nullptr) writer.Text("StartAfter", encode(Parameter(request, "start-after")));
    if (listing.truncated) writer.Text("NextContinuationToken", ToHex(listing.next));
  } else {
    writer.Text("Marker", encode(Parameter(request, "marker")));
    if (listing.truncated && !list.delimiter.empty()) writer.Text("NextMarker", encode(listing.next));
  }
  const bool with_owner = !is_v2 || Parameter(request, "fetch-owner") == "true";
  for (const ObjectInfo& object : listing.objects) WriteContents(writer, object, encode, with_owner);
  WriteTail(writer, list, listing, encode);
  writer.Close();
  return Reply(call, 200, writer.Take());
}

Status S3Service::ListObjectVersions(const Call& call) {
  const http::Request& request = call.request;
  SAGESPARK_ASSIGN_OR_RETURN(const KeyEncoder encode, KeyEncoder::FromRequest(request));
  SAGESPARK_ASSIGN_OR_RETURN(const ListRequest list, ListRequestOf(request, Parameter(request, "key-marker")));
  SAGESPARK_ASSIGN_OR_RETURN(const Listing listing, store_.List(call.address.bucket, list));
  xml::Writer writer;
  writer.Open("ListVersionsResult", kS3Namespace).Text("Name", call.address.bucket).Text("Prefix", encode(list.prefix));
  writer.Text("KeyMarker", encode(list.start_after)).Text("VersionIdMarker", Parameter(request, "version-id-marker"));
  if (listing.truncated) writer.Text("NextKeyMarker", encode(listing.next)).Text("NextVersionIdMarker", "null");
  for (const ObjectInfo& object : listing.objects) WriteVersion(writer, object, encode);
  WriteTail(writer, list, listing, encode);
  writer.Close();
  return Reply(call, 200, writer.Take());
}

}  // namespace sagespark::server
