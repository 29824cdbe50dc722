#include "sagespark/aws/sigv4/verify.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <optional>

#include "sagespark/aws/sigv4/presigned_v2.h"
#include "sagespark/aws/sigv4/request_text.h"
#include "sagespark/base/digest.h"
#include "sagespark/base/uri.h"

namespace sagespark::aws::sigv4 {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr auto kMaxSkew = std::chrono::minutes(15);
constexpr int64_t kMaxExpiresSeconds = 7 * 24 * 3600;

Error Malformed(std::string_view what) {
  return Error(ErrorKind::kUnauthenticated, "The authorization header is malformed: " + std::string(what),
               "AuthorizationHeaderMalformed");
}

Error BadQuery(std::string_view what) {
  return Error(ErrorKind::kUnauthenticated, std::string(what), "AuthorizationQueryParametersError");
}

Error Denied(std::string code, std::string message) {
  return Error(ErrorKind::kPermissionDenied, std::move(message), std::move(code));
}

/// Seconds since 1970 of "20261121T142500Z".
std::optional<int64_t> ParseTime(const std::string& text) {
  std::tm utc{};
  if (text.size() != 16) return std::nullopt;
  const char* end = strptime(text.c_str(), "%Y%m%dT%H%M%SZ", &utc);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return timegm(&utc);
}

/// The request's time in ISO form, from x-amz-date or, failing that, Date in any of two forms; botocore writes GMT as -0000.
std::string TimeOf(const RequestView& request) {
  if (const std::string_view time = request.Header("x-amz-date"); !time.empty()) return std::string(time);
  const std::string date(request.Header("date"));
  std::tm utc{};
  const char* end = strptime(date.c_str(), "%a, %d %b %Y %H:%M:%S", &utc);
  const std::string_view zone = end == nullptr ? std::string_view() : Trim(end);
  if (zone != "GMT" && zone != "-0000" && zone != "+0000" && zone != "UTC") return date;
  char text[24];
  const size_t length = strftime(text, sizeof(text), "%Y%m%dT%H%M%SZ", &utc);
  return std::string(text, length);
}

/// Fills key, date, region and service from "AKID/20261121/us-east-1/s3/aws4_request".
bool ParseCredential(std::string_view credential, Authorization& authorization) {
  const auto parts = Split(credential, '/');
  if (parts.size() < 5 || parts.back() != "aws4_request") return false;
  const size_t n = parts.size();
  authorization.service = std::string(parts[n - 2]);
  authorization.region = std::string(parts[n - 3]);
  authorization.date = std::string(parts[n - 4]);
  // Keys have no slash by rule, but whatever stands in front is the key.
  const size_t key_size = credential.size() - (parts[n - 1].size() + parts[n - 2].size() + parts[n - 3].size() +
                                               parts[n - 4].size() + 4);
  authorization.access_key_id = std::string(credential.substr(0, key_size));
  return !authorization.access_key_id.empty() && authorization.date.size() == 8;
}

std::vector<std::string> ParseSignedHeaders(std::string_view list) {
  std::vector<std::string> names;
  for (const std::string_view name : Split(list, ';')) names.push_back(Lower(name));
  return names;
}

Result<Authorization> ParseHeader(const RequestView& request, std::string_view header) {
  if (!header.starts_with(kAlgorithm)) return Malformed("only AWS4-HMAC-SHA256 is supported");
  header.remove_prefix(kAlgorithm.size());
  Authorization authorization;
  bool has_credential = false;
  for (const std::string_view part : Split(header, ',')) {
    const std::string_view item = Trim(part);
    const size_t equals = item.find('=');
    if (equals == item.npos) return Malformed("a field has no value");
    const std::string_view value = item.substr(equals + 1);
    if (item.starts_with("Credential=")) {
      if (!ParseCredential(value, authorization)) return Malformed("the credential is not KEY/DATE/REGION/SERVICE/aws4_request");
      has_credential = true;
    } else if (item.starts_with("SignedHeaders=")) {
      authorization.signed_headers = ParseSignedHeaders(value);
    } else if (item.starts_with("Signature=")) {
      authorization.signature = std::string(value);
    }
  }
  if (!has_credential || authorization.signed_headers.empty() || authorization.signature.empty()) {
    return Malformed("Credential, SignedHeaders or Signature is missing");
  }
  authorization.time = TimeOf(request);
  if (!ParseTime(authorization.time)) {
    return Error(ErrorKind::kUnauthenticated, "AWS authentication requires a valid Date or x-amz-date header",
                 "MissingSecurityHeader");
  }
  return authorization;
}

Result<Authorization> ParsePresigned(const RequestView& request) {
  if (FindParameter(request, "X-Amz-Algorithm") != kAlgorithm) return BadQuery("X-Amz-Algorithm only supports AWS4-HMAC-SHA256");
  Authorization authorization;
  authorization.presigned = true;
  if (!ParseCredential(FindParameter(request, "X-Amz-Credential").value_or(""), authorization)) {
    return BadQuery("Error parsing the X-Amz-Credential parameter");
  }
  authorization.time = FindParameter(request, "X-Amz-Date").value_or("");
  if (!ParseTime(authorization.time)) return BadQuery("X-Amz-Date must be in the ISO8601 long format");
  const std::string expires = FindParameter(request, "X-Amz-Expires").value_or("");
  const auto [end, error] =
      std::from_chars(expires.data(), expires.data() + expires.size(), authorization.expires_seconds);
  if (error != std::errc() || expires.empty() || end != expires.data() + expires.size() ||
      authorization.expires_seconds < 1 || authorization.expires_seconds > kMaxExpiresSeconds) {
    return BadQuery("X-Amz-Expires must be between 1 and 604800 seconds");
  }
  authorization.signed_headers = ParseSignedHeaders(FindParameter(request, "X-Amz-SignedHeaders").value_or(""));
  authorization.signature = FindParameter(request, "X-Amz-Signature").value_or("");
  if (authorization.signature.empty()) return BadQuery("X-Amz-Signature is missing");
  return authorization;
}

/// Removes "." and "..", and joins slashes, as RFC 3986 and the SDKs do for all services but S3.
std::string NormalizePath(std::string_view path) {
  std::vector<std::string_view> kept;
  for (const std::string_view part : Split(path, '/')) {
    if (part == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (!part.empty() && part != ".") {
      kept.push_back(part);
    }
  }
  std::string normalized;
  for (const std::string_view part : kept) normalized.append("/").append(part);
  if (normalized.empty() || path.ends_with('/')) normalized.append("/");
  return normalized;
}

std::string CanonicalPath(std::string_view raw_path, std::string_view service) {
  if (service != "s3") return PercentEncode(NormalizePath(raw_path), /*keep_slash=*/true);
  // Clients may send what they sign in another spelling ("!" or "%21"): sign the one normal form.
  const Result<std::string> decoded = PercentDecode(raw_path);
  return PercentEncode(decoded.ok() ? std::string_view(*decoded) : raw_path, /*keep_slash=*/true);
}

std::string CanonicalQuery(std::string_view raw_query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  for (const std::string_view raw : Split(raw_query, '&')) {
    if (raw.empty()) continue;
    const auto [name, value] = DecodeParameter(raw);
    if (name == "X-Amz-Signature") continue;
    parameters.emplace_back(PercentEncode(name), PercentEncode(value));
  }
  std::sort(parameters.begin(), parameters.end());
  std::string query;
  for (const auto& [name, value] : parameters) {
    if (!query.empty()) query.append("&");
    query.append(name).append("=").append(value);
  }
  return query;
}

/// The values of a header joined by commas, each trimmed and with single spaces.
std::string CanonicalValue(const RequestView& request, std::string_view name) {
  std::string joined;
  bool first = true;
  for (const auto& [header, value] : request.headers) {
    if (Lower(header) != name) continue;
    if (!first) joined.append(",");
    first = false;
    bool after_space = false;
    for (const char c : Trim(value)) {
      if (c == ' ' && after_space) continue;
      after_space = c == ' ';
      joined.push_back(c);
    }
  }
  return joined;
}

Status CheckTime(const Authorization& authorization, SystemTime now) {
  const SystemTime signed_at{std::chrono::seconds(ParseTime(authorization.time).value_or(0))};
  if (authorization.presigned) {
    if (signed_at - now > kMaxSkew) return Denied("AccessDenied", "Request is not yet valid");
    if (now > signed_at + std::chrono::seconds(authorization.expires_seconds)) {
      return Denied("AccessDenied", "Request has expired");
    }
  } else if (signed_at - now > kMaxSkew || now - signed_at > kMaxSkew) {
    return Denied("RequestTimeTooSkewed", "The difference between the request time and the current time is too large.");
  }
  if (!authorization.time.starts_with(authorization.date)) {
    return Denied("SignatureDoesNotMatch", "The date of the credential scope is not that of the request");
  }
  return Status::Ok();
}

Status CheckSignedHeaders(const RequestView& request, const Authorization& authorization) {
  const auto is_signed = [&](std::string_view name) {
    return std::find(authorization.signed_headers.begin(), authorization.signed_headers.end(), name) !=
           authorization.signed_headers.end();
  };
  if (!is_signed("host")) return Denied("AccessDenied", "The host header is not signed");
  for (const auto& header : request.headers) {
    const std::string name = Lower(header.first);
    if (name.starts_with("x-amz-") && !is_signed(name)) {
      return Denied("AccessDenied", "There were headers present in the request which were not signed: " + name);
    }
  }
  return Status::Ok();
}

}  // namespace

std::string_view RequestView::Header(std::string_view name) const {
  for (const auto& [header, value] : headers) {
    if (header.size() == name.size() && Lower(header) == name) return value;
  }
  return {};
}

Result<Authorization> ParseAuthorization(const RequestView& request) {
  const std::string_view header = request.Header("authorization");
  if (!header.empty()) return ParseHeader(request, header);
  if (FindParameter(request, "X-Amz-Algorithm") || FindParameter(request, "X-Amz-Signature")) {
    return ParsePresigned(request);
  }
  if (IsPresignedV2(request)) return ParsePresignedV2(request);
  return Error(ErrorKind::kUnauthenticated, "Request is not signed", "MissingAuthenticationToken");
}

std::string SigningKey(std::string_view secret_access_key, const Authorization& authorization) {
  std::string key = HmacSha256("AWS4" + std::string(secret_access_key), authorization.date);
  key = HmacSha256(key, authorization.region);
  key = HmacSha256(key, authorization.service);
  return HmacSha256(key, "aws4_request");
}

std::string CanonicalRequest(const RequestView& request, const Authorization& authorization,
                             std::string_view payload_hash) {
  std::string text;
  text.append(request.method).append("\n");
  text.append(CanonicalPath(request.raw_path, authorization.service)).append("\n");
  text.append(CanonicalQuery(request.raw_query)).append("\n");
  std::string names;
  for (const std::string& name : authorization.signed_headers) {
    text.append(name).append(":").append(CanonicalValue(request, name)).append("\n");
    if (!names.empty()) names.append(";");
    names.append(name);
  }
  return text.append("\n").append(names).append("\n").append(payload_hash);
}

std::string ComputeSignature(const RequestView& request, const Authorization& authorization,
                             std::string_view signing_key, std::string_view payload_hash) {
  std::string text(kAlgorithm);
  text.append("\n").append(authorization.time).append("\n").append(authorization.Scope()).append("\n");
  text.append(Sha256Hex(CanonicalRequest(request, authorization, payload_hash)));
  return ToHex(HmacSha256(signing_key, text));
}

Status Verify(const RequestView& request, const Authorization& authorization, std::string_view signing_key,
              std::string_view payload_hash, SystemTime now) {
  // The signature first: only who knows the secret learns more.
  if (!ConstantTimeEquals(ComputeSignature(request, authorization, signing_key, payload_hash),
                          authorization.signature)) {
    return Denied("SignatureDoesNotMatch",
                  "The request signature we calculated does not match the signature you provided. Check your key and "
                  "signing method.");
  }
  SAGESPARK_RETURN_IF_ERROR(CheckTime(authorization, now));
  return CheckSignedHeaders(request, authorization);
}

}  // namespace sagespark::aws::sigv4
