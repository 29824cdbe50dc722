#include "sagespark/base/uri.h"
#include "sagespark/base/xml/xml.h"
#include "sagespark/server/errors.h"
#include "sagespark/server/s3/s3_service.h"

namespace sagespark::server {
namespace {

constexpr size_t kMaxConfigurationBytes = 64 << 10;
constexpr int kMaxBuckets = 10'000;

/// Continuation tokens are opaque to clients: the last name of the page before, in hexadecimal.
Result<std::string> NamesAfter(const http::Request& request) {
  const std::optional<std::string> name = FromHex(Parameter(request, "continuation-token"));
  if (name) return *name;
  return CodedError(ErrorKind::kInvalidArgument, "InvalidArgument", "The continuation token provided is incorrect");
}

/// Where the bucket is to be: the endpoint of us-east-1 makes buckets anywhere else too, the others only at home.
Result<std::string> RegionOfNewBucket(std::string_view constraint, const std::string& endpoint_region) {
  const bool is_default = endpoint_region == "us-east-1";
  if (is_default && constraint == "us-east-1") {
    return CodedError(ErrorKind::kInvalidArgument, "InvalidLocationConstraint", "The specified location-constraint is not valid");
  }
  if (!is_default && constraint != endpoint_region) {
    return CodedError(ErrorKind::kInvalidArgument, "IllegalLocationConstraintException",
                      "The " + std::string(constraint.empty() ? "unspecified" : constraint) +
                          " location constraint is incompatible for the region specific endpoint this request was sent to.");
  }
  return constraint.empty() ? "us-east-1" : std::string(constraint);
}

}  // namespace

Status S3Service::ListBuckets(const Call& call) {
  SAGESPARK_ASSIGN_OR_RETURN(const std::vector<BucketInfo> buckets, store_.ListBuckets());
  SAGESPARK_ASSIGN_OR_RETURN(const int limit, IntParameter(call.request, "max-buckets", kMaxBuckets, 1, kMaxBuckets));
  SAGESPARK_ASSIGN_OR_RETURN(const std::string after, NamesAfter(call.request));
  const std::string prefix = Parameter(call.request, "prefix"), region = Parameter(call.request, "bucket-region");
  xml::Writer writer;
  writer.Open("ListAllMyBucketsResult", kS3Namespace).Open("Owner").Text("ID", kOwnerId).Close().Open("Buckets");
  int count = 0;
  std::string last;
  bool truncated = false;
  for (const BucketInfo& bucket : buckets) {
    if (bucket.name <= after || !bucket.name.starts_with(prefix)) continue;
    if (!region.empty() && bucket.region != region) continue;
    truncated = count == limit;
    if (truncated) break;
    ++count;
    last = bucket.name;
    writer.Open("Bucket").Text("Name", bucket.name).Text("CreationDate", FormatTime(bucket.created_ms));
    writer.Text("BucketRegion", bucket.region).Close();
  }
  writer.Close();
  if (truncated) writer.Text("ContinuationToken", ToHex(last));
  if (!prefix.empty()) writer.Text("Prefix", prefix);
  writer.Close();
  return Reply(call, 200, writer.Take());
}

Status S3Service::CreateBucket(const Call& call) {
  SAGESPARK_RETURN_IF_ERROR(CheckBucketName(call.address.bucket));
  SAGESPARK_RETURN_IF_ERROR(AttributesOf(call.request).status());  // Headers that ask for what is not offered.
  SAGESPARK_ASSIGN_OR_RETURN(const std::string text, http::ReadAll(call.body, kMaxConfigurationBytes));
  std::string constraint;
  if (!text.empty()) {
    const Result<xml::Element> configuration = xml::Parse(text);
    if (!configuration.ok()) return MalformedXml();
    constraint = std::string(configuration->TextOf("LocationConstraint"));
  }
  SAGESPARK_ASSIGN_OR_RETURN(const std::string region, RegionOfNewBucket(constraint, call.context.region));
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
  return Reply(call, 200, "", {{"x-amz-bucket-region", bucket.region}, {"x-amz-access-point-alias", "false"}});
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

Status S3Service::GetBucketVersioning(const Call& call) {
  SAGESPARK_RETURN_IF_ERROR(store_.HeadBucket(call.address.bucket));
  xml::Writer writer;
  writer.Open("VersioningConfiguration", kS3Namespace).Close();  // Never enabled.
  return Reply(call, 200, writer.Take());
}

Status S3Service::GetAcl(const Call& call) {
  if (call.address.key.empty()) {
    SAGESPARK_RETURN_IF_ERROR(store_.HeadBucket(call.address.bucket));
  } else {
    SAGESPARK_RETURN_IF_ERROR(store_.HeadObject(call.address.bucket, call.address.key));
  }
  const std::string owner = std::string("<ID>") + kOwnerId + "</ID>";
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<AccessControlPolicy xmlns=\"";
  text.append(kS3Namespace).append("\"><Owner>").append(owner).append("</Owner><AccessControlList><Grant><Grantee ");
  text.append("xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\">").append(owner);
  text.append("</Grantee><Permission>FULL_CONTROL</Permission></Grant></AccessControlList></AccessControlPolicy>");
  return Reply(call, 200, std::move(text));
}

}  // namespace sagespark::server
