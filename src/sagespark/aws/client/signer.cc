#include "sagespark/aws/client/signer.h"

#include <aws/auth/credentials.h>
#include <aws/auth/signable.h>
#include <aws/auth/signing.h>
#include <aws/auth/signing_config.h>
#include <aws/auth/signing_result.h>
#include <aws/http/request_response.h>

#include <memory>
#include <optional>

#include "sagespark/aws/client/crt_runtime.h"
#include "sagespark/base/digest.h"

namespace sagespark::aws {
namespace {

using crt::Cursor;
using crt::View;

struct MessageReleaser {
  void operator()(aws_http_message* message) const { aws_http_message_release(message); }
};
using Message = std::unique_ptr<aws_http_message, MessageReleaser>;

struct SigningOutcome {
  aws_http_message* message = nullptr;
  std::optional<int> error_code;
};

// Runs within aws_sign_request_aws, as the credentials are at hand.
void OnSigned(aws_signing_result* result, int error_code, void* user_data) {
  auto* outcome = static_cast<SigningOutcome*>(user_data);
  if (error_code == 0 &&
      aws_apply_signing_result_to_http_request(outcome->message, aws_default_allocator(), result) != 0) {
    error_code = aws_last_error();
  }
  outcome->error_code = error_code;
}

/// The part of the request that is signed.
Message SignedPart(const HttpRequest& request) {
  Message message(aws_http_message_new_request(aws_default_allocator()));
  aws_http_message_set_request_method(message.get(), Cursor(request.method));
  const std::string target =
      request.endpoint.base_path + request.path + (request.query.empty() ? "" : "?" + request.query);
  aws_http_message_set_request_path(message.get(), Cursor(target));
  const std::string host = request.endpoint.HostHeader();
  aws_http_message_add_header(message.get(), {.name = Cursor("Host"), .value = Cursor(host)});
  for (const auto& [name, value] : request.headers.fields()) {
    aws_http_message_add_header(message.get(), {.name = Cursor(name), .value = Cursor(value)});
  }
  return message;
}

}  // namespace

Status Sign(HttpRequest& request, const Credentials& credentials, const SigningScope& scope, SystemTime now) {
  crt::InitializeLibrary();
  aws_allocator* allocator = aws_default_allocator();
  // What an earlier attempt left.
  for (const auto* name : {"Authorization", "Host", "X-Amz-Date", "X-Amz-Security-Token", "x-amz-content-sha256"}) {
    request.headers.Remove(name);
  }
  const Message message = SignedPart(request);
  const std::unique_ptr<aws_credentials, decltype(&aws_credentials_release)> key(
      aws_credentials_new(allocator, Cursor(credentials.access_key_id), Cursor(credentials.secret_access_key),
                          Cursor(credentials.session_token), UINT64_MAX),
      aws_credentials_release);
  const std::unique_ptr<aws_signable, decltype(&aws_signable_destroy)> signable(
      aws_signable_new_http_request(allocator, message.get()), aws_signable_destroy);

  aws_signing_config_aws config{};
  config.config_type = AWS_SIGNING_CONFIG_AWS;
  config.algorithm = AWS_SIGNING_ALGORITHM_V4;
  config.signature_type = AWS_ST_HTTP_REQUEST_HEADERS;
  config.region = Cursor(scope.region);
  config.service = Cursor(scope.service);
  config.flags.use_double_uri_encode = !scope.is_s3;
  config.flags.should_normalize_uri_path = !scope.is_s3;
  config.signed_body_value = Cursor(scope.payload_hash);
  config.signed_body_header = scope.is_s3 ? AWS_SBHT_X_AMZ_CONTENT_SHA256 : AWS_SBHT_NONE;
  config.credentials = key.get();
  aws_date_time_init_epoch_millis(
      &config.date,
      static_cast<uint64_t>(std::chrono::duration_cast<milliseconds>(now.time_since_epoch()).count()));

  SigningOutcome outcome{.message = message.get()};
  const auto* base = reinterpret_cast<const aws_signing_config_base*>(&config);
  if (key == nullptr || signable == nullptr ||
      aws_sign_request_aws(allocator, signable.get(), base, OnSigned, &outcome) != 0) {
    outcome.error_code = aws_last_error();
  }
  if (outcome.error_code != 0) {
    return Error(ErrorKind::kUnauthenticated,
                 std::string("Request cannot be signed: ") + aws_error_str(outcome.error_code.value_or(0)));
  }
  request.headers = {};
  for (size_t i = 0; i < aws_http_message_get_header_count(message.get()); ++i) {
    aws_http_header header{};
    aws_http_message_get_header(message.get(), &header, i);
    request.headers.Add(std::string(View(header.name)), std::string(View(header.value)));
  }
  return Status::Ok();
}

Result<std::string> PayloadHash(RequestBody* body) {
  if (body == nullptr || body->size() == 0) return Sha256Hex("");
  if (!body->in_memory().empty()) return Sha256Hex(body->in_memory());
  SAGESPARK_RETURN_IF_ERROR(body->Rewind());
  Digest hash(DigestAlgorithm::kSha256);
  std::string buffer(256 << 10, '\0');
  while (true) {
    SAGESPARK_ASSIGN_OR_RETURN(const size_t count, body->Read(buffer));
    if (count == 0) return ToHex(hash.Finish());
    hash.Update(std::string_view(buffer).substr(0, count));
  }
}

}  // namespace sagespark::aws
