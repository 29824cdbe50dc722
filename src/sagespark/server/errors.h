#pragma once

#include <string>

#include "sagespark/base/error.h"
#include "sagespark/http/message.h"
#include "sagespark/server/service.h"

namespace sagespark::server {

/// An error as AWS sends it.
struct ServiceError {
  std::string code;     ///< "ValidationException".
  std::string message;
  int status = 400;     ///< Of HTTP.
};

/// An error with AWS's own code. `kind` decides the HTTP status and whether clients retry.
inline Error CodedError(ErrorKind kind, std::string code, std::string message) {
  return Error(kind, std::move(message), std::move(code));
}

/// The table of the JSON services (SageMaker, Logs, Runtime): the error's own code, else one by its kind:
/// kInvalidArgument, kNotFound, kAlreadyExists and all that is not named here ValidationException; kConflict
/// ResourceInUse; kResourceLimit ResourceLimitExceeded; kThrottled ThrottlingException; kUnauthenticated
/// InvalidSignatureException; kPermissionDenied AccessDeniedException; kModelError ModelError (424);
/// kUnimplemented UnknownOperationException; kUnavailable and kTimeout ServiceUnavailable (503); kIo and
/// kInternal InternalFailure (500).
ServiceError ToJsonError(const Error& error);

/// JSON 1.1: {"__type": code, "message": message}.
http::Response JsonErrorResponse(const RequestContext& context, const Error& error);

/// REST JSON (SageMaker Runtime): the code in x-amzn-ErrorType, the message in the body.
http::Response RestJsonErrorResponse(const RequestContext& context, const Error& error);

}  // namespace sagespark::server
