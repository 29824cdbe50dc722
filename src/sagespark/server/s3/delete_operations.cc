#include "sagespark/base/xml/xml.h"
#include "sagespark/server/errors.h"
#include "sagespark/server/s3/s3_service.h"

namespace sagespark::server {
namespace {

constexpr size_t kMaxDeleteBytes = 4 << 20;
constexpr size_t kMaxDeleteKeys = 1000;

/// A body that says what to delete must be known to have come whole.
Status CheckHasDigest(const http::Request& request) {
  if (request.headers.Find("Content-MD5") != nullptr || request.headers.Find("x-amz-trailer") != nullptr) return Status::Ok();
  for (const auto& [name, value] : request.headers) {
    constexpr std::string_view kPrefix = "x-amz-checksum-";
    if (http::EqualsIgnoringCase(std::string_view(name).substr(0, kPrefix.size()), kPrefix)) return Status::Ok();
  }
  return InvalidRequest("Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
}

Result<ObjectDeletion> ParseDeletion(const xml::Element& object) {
  const xml::Element* key = object.Find("Key");
  if (key == nullptr || key->text.empty()) return MalformedXml();
  const std::string_view version = object.TextOf("VersionId");
  if ((!version.empty() && version != "null") || object.Find("LastModifiedTime") != nullptr || object.Find("Size") != nullptr) {
    return CodedError(ErrorKind::kUnimplemented, "NotImplemented",
                      "Deletes of versions, and on condition of a time or size, are not implemented");
  }
  ObjectDeletion deletion{.key = key->text};
  if (const xml::Element* etag = object.Find("ETag"); etag != nullptr) deletion.precondition = IfMatch(etag->text);
  return deletion;
}

Result<std::vector<ObjectDeletion>> ParseDeletions(const xml::Element& root) {
  std::vector<ObjectDeletion> deletions;
  for (const xml::Element& object : root.children) {
    if (object.name != "Object") continue;
    SAGESPARK_ASSIGN_OR_RETURN(ObjectDeletion deletion, ParseDeletion(object));
    deletions.push_back(std::move(deletion));
  }
  if (deletions.empty() || deletions.size() > kMaxDeleteKeys) return MalformedXml();
  return deletions;
}

}  // namespace

Status S3Service::DeleteObject(const Call& call) {
  ObjectDeletion deletion{.key = call.address.key};
  if (const std::string* etag = call.request.headers.Find("If-Match"); etag != nullptr) deletion.precondition = IfMatch(*etag);
  SAGESPARK_ASSIGN_OR_RETURN(const std::vector<Status> results, store_.DeleteObjects(call.address.bucket, {deletion}));
  SAGESPARK_RETURN_IF_ERROR(results.front());
  return Reply(call, 204, "");
}

Status S3Service::DeleteObjects(const Call& call) {
  SAGESPARK_RETURN_IF_ERROR(CheckHasDigest(call.request));
  SAGESPARK_ASSIGN_OR_RETURN(const std::string text, http::ReadAll(call.body, kMaxDeleteBytes));
  const Result<xml::Element> root = xml::Parse(text);
  if (!root.ok() || root->name != "Delete") return MalformedXml();
  SAGESPARK_ASSIGN_OR_RETURN(const std::vector<ObjectDeletion> deletions, ParseDeletions(*root));
  SAGESPARK_ASSIGN_OR_RETURN(const std::vector<Status> results, store_.DeleteObjects(call.address.bucket, deletions));
  const bool quiet = root->TextOf("Quiet") == "true";
  xml::Writer writer;
  writer.Open("DeleteResult", kS3Namespace);
  for (size_t i = 0; i < deletions.size(); ++i) {
    if (!results[i].ok()) {
      const Error& error = results[i].error();
      writer.Open("Error").Text("Key", deletions[i].key).Text("Code", error.code()).Text("Message", error.message()).Close();
    } else if (!quiet) {
      writer.Open("Deleted").Text("Key", deletions[i].key).Close();
    }
  }
  writer.Close();
  return Reply(call, 200, writer.Take());
}

}  // namespace sagespark::server
