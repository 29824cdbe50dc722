#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sagespark/base/clock.h"
#include "sagespark/base/result.h"

namespace sagespark::aws::sigv4 {

/// What of a request is signed. Views; the request must outlive it.
struct RequestView {
  std::string_view method;
  std::string_view raw_path;   ///< As sent, percent-encoded.
  std::string_view raw_query;  ///< As sent, without "?".
  std::vector<std::pair<std::string_view, std::string_view>> headers;

  /// The first header of that name (any case), or "".
  std::string_view Header(std::string_view name) const;
};

/// A signature and what it says about itself; nothing of it is proven yet.
struct Authorization {
  std::string access_key_id;
  std::string date;      ///< Of the scope: "20261121".
  std::string region;
  std::string service;   ///< Of the scope: "s3", "sts", "sagemaker".
  std::string time;      ///< "20261121T142500Z".
  std::vector<std::string> signed_headers;  ///< Lower case.
  std::string signature;                    ///< Lower-case hexadecimal digits.
  bool presigned = false;                   ///< In the query, not in a header.
  int64_t expires_seconds = 0;              ///< When presigned: after `time`, or since 1970 with version 2.
  bool is_version_2 = false;                ///< See presigned_v2.h; without date, time and signed headers.

  std::string Scope() const { return date + "/" + region + "/" + service + "/aws4_request"; }
};

inline constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";

/// Reads the Authorization header or the presigned query.
/// Fails with kUnauthenticated and one of S3's codes: MissingSecurityHeader (neither is there, or no date),
/// AuthorizationHeaderMalformed, AuthorizationQueryParametersError.
Result<Authorization> ParseAuthorization(const RequestView& request);

/// The signing key of a secret, date, region and service: 32 bytes.
std::string SigningKey(std::string_view secret_access_key, const Authorization& authorization);

/// The text whose hash is signed. `payload_hash` is what x-amz-content-sha256 says, else the body's SHA-256.
/// S3 paths are encoded once, those of all other services are normalized and encoded twice.
std::string CanonicalRequest(const RequestView& request, const Authorization& authorization,
                             std::string_view payload_hash);

/// The signature that the request should have.
std::string ComputeSignature(const RequestView& request, const Authorization& authorization,
                             std::string_view signing_key, std::string_view payload_hash);

/// Checks time, signed headers and signature.
/// Fails with kPermissionDenied and one of S3's codes: RequestTimeTooSkewed (more than 15 minutes off),
/// AccessDenied (a presigned request that expired or begins later, or a header that should be signed
/// and is not), SignatureDoesNotMatch.
/// Source: "Signature Version 4 signing process" and "Authenticating Requests", Amazon S3 API reference.
Status Verify(const RequestView& request, const Authorization& authorization, std::string_view signing_key,
              std::string_view payload_hash, SystemTime now);

}  // namespace sagespark::aws::sigv4
