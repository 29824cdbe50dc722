#include "sagespark/aws/client/service_fault.h"

#include <map>
#include <optional>

#include "sagespark/base/json/value.h"
#include "sagespark/base/xml/xml.h"

namespace sagespark::aws {
namespace {

void ParseXmlFault(const std::string& body, ServiceFault& fault) {
  const auto root = xml::Parse(body);
  if (!root.ok()) return;
  const xml::Element* error = root->name == "Error" ? &*root : root->Find("Error");  // STS wraps it.
  if (error == nullptr) return;
  fault.code = error->TextOf("Code");
  fault.message = error->TextOf("Message");
}

std::string FirstText(const json::Value& body, std::initializer_list<std::string_view> names) {
  for (const auto name : names) {
    const json::Value* member = body.Find(name);
    if (member != nullptr && member->if_string() != nullptr) return *member->if_string();
  }
  return "";
}

void ParseJsonFault(const HttpResponse& response, ServiceFault& fault) {
  const auto body = json::Parse(response.body);
  const json::Value empty;
  const json::Value& members = body.ok() ? *body : empty;
  std::string code = response.headers.Get("x-amzn-ErrorType");
  if (code.empty()) code = FirstText(members, {"__type", "code", "ErrorCode"});
  code = code.substr(0, code.find(':'));  // "ValidationException:http://..."
  if (const size_t hash = code.find('#'); hash != std::string::npos) code.erase(0, hash + 1);
  fault.code = code;
  fault.message = FirstText(members, {"message", "Message"});
  fault.original_message = FirstText(members, {"OriginalMessage"});
  if (const auto status = members.GetInt("OriginalStatusCode"); status.ok()) {
    fault.original_status = static_cast<int>(*status);
  }
}

std::optional<ErrorKind> KindOfCode(std::string_view code) {
  static const std::map<std::string_view, ErrorKind> kinds = {
      {"NoSuchBucket", ErrorKind::kNotFound},
      {"NoSuchKey", ErrorKind::kNotFound},
      {"NoSuchUpload", ErrorKind::kNotFound},
      {"ResourceNotFound", ErrorKind::kNotFound},
      {"ResourceNotFoundException", ErrorKind::kNotFound},
      {"NoSuchEntity", ErrorKind::kNotFound},
      {"NoSuchResourceException", ErrorKind::kNotFound},
      {"RepositoryNotFoundException", ErrorKind::kNotFound},
      {"BucketAlreadyExists", ErrorKind::kAlreadyExists},
      {"BucketAlreadyOwnedByYou", ErrorKind::kAlreadyExists},
      {"ResourceInUse", ErrorKind::kAlreadyExists},
      {"ResourceAlreadyExistsException", ErrorKind::kAlreadyExists},
      {"ConflictException", ErrorKind::kConflict},
      {"PreconditionFailed", ErrorKind::kConflict},
      {"ResourceLimitExceeded", ErrorKind::kResourceLimit},
      {"EntityTooLarge", ErrorKind::kResourceLimit},
      {"AccessDenied", ErrorKind::kPermissionDenied},
      {"AccessDeniedException", ErrorKind::kPermissionDenied},
      {"InvalidAccessKeyId", ErrorKind::kUnauthenticated},
      {"SignatureDoesNotMatch", ErrorKind::kUnauthenticated},
      {"InvalidSignatureException", ErrorKind::kUnauthenticated},
      {"UnrecognizedClientException", ErrorKind::kUnauthenticated},
      {"InvalidClientTokenId", ErrorKind::kUnauthenticated},
      {"IncompleteSignature", ErrorKind::kUnauthenticated},
      {"MissingAuthenticationToken", ErrorKind::kUnauthenticated},
      {"MissingAuthenticationTokenException", ErrorKind::kUnauthenticated},
      {"ExpiredToken", ErrorKind::kUnauthenticated},
      {"ExpiredTokenException", ErrorKind::kUnauthenticated},
      {"InvalidToken", ErrorKind::kUnauthenticated},
      {"RequestExpired", ErrorKind::kUnauthenticated},
      {"RequestTimeTooSkewed", ErrorKind::kUnauthenticated},
      {"BadDigest", ErrorKind::kCorruptData},
      {"InvalidDigest", ErrorKind::kCorruptData},
      {"XAmzContentSHA256Mismatch", ErrorKind::kCorruptData},
      {"RequestTimeout", ErrorKind::kTimeout},
      {"SlowDown", ErrorKind::kThrottled},
      {"Throttling", ErrorKind::kThrottled},
      {"ThrottlingException", ErrorKind::kThrottled},
      {"TooManyRequestsException", ErrorKind::kThrottled},
      {"RequestLimitExceeded", ErrorKind::kThrottled},
      {"ModelError", ErrorKind::kModelError},
      {"InvalidAction", ErrorKind::kUnimplemented},
      {"NotImplemented", ErrorKind::kUnimplemented},
      {"UnknownOperationException", ErrorKind::kUnimplemented},
      {"InvalidPart", ErrorKind::kInvalidArgument},
      {"InvalidPartOrder", ErrorKind::kInvalidArgument},
      {"InternalError", ErrorKind::kUnavailable},
      {"InternalFailure", ErrorKind::kUnavailable},
      {"ServiceUnavailable", ErrorKind::kUnavailable},
  };
  const auto found = kinds.find(code);
  if (found == kinds.end()) return std::nullopt;
  return found->second;
}

ErrorKind KindOfStatus(int status) {
  switch (status) {
    case 401: return ErrorKind::kUnauthenticated;
    case 403: return ErrorKind::kPermissionDenied;
    case 404: return ErrorKind::kNotFound;
    case 408: return ErrorKind::kTimeout;
    case 409:
    case 412: return ErrorKind::kConflict;
    case 413: return ErrorKind::kResourceLimit;
    case 424: return ErrorKind::kModelError;
    case 429: return ErrorKind::kThrottled;
    case 501: return ErrorKind::kUnimplemented;
    default: return status >= 500 ? ErrorKind::kUnavailable : ErrorKind::kInvalidArgument;
  }
}

/// SageMaker reports what does not exist, and names that are taken, as validation errors.
std::optional<ErrorKind> KindOfValidation(const ServiceFault& fault) {
  if (fault.code != "ValidationException") return std::nullopt;
  if (fault.message.starts_with("Could not find") || fault.message.starts_with("Requested resource not found")) {
    return ErrorKind::kNotFound;
  }
  if (fault.message.find("already existing") != std::string::npos) return ErrorKind::kAlreadyExists;
  return ErrorKind::kInvalidArgument;
}

}  // namespace

ServiceFault ParseFault(const HttpResponse& response) {
  ServiceFault fault{.status = response.status};
  const size_t start = response.body.find_first_not_of(" \t\r\n");
  if (start != std::string::npos && response.body[start] == '<') {
    ParseXmlFault(response.body, fault);
  } else {
    ParseJsonFault(response, fault);
  }
  return fault;
}

Error FaultError(const ServiceFault& fault, std::string_view operation) {
  const ErrorKind kind =
      KindOfValidation(fault).value_or(KindOfCode(fault.code).value_or(KindOfStatus(fault.status)));
  std::string message = std::string(operation) + " failed: ";
  if (fault.code == "ModelError") {
    message += "the model's container answered " + std::to_string(fault.original_status) + ": " +
               (fault.original_message.empty() ? fault.message : fault.original_message);
  } else if (fault.message.empty()) {
    message += (fault.code.empty() ? "" : fault.code + ": ") + "HTTP status " + std::to_string(fault.status);
  } else {
    message += (fault.code.empty() ? "" : fault.code + ": ") + fault.message;
  }
  return {kind, std::move(message), fault.code};
}

}  // namespace sagespark::aws
