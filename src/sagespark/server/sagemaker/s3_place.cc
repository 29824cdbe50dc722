#include "sagespark/server/sagemaker/s3_place.h"

#include "sagespark/base/uri.h"
#include "sagespark/server/errors.h"

namespace sagespark::server {
namespace {

Error Invalid(std::string message) { return CodedError(ErrorKind::kInvalidArgument, "ValidationException", std::move(message)); }

}  // namespace

Status CheckS3Uri(const std::string& uri) {
  const auto parsed = ParseUri(uri);
  if (!parsed.ok() || parsed->scheme != "s3") return Invalid("The local cloud takes s3:// URIs only: " + uri);
  return Status::Ok();
}

Status CheckS3Output(const std::string& uri, std::string_view setting, ObjectAccess& objects) {
  SAGESPARK_RETURN_IF_ERROR(CheckS3Uri(uri));
  const std::string bucket = ParseUri(uri)->authority;
  bool seen = false;
  const Status listed = objects.List(bucket, "", [&](const StoredObject&) -> Status {
    seen = true;
    return Cancelled("One is enough");
  });
  if (!seen && !listed.ok() && listed.error().kind() == ErrorKind::kNotFound) {
    return Invalid("Bucket of " + std::string(setting) + " does not exist: " + bucket);
  }
  return Status::Ok();
}

}  // namespace sagespark::server
