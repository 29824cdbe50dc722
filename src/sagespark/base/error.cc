#include "sagespark/base/error.h"

#include <system_error>

namespace sagespark {

std::string_view ErrorKindName(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInvalidArgument: return "InvalidArgument";
    case ErrorKind::kSchemaMismatch: return "SchemaMismatch";
    case ErrorKind::kCorruptData: return "CorruptData";
    case ErrorKind::kNotFound: return "NotFound";
    case ErrorKind::kAlreadyExists: return "AlreadyExists";
    case ErrorKind::kConflict: return "Conflict";
    case ErrorKind::kUnauthenticated: return "Unauthenticated";
    case ErrorKind::kPermissionDenied: return "PermissionDenied";
    case ErrorKind::kResourceLimit: return "ResourceLimit";
    case ErrorKind::kThrottled: return "Throttled";
    case ErrorKind::kUnavailable: return "Unavailable";
    case ErrorKind::kTimeout: return "Timeout";
    case ErrorKind::kCancelled: return "Cancelled";
    case ErrorKind::kModelError: return "ModelError";
    case ErrorKind::kIo: return "Io";
    case ErrorKind::kUnimplemented: return "Unimplemented";
    case ErrorKind::kInternal: return "Internal";
  }
  return "Unknown";
}

Error IoError(std::string_view what, int error_number) {
  return {ErrorKind::kIo, std::string(what) + ": " + std::generic_category().message(error_number)};
}

}  // namespace sagespark
