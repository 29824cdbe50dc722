#pragma once

#include <string_view>

#include "sagespark/aws/sigv4/verify.h"

namespace sagespark::aws::sigv4 {

/// Presigned S3 URLs by Signature Version 2: what boto3 and the AWS CLI make by default in the older regions. That version
/// is known in queries only, where those clients still use it.
bool IsPresignedV2(const RequestView& request);

/// Reads such a query. Fails with kUnauthenticated and AccessDenied when Expires is no number.
Result<Authorization> ParsePresignedV2(const RequestView& request);

/// Checks expiry and signature. `signed_path` is the raw path with the bucket in front, also where the host names it.
/// Fails with kPermissionDenied and AccessDenied (expired) or SignatureDoesNotMatch.
/// Source: "Signing and authenticating REST requests (AWS signature version 2)", Amazon S3 user guide.
Status VerifyPresignedV2(const RequestView& request, const Authorization& authorization, std::string_view signed_path,
                         std::string_view secret_access_key, SystemTime now);

}  // namespace sagespark::aws::sigv4
