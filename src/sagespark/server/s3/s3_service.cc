#include "sagespark/server/s3/s3_service.h"

#include <map>

#include "sagespark/base/xml/xml.h"
#include "sagespark/server/errors.h"

namespace sagespark::server {
namespace {

/// Parts of the API that are not offered, by the query parameter that selects them.
constexpr std::string_view kNotOffered[] = {
    "abac", "accelerate", "analytics", "annotation", "append", "cors", "encryption", "intelligent-tiering", "inventory",
    "legal-hold", "lifecycle", "logging", "metadataConfiguration", "metadataTable", "metrics", "notification",
    "object-lock", "ownershipControls", "policy", "policyStatus", "publicAccessBlock", "renameObject", "replication",
    "requestPayment", "restore", "retention", "select", "session", "tagging", "torrent", "versionId", "website"};

/// Those of which only the reading is offered.
constexpr std::string_view kReadOnly[] = {"acl", "attributes", "versioning", "versions"};

struct Row {
  std::string code;
  int status;
};

/// Status by code; codes that are not here are 400.
Row RowOf(const Error& error) {
  static const std::map<std::string, int, std::less<>> kStatus = {
      {"AccessDenied", 403},        {"BucketAlreadyOwnedByYou", 409}, {"BucketNotEmpty", 409},
      {"InvalidAccessKeyId", 403},  {"InvalidPartNumber", 416},       {"InvalidRange", 416},
      {"MethodNotAllowed", 405},
      {"MissingContentLength", 411}, {"NoSuchBucket", 404},           {"NoSuchKey", 404},
      {"NoSuchUpload", 404},        {"NotImplemented", 501},          {"NotModified", 304},
      {"PreconditionFailed", 412},  {"RequestTimeTooSkewed", 403},    {"SignatureDoesNotMatch", 403},
  };
  if (error.code() == "MissingAuthenticationToken") return {"AccessDenied", 403};
  if (error.code() == "MissingSecurityHeader") return {"AccessDenied", 403};
  if (!error.code().empty()) {
    const auto found = kStatus.find(error.code());
    return {error.code(), found == kStatus.end() ? 400 : found->second};
  }
  switch (error.kind()) {
    case ErrorKind::kResourceLimit: return {"EntityTooLarge", 400};
    case ErrorKind::kTimeout: return {"RequestTimeout", 400};
    case ErrorKind::kUnavailable:
    case ErrorKind::kCorruptData: return {"IncompleteBody", 400};
    case ErrorKind::kCancelled: return {"ServiceUnavailable", 503};
    default: return {"InternalError", 500};
  }
}

Error NotImplementedParameter(std::string_view parameter) {
  return CodedError(ErrorKind::kUnimplemented, "NotImplemented",
                    "A parameter you provided implies functionality that is not implemented: " + std::string(parameter));
}

Status CheckOffered(const http::Request& request) {
  for (const std::string_view parameter : kNotOffered) {
    const std::string* value = request.FindQuery(parameter);
    if (value == nullptr || (parameter == "versionId" && *value == "null")) continue;
    return NotImplementedParameter(parameter);
  }
  for (const std::string_view parameter : kReadOnly) {
    if (request.method != "GET" && request.FindQuery(parameter) != nullptr) return NotImplementedParameter(parameter);
  }
  return Status::Ok();
}

/// Clients that guard against buckets of strangers name the account that they expect; all buckets are this account's.
Status CheckExpectedOwners(const http::Request& request, const std::string& account_id) {
  for (const char* name : {"x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner"}) {
    const std::string* expected = request.headers.Find(name);
    if (expected != nullptr && *expected != account_id) {
      return CodedError(ErrorKind::kPermissionDenied, "AccessDenied", "Access Denied");
    }
  }
  return Status::Ok();
}

Error MethodNotAllowed() {
  return CodedError(ErrorKind::kInvalidArgument, "MethodNotAllowed", "The specified method is not allowed against this resource.");
}

/// What S3 tells beside the message, by code.
void WriteDetails(const std::string& code, const http::Request& request, xml::Writer& writer) {
  const Result<S3Address> address = AddressOf(request);
  if (!address.ok()) return;
  if (code == "NoSuchBucket" || code == "BucketNotEmpty" || code == "BucketAlreadyOwnedByYou" || code == "InvalidBucketName") {
    writer.Text("BucketName", address->bucket);
  }
  if (code == "NoSuchKey") writer.Text("Key", address->key);
  if (code == "NoSuchUpload") writer.Text("UploadId", Parameter(request, "uploadId"));
  if (code == "InvalidRange") writer.Text("RangeRequested", request.headers.Get("Range"));
  if (code != "PreconditionFailed") return;
  for (const char* name : {"If-Match", "If-None-Match", "If-Unmodified-Since", "If-Modified-Since"}) {
    const std::string copy_source = "x-amz-copy-source-" + std::string(name);
    if (request.headers.Find(name) != nullptr) return static_cast<void>(writer.Text("Condition", name));
    if (request.headers.Find(copy_source) != nullptr) return static_cast<void>(writer.Text("Condition", copy_source));
  }
}

}  // namespace

void SendS3Error(const RequestContext& context, const http::Request& request, const Error& error,
                 http::ResponseWriter& response) {
  const Row row = RowOf(error);
  http::Headers headers{{"x-amz-request-id", context.request_id}};
  if (row.status == 304 || request.method == "HEAD") {
    (void)response.Send({.status = row.status, .headers = std::move(headers)});
    return;
  }
  xml::Writer writer;
  writer.Open("Error").Text("Code", row.code).Text("Message", error.message());
  WriteDetails(row.code, request, writer);
  writer.Text("Resource", IsValidUtf8(request.path) ? request.path : request.raw_path);
  writer.Text("RequestId", context.request_id).Close();
  headers.Add("Content-Type", "application/xml");
  (void)response.Send({.status = row.status, .headers = std::move(headers), .body = writer.Take()});
}

void S3Elsewhere::Handle(const RequestContext& context, const http::Request& request, RequestBody&,
                         http::ResponseWriter& response) {
  SendS3Error(context, request,
              CodedError(ErrorKind::kUnimplemented, "NotImplemented",
                         "This local cloud keeps its objects in another S3: set AWS_ENDPOINT_URL_S3=" + endpoint_),
              response);
}

void S3Elsewhere::HandleError(const RequestContext& context, const http::Request& request, const Error& error,
                              http::ResponseWriter& response) {
  SendS3Error(context, request, error, response);
}

/// What Find and those below it lead to.
Offered S3Service::offered() const {
  return {.service = "s3",
          .operations = {"AbortMultipartUpload", "CompleteMultipartUpload", "CopyObject", "CreateBucket", "CreateMultipartUpload",
                         "DeleteBucket", "DeleteObject", "DeleteObjects", "GetBucketAcl", "GetBucketLocation", "GetBucketVersioning",
                         "GetObject", "GetObjectAcl", "GetObjectAttributes", "HeadBucket", "HeadObject", "ListBuckets", "ListMultipartUploads",
                         "ListObjectVersions", "ListObjects", "ListObjectsV2", "ListParts", "PutObject", "UploadPart", "UploadPartCopy"}};
}

std::string S3Service::SignedPath(const http::Request& request) const {
  const std::string bucket = BucketOfHost(request.headers.Get("Host"));
  return bucket.empty() ? request.raw_path : "/" + bucket + request.raw_path;
}

void S3Service::Handle(const RequestContext& context, const http::Request& request, RequestBody& body,
                       http::ResponseWriter& response) {
  const Result<S3Address> address = AddressOf(request);
  if (!address.ok()) return HandleError(context, request, address.error(), response);
  const Status status = Route({context, request, body, response, *address});
  if (!status.ok() && !response.started()) HandleError(context, request, status.error(), response);
}

void S3Service::HandleError(const RequestContext& context, const http::Request& request, const Error& error,
                            http::ResponseWriter& response) {
  SendS3Error(context, request, error, response);
}

Status S3Service::Reply(const Call& call, int status, std::string xml, http::Headers headers) {
  headers.Add("x-amz-request-id", call.context.request_id);
  if (!xml.empty()) headers.Add("Content-Type", "application/xml");
  return call.response.Send({.status = status, .headers = std::move(headers), .body = std::move(xml)});
}

Status S3Service::Route(const Call& call) {
  SAGESPARK_RETURN_IF_ERROR(CheckOffered(call.request));
  SAGESPARK_RETURN_IF_ERROR(CheckExpectedOwners(call.request, call.context.account_id));
  SAGESPARK_ASSIGN_OR_RETURN(const Operation operation, Find(call));
  call.context.NoteOperation(operation.name);
  return (this->*operation.run)(call);
}

Result<S3Service::Operation> S3Service::Find(const Call& call) {
  if (!call.address.bucket.empty()) return call.address.key.empty() ? FindOfBucket(call) : FindOfObject(call);
  if (call.request.method == "GET") return Operation{"ListBuckets", &S3Service::ListBuckets};
  return MethodNotAllowed();
}

Result<S3Service::Operation> S3Service::FindOfBucket(const Call& call) {
  const std::string& method = call.request.method;
  if (method == "GET") {
    if (call.request.FindQuery("location") != nullptr) return Operation{"GetBucketLocation", &S3Service::GetBucketLocation};
    if (call.request.FindQuery("uploads") != nullptr) return Operation{"ListMultipartUploads", &S3Service::ListMultipartUploads};
    if (call.request.FindQuery("versioning") != nullptr) return Operation{"GetBucketVersioning", &S3Service::GetBucketVersioning};
    if (call.request.FindQuery("versions") != nullptr) return Operation{"ListObjectVersions", &S3Service::ListObjectVersions};
    if (call.request.FindQuery("acl") != nullptr) return Operation{"GetBucketAcl", &S3Service::GetAcl};
    return Operation{Parameter(call.request, "list-type") == "2" ? "ListObjectsV2" : "ListObjects", &S3Service::ListObjects};
  }
  if (method == "PUT") return Operation{"CreateBucket", &S3Service::CreateBucket};
  if (method == "HEAD") return Operation{"HeadBucket", &S3Service::HeadBucket};
  if (method == "DELETE") return Operation{"DeleteBucket", &S3Service::DeleteBucket};
  if (method == "POST" && call.request.FindQuery("delete") != nullptr) return Operation{"DeleteObjects", &S3Service::DeleteObjects};
  if (method == "POST") return CodedError(ErrorKind::kUnimplemented, "NotImplemented", "Form uploads are not implemented");
  return MethodNotAllowed();
}

Result<S3Service::Operation> S3Service::FindOfObject(const Call& call) {
  const std::string& method = call.request.method;
  const bool of_upload = call.request.FindQuery("uploadId") != nullptr;
  if (method == "GET" && of_upload) return Operation{"ListParts", &S3Service::ListParts};
  if (method == "GET" && call.request.FindQuery("acl") != nullptr) return Operation{"GetObjectAcl", &S3Service::GetAcl};
  if (method == "GET" && call.request.FindQuery("attributes") != nullptr) {
    return Operation{"GetObjectAttributes", &S3Service::GetObjectAttributes};
  }
  if (method == "GET") return Operation{"GetObject", &S3Service::GetObject};
  if (method == "HEAD") return Operation{"HeadObject", &S3Service::GetObject};
  if (method == "PUT") return FindOfPut(call);
  if (method == "DELETE" && of_upload) return Operation{"AbortMultipartUpload", &S3Service::AbortMultipartUpload};
  if (method == "DELETE") return Operation{"DeleteObject", &S3Service::DeleteObject};
  if (method == "POST" && call.request.FindQuery("uploads") != nullptr) return Operation{"CreateMultipartUpload", &S3Service::CreateMultipartUpload};
  if (method == "POST" && of_upload) return Operation{"CompleteMultipartUpload", &S3Service::CompleteMultipartUpload};
  return MethodNotAllowed();
}

S3Service::Operation S3Service::FindOfPut(const Call& call) {
  const bool copies = call.request.headers.Find("x-amz-copy-source") != nullptr;
  if (call.request.FindQuery("uploadId") != nullptr) {
    return copies ? Operation{"UploadPartCopy", &S3Service::UploadPartCopy} : Operation{"UploadPart", &S3Service::UploadPart};
  }
  return copies ? Operation{"CopyObject", &S3Service::CopyObject} : Operation{"PutObject", &S3Service::PutObject};
}

}  // namespace sagespark::server
