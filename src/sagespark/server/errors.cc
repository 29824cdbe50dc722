#include "sagespark/server/errors.h"

#include "sagespark/base/json/value.h"

namespace sagespark::server {
namespace {

struct Row {
  const char* code;
  int status;
};

Row RowOf(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kConflict: return {"ResourceInUse", 400};
    case ErrorKind::kResourceLimit: return {"ResourceLimitExceeded", 400};
    case ErrorKind::kThrottled: return {"ThrottlingException", 400};
    case ErrorKind::kUnauthenticated: return {"InvalidSignatureException", 403};
    case ErrorKind::kPermissionDenied: return {"AccessDeniedException", 403};
    case ErrorKind::kModelError: return {"ModelError", 424};
    case ErrorKind::kUnimplemented: return {"UnknownOperationException", 400};
    case ErrorKind::kCancelled:
    case ErrorKind::kTimeout:
    case ErrorKind::kUnavailable: return {"ServiceUnavailable", 503};
    case ErrorKind::kIo:
    case ErrorKind::kInternal: return {"InternalFailure", 500};
    case ErrorKind::kInvalidArgument:
    case ErrorKind::kSchemaMismatch:
    case ErrorKind::kCorruptData:
    case ErrorKind::kNotFound:
    case ErrorKind::kAlreadyExists: return {"ValidationException", 400};
  }
  return {"InternalFailure", 500};
}

}  // namespace

ServiceError ToJsonError(const Error& error) {
  const Row row = RowOf(error.kind());
  return {.code = error.code().empty() ? row.code : error.code(), .message = error.message(), .status = row.status};
}

http::Response JsonErrorResponse(const RequestContext& context, const Error& error) {
  const ServiceError sent = ToJsonError(error);
  return {.status = sent.status,
          .headers = {{"Content-Type", "application/x-amz-json-1.1"}, {"x-amzn-RequestId", context.request_id}},
          .body = json::Dump(json::Object{{"__type", sent.code}, {"message", sent.message}})};
}

http::Response RestJsonErrorResponse(const RequestContext& context, const Error& error) {
  const ServiceError sent = ToJsonError(error);
  return {.status = sent.status,
          .headers = {{"Content-Type", "application/json"},
                      {"x-amzn-RequestId", context.request_id},
                      {"x-amzn-ErrorType", sent.code}},
          .body = json::Dump(json::Object{{"Message", sent.message}})};
}

}  // namespace sagespark::server
