#pragma once

#include <string>
#include <string_view>

#include "sagespark/aws/client/config.h"
#include "sagespark/aws/client/http_message.h"
#include "sagespark/base/clock.h"
#include "sagespark/base/result.h"

namespace sagespark::aws {

/// The value of x-amz-content-sha256 for a body that is not signed.
inline constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";

/// What a signature is good for.
struct SigningScope {
  std::string_view region;
  std::string_view service;
  /// The body's SHA-256 in hex, or kUnsignedPayload.
  std::string_view payload_hash;
  /// S3 takes the path as it is and wants x-amz-content-sha256; other services encode it twice, normalized.
  bool is_s3 = false;
};

/// Adds the headers of a Signature Version 4: X-Amz-Date, Authorization, and where they apply
/// X-Amz-Security-Token and x-amz-content-sha256. All headers are signed but User-Agent and the like.
Status Sign(HttpRequest& request, const Credentials& credentials, const SigningScope& scope, SystemTime now);

/// Reads the body once for its SHA-256 in hex; null is the empty body.
Result<std::string> PayloadHash(RequestBody* body);

}  // namespace sagespark::aws
