#include <charconv>

#include "sagespark/base/uri.h"
#include "sagespark/base/xml/xml.h"
#include "sagespark/server/errors.h"
#include "sagespark/server/s3/s3_service.h"
#include "sagespark/server/s3/transfer.h"

namespace sagespark::server {
namespace {

constexpr size_t kMaxCompleteBytes = 4 << 20;
constexpr int kMaxParts = 10'000;
constexpr const char* kOwnerId = "0000000000000000000000000000000000000000000000000000000000000000";

Error MalformedXml() {
  return CodedError(ErrorKind::kInvalidArgument, "MalformedXML",
                    "The XML you provided was not well-formed or did not validate against our published schema");
}

Error InvalidRequest(std::string message) {
  return CodedError(ErrorKind::kInvalidArgument, "InvalidRequest", std::move(message));
}

std::string UploadId(const http::Request& request) { return *request.FindQuery("uploadId"); }

/// The checksum that an upload is made for, still without a value.
Result<std::optional<ObjectChecksum>> ChecksumOfUpload(const http::Request& request) {
  const std::string_view name = request.headers.Get("x-amz-checksum-algorithm");
  if (name.empty()) return std::optional<ObjectChecksum>();
  const std::optional<DigestAlgorithm> algorithm = ParseChecksumName(name);
  if (!algorithm) return InvalidRequest("Checksum algorithm provided is unsupported.");
  const bool is_hash = *algorithm == DigestAlgorithm::kSha1 || *algorithm == DigestAlgorithm::kSha256;
  const bool only_full = *algorithm == DigestAlgorithm::kCrc64Nvme;
  const std::string_view type = request.headers.Get("x-amz-checksum-type", only_full ? "FULL_OBJECT" : "COMPOSITE");
  if ((type == "FULL_OBJECT" && is_hash) || (type == "COMPOSITE" && only_full) ||
      (type != "FULL_OBJECT" && type != "COMPOSITE")) {
    return InvalidRequest("The checksum type cannot be used with this checksum algorithm.");
  }
  return std::optional(ObjectChecksum{.algorithm = *algorithm, .value = "", .composite = type == "COMPOSITE"});
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
    if (checksum) {
      part.checksum = std::string(element.TextOf("Checksum" + std::string(ChecksumName(checksum->algorithm))));
    }
    parts.push_back(std::move(part));
  }
  if (parts.empty() || parts.size() > kMaxParts) return MalformedXml();
  return parts;
}

void WriteChecksum(xml::Writer& writer, const ObjectInfo& info) {
  if (!info.attributes.checksum) return;
  const ObjectChecksum& checksum = *info.attributes.checksum;
  writer.Text("Checksum" + std::string(ChecksumName(checksum.algorithm)), checksum.value);
  writer.Text("ChecksumType", checksum.composite ? "COMPOSITE" : "FULL_OBJECT");
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
  if (attributes.checksum) {
    headers.Add("x-amz-checksum-algorithm", std::string(ChecksumName(attributes.checksum->algorithm)));
    headers.Add("x-amz-checksum-type", attributes.checksum->composite ? "COMPOSITE" : "FULL_OBJECT");
  }
  return Reply(call, 200, writer.Take(), std::move(headers));
}

Status S3Service::UploadPart(const Call& call) {
  SAGESPARK_ASSIGN_OR_RETURN(const int number, IntParameter(call.request, "partNumber", 0, 1, kMaxParts));
  if (number == 0) return InvalidRequest("Part number is missing");
  const std::string upload_id = UploadId(call.request);
  SAGESPARK_ASSIGN_OR_RETURN(const UploadInfo upload,
                             store_.HeadUpload(call.address.bucket, call.address.key, upload_id));
  const std::optional<ObjectChecksum>& wanted = upload.attributes.checksum;
  if (wanted) call.body.AlsoCompute(wanted->algorithm);
  BlobStore::Writer blob = store_.NewBlob();
  PartInfo part{.number = number};
  SAGESPARK_ASSIGN_OR_RETURN(
      part.etag, StoreBytes([&](char* buffer, size_t size) { return call.body.Read(buffer, size); }, blob));
  http::Headers headers{{"ETag", "\"" + part.etag + "\""}};
  if (wanted) {
    part.checksum = Base64Encode(*call.body.digest(wanted->algorithm));
    headers.Add(ChecksumHeader(wanted->algorithm), part.checksum);
  } else if (const std::optional<ObjectChecksum> sent = BodyChecksum(call.request, call.body)) {
    headers.Add(ChecksumHeader(sent->algorithm), sent->value);
  }
  SAGESPARK_RETURN_IF_ERROR(store_.PutPart(call.address.bucket, call.address.key, upload_id, part, blob));
  return Reply(call, 200, "", std::move(headers));
}

Status S3Service::UploadPartCopy(const Call& call) {
  SAGESPARK_ASSIGN_OR_RETURN(const int number, IntParameter(call.request, "partNumber", 0, 1, kMaxParts));
  if (number == 0) return InvalidRequest("Part number is missing");
  SAGESPARK_ASSIGN_OR_RETURN(const S3Address source, CopySourceOf(call.request));
  SAGESPARK_ASSIGN_OR_RETURN(
      const UploadInfo upload,
      store_.HeadUpload(call.address.bucket, call.address.key, UploadId(call.request)));
  SAGESPARK_ASSIGN_OR_RETURN(const ObjectStore::OpenObject object, store_.Open(source.bucket, source.key));
  SAGESPARK_RETURN_IF_ERROR(CheckReadConditions(call.request, object.info, "x-amz-copy-source-"));
  SAGESPARK_ASSIGN_OR_RETURN(const std::optional<ByteRange> range,
                             RangeOf(call.request.headers.Get("x-amz-copy-source-range"), object.info.size));
  const std::unique_ptr<ObjectReader> reader =
      store_.Read(object, range ? range->begin : 0, range ? range->end : object.info.size);
  std::optional<Digest> checksum;
  if (upload.attributes.checksum) checksum.emplace(upload.attributes.checksum->algorithm);
  BlobStore::Writer blob = store_.NewBlob();
  PartInfo part{.number = number, .modified_ms = object.info.modified_ms};
  SAGESPARK_ASSIGN_OR_RETURN(part.etag, StoreBytes(
                                            [&](char* buffer, size_t size) {
                                              Result<size_t> read = reader->Read(buffer, size);
                                              if (checksum && read.ok()) checksum->Update({buffer, *read});
                                              return read;
                                            },
                                            blob));
  if (checksum) part.checksum = Base64Encode(checksum->Finish());
  SAGESPARK_RETURN_IF_ERROR(store_.PutPart(call.address.bucket, call.address.key, upload.upload_id, part, blob));
  xml::Writer writer;
  writer.Open("CopyPartResult", kS3Namespace).Text("LastModified", FormatTime(part.modified_ms));
  writer.Text("ETag", "\"" + part.etag + "\"");
  if (checksum) {
    writer.Text("Checksum" + std::string(ChecksumName(upload.attributes.checksum->algorithm)), part.checksum);
  }
  writer.Close();
  return Reply(call, 200, writer.Take());
}

Status S3Service::CompleteMultipartUpload(const Call& call) {
  const std::string upload_id = UploadId(call.request);
  SAGESPARK_ASSIGN_OR_RETURN(const std::string text, http::ReadAll(call.body, kMaxCompleteBytes));
  const Result<UploadInfo> upload = store_.HeadUpload(call.address.bucket, call.address.key, upload_id);
  const std::optional<ObjectChecksum> checksum = upload.ok() ? upload->attributes.checksum : std::nullopt;
  SAGESPARK_ASSIGN_OR_RETURN(const std::vector<CompletedPart> parts, ParseCompletedParts(text, checksum));
  SAGESPARK_ASSIGN_OR_RETURN(const ObjectInfo info,
                             store_.CompleteUpload(call.address.bucket, call.address.key, upload_id, parts,
                                                   WriteCondition(call.request)));
  xml::Writer writer;
  writer.Open("CompleteMultipartUploadResult", kS3Namespace);
  const std::string host(call.request.headers.Get("Host"));
  writer.Text("Location", "http://" + host + "/" + call.address.bucket + "/" + call.address.key);
  writer.Text("Bucket", call.address.bucket).Text("Key", call.address.key).Text("ETag", "\"" + info.etag + "\"");
  WriteChecksum(writer, info);
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
  if (checksum) {
    writer.Text("ChecksumAlgorithm", ChecksumName(checksum->algorithm));
    writer.Text("ChecksumType", checksum->composite ? "COMPOSITE" : "FULL_OBJECT");
  }
  for (const PartInfo& part : parts) {
    writer.Open("Part").Int("PartNumber", part.number).Text("LastModified", FormatTime(part.modified_ms));
    writer.Text("ETag", "\"" + part.etag + "\"").Int("Size", static_cast<int64_t>(part.size));
    if (checksum) writer.Text("Checksum" + std::string(ChecksumName(checksum->algorithm)), part.checksum);
    writer.Close();
  }
  writer.Close();
  return Reply(call, 200, writer.Take());
}

Status S3Service::ListMultipartUploads(const Call& call) {
  const auto parameter = [&](std::string_view name) {
    const std::string* value = call.request.FindQuery(name);
    return value == nullptr ? std::string() : *value;
  };
  if (!parameter("delimiter").empty() || !parameter("encoding-type").empty()) {
    if (parameter("encoding-type") != "url" || !parameter("delimiter").empty()) {
      return CodedError(ErrorKind::kUnimplemented, "NotImplemented", "Delimiters of upload lists are not implemented");
    }
  }
  const bool encodes = !parameter("encoding-type").empty();
  const auto encode = [&](const std::string& key) { return encodes ? PercentEncode(key, true) : key; };
  SAGESPARK_ASSIGN_OR_RETURN(const int max_uploads, IntParameter(call.request, "max-uploads", 1000, 1, 2147483647));
  const size_t limit = static_cast<size_t>(std::min(max_uploads, 1000));
  SAGESPARK_ASSIGN_OR_RETURN(
      std::vector<UploadInfo> uploads,
      store_.ListUploads(call.address.bucket, parameter("prefix"), parameter("key-marker"),
                         parameter("upload-id-marker"), static_cast<int>(limit) + 1));
  const bool truncated = uploads.size() > limit;
  if (truncated) uploads.resize(limit);
  xml::Writer writer;
  writer.Open("ListMultipartUploadsResult", kS3Namespace).Text("Bucket", call.address.bucket);
  writer.Text("KeyMarker", encode(parameter("key-marker"))).Text("UploadIdMarker", parameter("upload-id-marker"));
  if (truncated) {
    writer.Text("NextKeyMarker", encode(uploads.back().key)).Text("NextUploadIdMarker", uploads.back().upload_id);
  }
  writer.Text("Prefix", encode(parameter("prefix"))).Int("MaxUploads", static_cast<int64_t>(limit));
  if (encodes) writer.Text("EncodingType", "url");
  writer.Bool("IsTruncated", truncated);
  for (const UploadInfo& upload : uploads) {
    writer.Open("Upload").Text("UploadId", upload.upload_id).Text("Key", encode(upload.key));
    writer.Open("Initiator").Text("ID", kOwnerId).Close().Open("Owner").Text("ID", kOwnerId).Close();
    writer.Text("StorageClass", "STANDARD").Text("Initiated", FormatTime(upload.created_ms));
    if (upload.attributes.checksum) {
      writer.Text("ChecksumAlgorithm", ChecksumName(upload.attributes.checksum->algorithm));
      writer.Text("ChecksumType", upload.attributes.checksum->composite ? "COMPOSITE" : "FULL_OBJECT");
    }
    writer.Close();
  }
  writer.Close();
  return Reply(call, 200, writer.Take());
}

}  // namespace sagespark::server
