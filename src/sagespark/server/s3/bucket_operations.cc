#include <algorithm>

#include "sagespark/base/uri.h"
#include "sagespark/base/xml/xml.h"
#include "sagespark/server/errors.h"
#include "sagespark/server/s3/s3_service.h"

namespace sagespark::server {
namespace {

constexpr size_t kMaxDeleteBytes = 4 << 20;
constexpr size_t kMaxDeleteKeys = 1000;
constexpr const char* kOwnerId = "0000000000000000000000000000000000000000000000000000000000000000";

Error MalformedXml() {
  return CodedError(ErrorKind::kInvalidArgument, "MalformedXML",
                    "The XML you provided was not well-formed or did not validate against our published schema");
}

/// Keys as the client asked for them: encoding-type=url encodes what XML cannot hold.
class KeyEncoder {
 public:
  static Result<KeyEncoder> FromRequest(const http::Request& request) {
    const std::string* type = request.FindQuery("encoding-type");
    if (type != nullptr && *type != "url") {
      return CodedError(ErrorKind::kInvalidArgument, "InvalidArgument", "Invalid Encoding Method specified in Request");
    }
    KeyEncoder encoder;
    encoder.encodes_ = type != nullptr;
    return encoder;
  }
  std::string operator()(const std::string& key) const {
    return encodes_ ? PercentEncode(key, /*keep_slash=*/true) : key;
  }
  bool encodes() const { return encodes_; }

 private:
  bool encodes_ = false;
};

std::string Parameter(const http::Request& request, std::string_view name) {
  const std::string* value = request.FindQuery(name);
  return value == nullptr ? std::string() : *value;
}

/// Continuation tokens are opaque to clients: hexadecimal keeps any key intact.
Result<std::string> StartAfter(const http::Request& request, bool is_v2) {
  if (!is_v2) return Parameter(request, "marker");
  const std::string* token = request.FindQuery("continuation-token");
  if (token == nullptr) return Parameter(request, "start-after");
  const std::optional<std::string> key = FromHex(*token);
  if (!key || key->empty()) {
    return CodedError(ErrorKind::kInvalidArgument, "InvalidArgument", "The continuation token provided is incorrect");
  }
  return *key;
}

void WriteContents(xml::Writer& writer, const ObjectInfo& object, const KeyEncoder& encode, bool with_owner) {
  writer.Open("Contents").Text("Key", encode(object.key)).Text("LastModified", FormatTime(object.modified_ms));
  writer.Text("ETag", "\"" + object.etag + "\"");
  if (object.attributes.checksum) {
    writer.Text("ChecksumAlgorithm", ChecksumName(object.attributes.checksum->algorithm));
    writer.Text("ChecksumType", object.attributes.checksum->composite ? "COMPOSITE" : "FULL_OBJECT");
  }
  writer.Int("Size", static_cast<int64_t>(object.size));
  if (with_owner) writer.Open("Owner").Text("ID", kOwnerId).Close();
  writer.Text("StorageClass", "STANDARD").Close();
}

}  // namespace

Status S3Service::ListBuckets(const Call& call) {
  SAGESPARK_ASSIGN_OR_RETURN(const std::vector<BucketInfo> buckets, store_.ListBuckets());
  xml::Writer writer;
  writer.Open("ListAllMyBucketsResult", kS3Namespace).Open("Owner").Text("ID", kOwnerId).Close().Open("Buckets");
  const std::string prefix = Parameter(call.request, "prefix");
  for (const BucketInfo& bucket : buckets) {
    if (!bucket.name.starts_with(prefix)) continue;
    writer.Open("Bucket").Text("Name", bucket.name).Text("CreationDate", FormatTime(bucket.created_ms));
    writer.Text("BucketRegion", bucket.region).Close();
  }
  writer.Close().Close();
  return Reply(call, 200, writer.Take());
}

Status S3Service::CreateBucket(const Call& call) {
  SAGESPARK_RETURN_IF_ERROR(CheckBucketName(call.address.bucket));
  SAGESPARK_ASSIGN_OR_RETURN(const std::string text, http::ReadAll(call.body, kMaxDeleteBytes));
  std::string region = "us-east-1";
  if (!text.empty()) {
    const Result<xml::Element> configuration = xml::Parse(text);
    if (!configuration.ok()) return MalformedXml();
    const std::string_view constraint = configuration->TextOf("LocationConstraint");
    if (!constraint.empty()) region = std::string(constraint);
  }
  SAGESPARK_ASSIGN_OR_RETURN(const bool made, store_.CreateBucket(call.address.bucket, region));
  // In us-east-1 making one's own bucket again is no error.
  if (!made && (region != "us-east-1" || call.context.region != "us-east-1")) {
    return CodedError(ErrorKind::kAlreadyExists, "BucketAlreadyOwnedByYou",
                      "Your previous request to create the named bucket succeeded and you already own it.");
  }
  return Reply(call, 200, "", {{"Location", "/" + call.address.bucket}});
}

Status S3Service::HeadBucket(const Call& call) {
  SAGESPARK_ASSIGN_OR_RETURN(const BucketInfo bucket, store_.HeadBucket(call.address.bucket));
  return Reply(call, 200, "", {{"x-amz-bucket-region", bucket.region}});
}

Status S3Service::DeleteBucket(const Call& call) {
  SAGESPARK_RETURN_IF_ERROR(store_.DeleteBucket(call.address.bucket));
  return Reply(call, 204, "");
}

Status S3Service::GetBucketLocation(const Call& call) {
  SAGESPARK_ASSIGN_OR_RETURN(const BucketInfo bucket, store_.HeadBucket(call.address.bucket));
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<LocationConstraint xmlns=\"";
  text.append(kS3Namespace).append("\">");
  // us-east-1 is the absence of a constraint. Regions consist of letters, digits and hyphens.
  if (bucket.region != "us-east-1") text.append(PercentEncode(bucket.region));
  return Reply(call, 200, text.append("</LocationConstraint>"));
}

Status S3Service::ListObjects(const Call& call) {
  const http::Request& request = call.request;
  const bool is_v2 = Parameter(request, "list-type") == "2";
  SAGESPARK_ASSIGN_OR_RETURN(const KeyEncoder encode, KeyEncoder::FromRequest(request));
  SAGESPARK_ASSIGN_OR_RETURN(const int max_keys, IntParameter(request, "max-keys", 1000, 0, 2147483647));
  ListRequest list{.prefix = Parameter(request, "prefix"), .delimiter = Parameter(request, "delimiter"),
                   .max_keys = std::min(max_keys, 1000)};
  SAGESPARK_ASSIGN_OR_RETURN(list.start_after, StartAfter(request, is_v2));
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
  writer.Int("MaxKeys", list.max_keys);
  if (!list.delimiter.empty()) writer.Text("Delimiter", encode(list.delimiter));
  if (encode.encodes()) writer.Text("EncodingType", "url");
  writer.Bool("IsTruncated", listing.truncated);
  const bool with_owner = !is_v2 || Parameter(request, "fetch-owner") == "true";
  for (const ObjectInfo& object : listing.objects) WriteContents(writer, object, encode, with_owner);
  for (const std::string& prefix : listing.common_prefixes) {
    writer.Open("CommonPrefixes").Text("Prefix", encode(prefix)).Close();
  }
  writer.Close();
  return Reply(call, 200, writer.Take());
}

Status S3Service::DeleteObjects(const Call& call) {
  SAGESPARK_ASSIGN_OR_RETURN(const std::string text, http::ReadAll(call.body, kMaxDeleteBytes));
  const Result<xml::Element> root = xml::Parse(text);
  if (!root.ok() || root->name != "Delete") return MalformedXml();
  std::vector<std::string> keys;
  for (const xml::Element& object : root->children) {
    if (object.name != "Object") continue;
    const xml::Element* key = object.Find("Key");
    if (key == nullptr || key->text.empty()) return MalformedXml();
    if (object.Find("ETag") != nullptr || object.Find("VersionId") != nullptr) {
      return CodedError(ErrorKind::kUnimplemented, "NotImplemented", "Conditional and versioned deletes are not implemented");
    }
    keys.push_back(key->text);
  }
  if (keys.empty() || keys.size() > kMaxDeleteKeys) return MalformedXml();
  SAGESPARK_RETURN_IF_ERROR(store_.DeleteObjects(call.address.bucket, keys));
  xml::Writer writer;
  writer.Open("DeleteResult", kS3Namespace);
  if (root->TextOf("Quiet") != "true") {
    for (const std::string& key : keys) writer.Open("Deleted").Text("Key", key).Close();
  }
  writer.Close();
  return Reply(call, 200, writer.Take());
}

}  // namespace sagespark::server
