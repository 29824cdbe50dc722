#pragma once

#include <string>
#include <string_view>

#include "sagespark/aws/client/http_message.h"
#include "sagespark/base/result.h"

namespace sagespark::aws {

/// An error reply of a service.
struct ServiceFault {
  int status = 0;
  std::string code;     ///< "NoSuchKey"; "" when the reply names none.
  std::string message;  ///< The service's own words.
  int original_status = 0;       ///< Of a ModelError: what the model's container answered.
  std::string original_message;  ///< Of a ModelError.
};

/// Reads the error from a reply, in XML (S3, STS) or JSON.
ServiceFault ParseFault(const HttpResponse& response);

/// The error of an operation ("PutObject of s3://b/k"): its kind by the service's code, else by the HTTP status.
Error FaultError(const ServiceFault& fault, std::string_view operation);

}  // namespace sagespark::aws
