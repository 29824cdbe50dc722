#include "sagespark/aws/sigv4/presigned_v2.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "sagespark/aws/sigv4/request_text.h"
#include "sagespark/base/digest.h"

namespace sagespark::aws::sigv4 {
namespace {

/// The parameters that are part of the resource, in byte order.
constexpr std::string_view kSigned[] = {
    "accelerate", "acl", "analytics", "cors", "defaultObjectAcl", "delete", "inventory", "lifecycle", "location", "logging", "metrics",
    "notification", "object-lock", "partNumber", "policy", "replication", "requestPayment", "response-cache-control",
    "response-content-disposition", "response-content-encoding", "response-content-language", "response-content-type",
    "response-expires", "restore", "select", "select-type", "storageClass", "tagging", "torrent", "uploadId", "uploads",
    "versionId", "versioning", "versions", "website"};

Error Denied(std::string code, std::string message) {
  return Error(ErrorKind::kPermissionDenied, std::move(message), std::move(code));
}

/// "name:value" lines of all x-amz-* headers, those in the query included.
std::string AmzHeaders(const RequestView& request) {
  std::map<std::string, std::string> headers;
  for (const auto& [name, value] : request.headers) {
    const std::string lower = Lower(name);
    if (!lower.starts_with("x-amz-")) continue;
    std::string& joined = headers[lower];
    joined.append(joined.empty() ? "" : ",").append(Trim(value));
  }
  for (const std::string_view raw : Split(request.raw_query, '&')) {
    const auto [name, value] = DecodeParameter(raw);
    if (const std::string lower = Lower(name); lower.starts_with("x-amz-")) headers.try_emplace(lower, value);
  }
  std::string lines;
  for (const auto& [name, value] : headers) lines.append(name).append(":").append(value).append("\n");
  return lines;
}

std::string SignedParameters(const RequestView& request) {
  std::vector<std::pair<std::string, std::string>> found;
  for (const std::string_view raw : Split(request.raw_query, '&')) {
    auto [name, value] = DecodeParameter(raw);
    if (!std::binary_search(std::begin(kSigned), std::end(kSigned), name)) continue;
    found.emplace_back(name, raw.find('=') == raw.npos ? name : name + "=" + value);
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& left, const auto& right) { return left.first < right.first; });
  std::string text;
  for (const auto& [name, parameter] : found) text.append(text.empty() ? "?" : "&").append(parameter);
  return text;
}

}  // namespace

bool IsPresignedV2(const RequestView& request) {
  return FindParameter(request, "AWSAccessKeyId") && FindParameter(request, "Signature") && FindParameter(request, "Expires");
}

Result<Authorization> ParsePresignedV2(const RequestView& request) {
  Authorization authorization{.access_key_id = *FindParameter(request, "AWSAccessKeyId"), .region = "us-east-1", .service = "s3",
                              .signature = *FindParameter(request, "Signature"), .presigned = true, .is_version_2 = true};
  // Base64 has no blanks: they were plus signs that nobody encoded.
  std::replace(authorization.signature.begin(), authorization.signature.end(), ' ', '+');
  const std::string expires = *FindParameter(request, "Expires");
  const auto [end, error] = std::from_chars(expires.data(), expires.data() + expires.size(), authorization.expires_seconds);
  if (error == std::errc() && end == expires.data() + expires.size()) return authorization;
  return Error(ErrorKind::kUnauthenticated, "Invalid date (should be seconds since epoch)", "AccessDenied");
}

Status VerifyPresignedV2(const RequestView& request, const Authorization& authorization, std::string_view signed_path,
                         std::string_view secret_access_key, SystemTime now) {
  std::string text(request.method);
  text.append("\n").append(Trim(request.Header("content-md5")));
  text.append("\n").append(Trim(request.Header("content-type")));
  text.append("\n").append(std::to_string(authorization.expires_seconds)).append("\n").append(AmzHeaders(request));
  text.append(signed_path).append(SignedParameters(request));
  if (!ConstantTimeEquals(Base64Encode(HmacSha1(secret_access_key, text)), authorization.signature)) {
    return Denied("SignatureDoesNotMatch",
                  "The request signature we calculated does not match the signature you provided. Check your key and "
                  "signing method.");
  }
  if (now > SystemTime(std::chrono::seconds(authorization.expires_seconds))) return Denied("AccessDenied", "Request has expired");
  return Status::Ok();
}

}  // namespace sagespark::aws::sigv4
