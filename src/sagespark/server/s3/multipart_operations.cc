#include <charconv>

#include "sagespark/base/xml/xml.h"
#include "sagespark/server/errors.h"
#include "sagespark/server/s3/s3_service.h"
#include "sagespark/server/s3/transfer.h"

namespace sagespark::server {
namespace {

constexpr size_t kMaxCompleteBytes = 4 << 20;
std::string UploadId(const http::Request& request) { return *request.FindQuery("uploadId"); }

/// The checksum that an upload is made for, still without a value.
Result<ObjectChecksum> ChecksumOfUpload(const http::Request& request) {
  const std::string_view name = request.headers.Get("x-amz-checksum-algorithm");
  if (name.empty()) return ObjectChecksum{.algorithm = kDefaultChecksum, .by_default = true};
  const std::optional<DigestAlgorithm> algorithm = ParseChecksumName(name);
  if (!algorithm) return InvalidRequest("Checksum algorithm provided is unsupported.");
  const bool is_hash = *algorithm == DigestAlgorithm::kSha1 || *algorithm == DigestAlgorithm::kSha256;
  const bool only_full = *algorithm == DigestAlgorithm::kCrc64Nvme;
  const std::string_view type = request.headers.Get("x-amz-checksum-type", only_full ? "FULL_OBJECT" : "COMPOSITE");
  if ((type == "FULL_OBJECT" && is_hash) || (type == "COMPOSITE" && only_full) ||
      (type != "FULL_OBJECT" && type != "COMPOSITE")) {
    return InvalidRequest("The checksum type cannot be used with this checksum algorithm.");
  }
  return ObjectChecksum{.algorithm = *algorithm, .composite = type == "COMPOSITE"};
}

Result<std::vector<CompletedPart>> ParseCompletedParts(const std::string& text,
                                                       const std::optional<ObjectChecksum>& checksum) {
  const Result<xml::Element> root = xml::Parse(text);
  if (!root.ok() || root->name != "CompleteMultipartUpload") return MalformedXml();
  std::vector<CompletedPart> parts;
  for (const xml::Element& element : root->children) {
    if (element.name != "Part") continue;
    CompletedPart part;
    const std::string_view number = element.TextOf("PartNumber");
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), part.number);
    if (error != std::errc() || end != number.data() + number.size()) return MalformedXml();
    std::string_view etag = element.TextOf("ETag");
    if (etag.size() >= 2 && etag.starts_with('"') && etag.ends_with('"')) etag = etag.substr(1, etag.size() - 2);
    part.etag = std::string(etag);
    if (checksum) part.checksum = std::string(element.TextOf(ChecksumElement(checksum->algorithm)));
    parts.push_back(std::move(part));
  }
  if (parts.empty() || parts.size() > kMaxParts) return MalformedXml();
  return parts;
}

/// Whether replies about an upload name its checksum.
bool ShowsChecksum(const std::optional<ObjectChecksum>& checksum) { return checksum && !checksum->by_default; }

void WriteAlgorithm(const std::optional<ObjectChecksum>& checksum, xml::Writer& writer) {
  if (!ShowsChecksum(checksum)) return;
  writer.Text("ChecksumAlgorithm", ChecksumName(checksum->algorithm)).Text("ChecksumType", TypeName(*checksum));
}

/// The part number of an upload. Fails with InvalidArgument outside 1 to 10,000.
Result<int> PartNumber(const http::Request& request) {
  const Result<int> number = IntParameter(request, "partNumber", 0, 1, kMaxParts);
  if (number.ok() && *number > 0) return number;
  return CodedError(ErrorKind::kInvalidArgument, "InvalidArgument",
                    "Part number must be an integer between 1 and 10000, inclusive");
}

/// A part comes with the upload's kind of checksum, or with none.
Status CheckPartChecksum(const http::Request& request, const std::optional<ObjectChecksum>& wanted) {
  const std::optional<DigestAlgorithm> sent = ChecksumSent(request);
  if (!sent || !ShowsChecksum(wanted) || *sent == wanted->algorithm) return Status::Ok();
  return InvalidRequest("Checksum Type mismatch occurred, expected checksum Type: " +
                        std::string(ChecksumName(wanted->algorithm)) + ", actual checksum Type: " +
                        std::string(ChecksumName(*sent)));
}

/// What the request says of the whole object besides its parts.
Result<UploadCompletion> CompletionOf(const http::Request& request, const std::optional<ObjectChecksum>& checksum) {
  UploadCompletion completion{.precondition = WriteCondition(request)};
  if (checksum) completion.checksum = std::string(request.headers.Get(ChecksumHeader(checksum->algorithm)));
  const std::string_view type = request.headers.Get("x-amz-checksum-type");
  if (checksum && !type.empty() && (type == "COMPOSITE") != checksum->composite) {
    return InvalidRequest("The upload was created with another checksum type than the complete request names.");
  }
  if (const std::string* size = request.headers.Find("x-amz-mp-object-size"); size != nullptr) {
    uint64_t value = 0;
    const auto [end, error] = std::from_chars(size->data(), size->data() + size->size(), value);
    if (error != std::errc() || end != size->data() + size->size()) {
      return InvalidRequest("Value for x-amz-mp-object-size header is invalid.");
    }
    completion.size = value;
  }
  return completion;
}

}  // namespace

Status S3Service::CreateMultipartUpload(const Call& call) {
  SAGESPARK_ASSIGN_OR_RETURN(ObjectAttributes attributes, AttributesOf(call.request));
  SAGESPARK_ASSIGN_OR_RETURN(attributes.checksum, ChecksumOfUpload(call.request));
  SAGESPARK_ASSIGN_OR_RETURN(const std::string upload_id,
                             store_.CreateUpload(call.address.bucket, call.address.key, attributes));
  xml::Writer writer;
  writer.Open("InitiateMultipartUploadResult", kS3Namespace).Text("Bucket", call.address.bucket);
  writer.Text("Key", call.address.key).Text("UploadId", upload_id).Close();
  http::Headers headers;
  if (ShowsChecksum(attributes.checksum)) {
    headers.Add("x-amz-checksum-algorithm", std::string(ChecksumName(attributes.checksum->algorithm)));
    headers.Add("x-amz-checksum-type", TypeName(*attributes.checksum));
  }
  return Reply(call, 200, writer.Take(), std::move(headers));
}

Status S3Service::UploadPart(const Call& call) {
  SAGESPARK_ASSIGN_OR_RETURN(const int number, PartNumber(call.request));
  const std::string upload_id = UploadId(call.request);
  SAGESPARK_ASSIGN_OR_RETURN(const UploadInfo upload,
                             store_.HeadUpload(call.address.bucket, call.address.key, upload_id));
  const std::optional<ObjectChecksum>& wanted = upload.attributes.checksum;
  SAGESPARK_RETURN_IF_ERROR(CheckBodyLength(call.request));
  SAGESPARK_RETURN_IF_ERROR(CheckPartChecksum(call.request, wanted));
  const std::optional<DigestAlgorithm> sent = ChecksumSent(call.request);
  if (sent) call.body.AlsoCompute(*sent);
  if (wanted) call.body.AlsoCompute(wanted->algorithm);  // Uploads that an older version began want none.
  BlobStore::Writer blob = store_.NewBlob();
  PartInfo part{.number = number};
  SAGESPARK_ASSIGN_OR_RETURN(
      part.etag, StoreBytes([&](char* buffer, size_t size) { return call.body.Read(buffer, size); }, blob));
  http::Headers headers{{"ETag", "\"" + part.etag + "\""}};
  if (wanted) part.checksum = Base64Encode(*call.body.digest(wanted->algorithm));
  if (ShowsChecksum(wanted)) {
    headers.Add(ChecksumHeader(wanted->algorithm), part.checksum);
  } else if (sent) {
    headers.Add(ChecksumHeader(*sent), Base64Encode(*call.body.digest(*sent)));
  }
  SAGESPARK_RETURN_IF_ERROR(store_.PutPart(call.address.bucket, call.address.key, upload_id, part, blob));
  return Reply(call, 200, "", std::move(headers));
}

Status S3Service::UploadPartCopy(const Call& call) {
  SAGESPARK_ASSIGN_OR_RETURN(const int number, PartNumber(call.request));
  SAGESPARK_ASSIGN_OR_RETURN(const S3Address source, CopySourceOf(call.request));
  SAGESPARK_ASSIGN_OR_RETURN(
      const UploadInfo upload,
      store_.HeadUpload(call.address.bucket, call.address.key, UploadId(call.request)));
  SAGESPARK_ASSIGN_OR_RETURN(const ObjectStore::OpenObject object, store_.Open(source.bucket, source.key));
  SAGESPARK_RETURN_IF_ERROR(CheckReadConditions(call.request, object.info, "x-amz-copy-source-"));
  SAGESPARK_ASSIGN_OR_RETURN(const ByteRange range, CopyRangeOf(call.request, object.info.size));
  if (range.end - range.begin > kMaxPutBytes) {
    return CodedError(ErrorKind::kInvalidArgument, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size");
  }
  const std::optional<ObjectChecksum>& wanted = upload.attributes.checksum;
  const DigestAlgorithm checksum = wanted ? wanted->algorithm : kDefaultChecksum;
  const std::unique_ptr<ObjectReader> reader = store_.Read(object, range.begin, range.end);
  BlobStore::Writer blob = store_.NewBlob();
  SAGESPARK_ASSIGN_OR_RETURN(const StoredBytes stored, StoreRead(*reader, checksum, blob));
  const PartInfo part{.number = number, .etag = stored.etag, .checksum = wanted ? stored.checksum : "",
                      .modified_ms = object.info.modified_ms};
  SAGESPARK_RETURN_IF_ERROR(store_.PutPart(call.address.bucket, call.address.key, upload.upload_id, part, blob));
  xml::Writer writer;
  writer.Open("CopyPartResult", kS3Namespace).Text("LastModified", FormatTime(part.modified_ms));
  writer.Text("ETag", "\"" + part.etag + "\"");
  if (ShowsChecksum(wanted)) writer.Text(ChecksumElement(checksum), part.checksum);
  writer.Close();
  return Reply(call, 200, writer.Take());
}

Status S3Service::CompleteMultipartUpload(const Call& call) {
  const std::string upload_id = UploadId(call.request);
  SAGESPARK_ASSIGN_OR_RETURN(const std::string text, http::ReadAll(call.body, kMaxCompleteBytes));
  const Result<UploadInfo> upload = store_.HeadUpload(call.address.bucket, call.address.key, upload_id);
  const std::optional<ObjectChecksum> checksum = upload.ok() ? upload->attributes.checksum : std::nullopt;
  SAGESPARK_ASSIGN_OR_RETURN(UploadCompletion completion, CompletionOf(call.request, checksum));
  SAGESPARK_ASSIGN_OR_RETURN(completion.parts, ParseCompletedParts(text, checksum));
  SAGESPARK_ASSIGN_OR_RETURN(const ObjectInfo info,
                             store_.CompleteUpload(call.address.bucket, call.address.key, upload_id, completion));
  xml::Writer writer;
  writer.Open("CompleteMultipartUploadResult", kS3Namespace);
  const std::string host(call.request.headers.Get("Host"));
  writer.Text("Location", "http://" + host + "/" + call.address.bucket + "/" + call.address.key);
  writer.Text("Bucket", call.address.bucket).Text("Key", call.address.key).Text("ETag", "\"" + info.etag + "\"");
  if (info.attributes.checksum) WriteChecksum(*info.attributes.checksum, writer);
  writer.Close();
  return Reply(call, 200, writer.Take());
}

Status S3Service::AbortMultipartUpload(const Call& call) {
  SAGESPARK_RETURN_IF_ERROR(store_.AbortUpload(call.address.bucket, call.address.key, UploadId(call.request)));
  return Reply(call, 204, "");
}

Status S3Service::ListParts(const Call& call) {
  const std::string upload_id = UploadId(call.request);
  SAGESPARK_ASSIGN_OR_RETURN(const int marker, IntParameter(call.request, "part-number-marker", 0, 0, 2147483647));
  SAGESPARK_ASSIGN_OR_RETURN(const int max_parts, IntParameter(call.request, "max-parts", 1000, 1, 2147483647));
  const size_t limit = static_cast<size_t>(std::min(max_parts, 1000));
  SAGESPARK_ASSIGN_OR_RETURN(const UploadInfo upload,
                             store_.HeadUpload(call.address.bucket, call.address.key, upload_id));
  SAGESPARK_ASSIGN_OR_RETURN(std::vector<PartInfo> parts,
                             store_.ListParts(call.address.bucket, call.address.key, upload_id, marker,
                                              static_cast<int>(limit) + 1));
  const bool truncated = parts.size() > limit;
  if (truncated) parts.resize(limit);
  const std::optional<ObjectChecksum>& checksum = upload.attributes.checksum;
  xml::Writer writer;
  writer.Open("ListPartsResult", kS3Namespace).Text("Bucket", call.address.bucket).Text("Key", call.address.key);
  writer.Text("UploadId", upload_id).Open("Initiator").Text("ID", kOwnerId).Close();
  writer.Open("Owner").Text("ID", kOwnerId).Close().Text("StorageClass", "STANDARD");
  writer.Int("PartNumberMarker", marker);
  if (truncated) writer.Int("NextPartNumberMarker", parts.back().number);
  writer.Int("MaxParts", static_cast<int64_t>(limit)).Bool("IsTruncated", truncated);
  WriteAlgorithm(checksum, writer);
  for (const PartInfo& part : parts) {
    writer.Open("Part").Int("PartNumber", part.number).Text("LastModified", FormatTime(part.modified_ms));
    writer.Text("ETag", "\"" + part.etag + "\"").Int("Size", static_cast<int64_t>(part.size));
    if (ShowsChecksum(checksum)) writer.Text(ChecksumElement(checksum->algorithm), part.checksum);
    writer.Close();
  }
  writer.Close();
  return Reply(call, 200, writer.Take());
}

Status S3Service::ListMultipartUploads(const Call& call) {
  const http::Request& request = call.request;
  SAGESPARK_ASSIGN_OR_RETURN(const KeyEncoder encode, KeyEncoder::FromRequest(request));
  SAGESPARK_ASSIGN_OR_RETURN(const int max_uploads, IntParameter(request, "max-uploads", 1000, 1, 2147483647));
  const UploadListRequest list{.prefix = Parameter(request, "prefix"), .delimiter = Parameter(request, "delimiter"),
                               .key_marker = Parameter(request, "key-marker"),
                               .upload_id_marker = Parameter(request, "upload-id-marker"),
                               .max_uploads = std::min(max_uploads, 1000)};
  SAGESPARK_ASSIGN_OR_RETURN(const UploadListing listing, store_.ListUploads(call.address.bucket, list));
  xml::Writer writer;
  writer.Open("ListMultipartUploadsResult", kS3Namespace).Text("Bucket", call.address.bucket);
  writer.Text("KeyMarker", encode(list.key_marker)).Text("UploadIdMarker", list.upload_id_marker);
  if (listing.truncated) {
    writer.Text("NextKeyMarker", encode(listing.next_key)).Text("NextUploadIdMarker", listing.next_upload_id);
  }
  writer.Text("Prefix", encode(list.prefix)).Int("MaxUploads", list.max_uploads);
  if (!list.delimiter.empty()) writer.Text("Delimiter", encode(list.delimiter));
  if (encode.encodes()) writer.Text("EncodingType", "url");
  writer.Bool("IsTruncated", listing.truncated);
  for (const UploadInfo& upload : listing.uploads) {
    writer.Open("Upload").Text("UploadId", upload.upload_id).Text("Key", encode(upload.key));
    writer.Open("Initiator").Text("ID", kOwnerId).Close().Open("Owner").Text("ID", kOwnerId).Close();
    writer.Text("StorageClass", "STANDARD").Text("Initiated", FormatTime(upload.created_ms));
    WriteAlgorithm(upload.attributes.checksum, writer);
    writer.Close();
  }
  for (const std::string& prefix : listing.common_prefixes) {
    writer.Open("CommonPrefixes").Text("Prefix", encode(prefix)).Close();
  }
  writer.Close();
  return Reply(call, 200, writer.Take());
}

}  // namespace sagespark::server
