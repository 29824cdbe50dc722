#include "sagespark/server/router.h"

#include <algorithm>
#include <limits>

#include "sagespark/aws/sigv4/presigned_v2.h"
#include "sagespark/base/digest.h"
#include "sagespark/base/log.h"
#include "sagespark/server/errors.h"

namespace sagespark::server {
namespace {

using aws::sigv4::Authorization;
using aws::sigv4::BodyPlan;
using aws::sigv4::RequestView;
using aws::sigv4::VerifiedBody;

constexpr size_t kMaxCachedKeys = 64;
constexpr size_t kMaxCredentials = 5;  ///< The server's own, and the last of those that change.

class TextReader final : public http::BodyReader {
 public:
  explicit TextReader(std::string_view text) : left_(text) {}
  Result<size_t> Read(char* buffer, size_t size) override {
    const size_t read = left_.copy(buffer, size);
    left_.remove_prefix(read);
    return read;
  }

 private:
  std::string_view left_;
};

class VerifiedReader final : public RequestBody {
 public:
  explicit VerifiedReader(VerifiedBody& body) : body_(body) {}
  Result<size_t> Read(char* buffer, size_t size) override { return body_.Read(buffer, size); }
  void AlsoCompute(DigestAlgorithm algorithm) override { body_.AlsoCompute(algorithm); }
  const std::string* digest(DigestAlgorithm algorithm) const override { return body_.digest(algorithm); }

 private:
  VerifiedBody& body_;
};

/// Passes a body on and counts its bytes.
class CountingReader final : public http::BodyReader {
 public:
  explicit CountingReader(http::BodyReader& body) : body_(body) {}
  Result<size_t> Read(char* buffer, size_t size) override {
    auto read = body_.Read(buffer, size);
    if (read.ok()) bytes_ += *read;
    return read;
  }
  uint64_t bytes() const { return bytes_; }

 private:
  http::BodyReader& body_;
  uint64_t bytes_ = 0;
};

/// Passes a reply on, keeps its status and counts the bytes of its body.
class CountingWriter final : public http::ResponseWriter {
 public:
  CountingWriter(http::ResponseWriter& response, bool is_head) : response_(response), is_head_(is_head) {}
  Status Send(const http::Response& response) override {
    status_ = response.status;
    return Count(response_.Send(response), response.body.size());
  }
  Status Start(int status, const http::Headers& headers, std::optional<uint64_t> content_length) override {
    status_ = status;
    return response_.Start(status, headers, content_length);
  }
  Status Write(std::string_view bytes) override { return Count(response_.Write(bytes), bytes.size()); }
  Status WriteFile(int file, uint64_t offset, uint64_t size) override { return Count(response_.WriteFile(file, offset, size), size); }
  bool started() const override { return response_.started(); }

  /// 500 when nothing was answered: the server does that then.
  int status() const { return started() ? status_ : 500; }
  uint64_t bytes() const { return bytes_; }

 private:
  Status Count(Status sent, uint64_t bytes) {
    if (sent.ok() && !is_head_) bytes_ += bytes;
    return sent;
  }

  http::ResponseWriter& response_;
  const bool is_head_;
  int status_ = 0;
  uint64_t bytes_ = 0;
};

/// Tells the observer of one request: of its begin, and with its own end of the answer, also when a handler throws.
class ObservedRequest {
 public:
  ObservedRequest(RequestObserver& observer, RequestContext& context, http::Request& request, http::ResponseWriter& response)
      : observer_(observer), context_(context), request_(request), body_(*request.body), response_(response, request.method == "HEAD") {
    context.notes = &notes_;
    request.body = &body_;
    observer_.Began();
  }
  ~ObservedRequest() {
    observer_.Answered({.request_id = context_.request_id,
                        .service = service_,
                        .operation = notes_.operation,
                        .access_key_id = notes_.has_known_key ? std::string_view(context_.access_key_id) : "",
                        .peer_address = request_.peer_address,
                        .status = response_.status(),
                        .received_bytes = body_.bytes(),
                        .sent_bytes = response_.bytes(),
                        .duration = context_.clock->SteadyNow() - context_.started});
  }
  ObservedRequest(const ObservedRequest&) = delete;
  ObservedRequest& operator=(const ObservedRequest&) = delete;

  http::ResponseWriter& response() { return response_; }
  void set_service(std::string_view service) { service_ = service; }

 private:
  RequestObserver& observer_;
  const RequestContext& context_;
  const http::Request& request_;
  RequestNotes notes_;
  CountingReader body_;
  CountingWriter response_;
  std::string_view service_;
};

RequestView ViewOf(const http::Request& request) {
  RequestView view{.method = request.method, .raw_path = request.raw_path, .raw_query = request.raw_query};
  for (const auto& [name, value] : request.headers) view.headers.emplace_back(name, value);
  return view;
}

std::string NewRequestId() {
  std::string id = ToHex(RandomBytes(16));
  for (const size_t dash : {20, 16, 12, 8}) id.insert(dash, "-");
  return id;
}

Error NoSuchService(const Authorization& authorization, const http::Request& request) {
  return CodedError(ErrorKind::kUnimplemented, "UnknownOperationException",
                    "No such service: " + authorization.service + " " + std::string(request.headers.Get("X-Amz-Target")));
}

/// Presigned URLs carry x-amz-* headers as parameters. Those of the signature itself stay what they are.
void TakeHeadersFromQuery(http::Request& request) {
  for (const http::QueryParameter& parameter : request.query) {
    const auto is = [&](std::string_view name) { return http::EqualsIgnoringCase(parameter.name, name); };
    const bool of_signature = is("x-amz-algorithm") || is("x-amz-credential") || is("x-amz-date") || is("x-amz-expires") ||
                              is("x-amz-signedheaders") || is("x-amz-signature") || is("x-amz-content-sha256");
    const bool is_header = http::EqualsIgnoringCase(std::string_view(parameter.name).substr(0, 6), "x-amz-");
    if (is_header && !of_signature && request.headers.Find(parameter.name) == nullptr) {
      request.headers.Add(parameter.name, parameter.value);
    }
  }
}

/// The JSON services' codes for what S3 calls otherwise.
Error WithJsonCode(const Error& error) {
  static const std::map<std::string, const char*, std::less<>> kCodes = {
      {"MissingAuthenticationToken", "MissingAuthenticationTokenException"},
      {"InvalidAccessKeyId", "UnrecognizedClientException"},
      {"AuthorizationHeaderMalformed", "IncompleteSignatureException"},
      {"MissingSecurityHeader", "IncompleteSignatureException"},
      {"AuthorizationQueryParametersError", "IncompleteSignatureException"},
      {"RequestTimeTooSkewed", "InvalidSignatureException"},
      {"SignatureDoesNotMatch", "InvalidSignatureException"},
      {"XAmzContentSHA256Mismatch", "InvalidSignatureException"},
      {"AccessDenied", "InvalidSignatureException"},
  };
  const auto found = kCodes.find(error.code());
  if (found == kCodes.end()) return error;
  return Error(error.kind(), error.message(), found->second);
}

}  // namespace

Router::Router(Credentials credentials, std::string account_id, const Clock& clock, uint64_t most_buffered_bytes)
    : credentials_{std::move(credentials)},
      buffers_(std::numeric_limits<int>::max(), most_buffered_bytes),
      account_id_(std::move(account_id)),
      clock_(clock) {}

void Router::AddJson(std::string target_prefix, std::string signing_name, JsonService& service) {
  json_[std::move(target_prefix)] = {std::move(signing_name), &service, service.offered().service};
}

void Router::AddHttp(std::string signing_name, std::string path_prefix, HttpService& service) {
  http_.push_back({std::move(signing_name), std::move(path_prefix), &service, service.offered().service});
}

std::map<std::string, std::vector<std::string>> Router::offered() const {
  std::map<std::string, std::vector<std::string>> all;
  const auto add = [&](Offered offered) {
    if (!offered.service.empty()) all[offered.service] = std::move(offered.operations);
  };
  for (const auto& [prefix, route] : json_) add(route.service->offered());
  for (const HttpRoute& route : http_) add(route.service->offered());
  return all;
}

Router::Target Router::Find(const http::Request& request, const std::string& signing_name) const {
  const std::string_view header = request.headers.Get("X-Amz-Target");
  if (!header.empty()) {
    const size_t dot = header.find('.');
    const auto found = json_.find(header.substr(0, dot));
    if (found == json_.end() || dot == header.npos) return {};
    return {.json = found->second.service,
            .service = found->second.name,
            .operation = std::string(header.substr(dot + 1)),
            .signing_name = found->second.signing_name};
  }
  for (const HttpRoute& route : http_) {
    if (route.signing_name == signing_name && request.path.starts_with(route.path_prefix)) {
      return {.http = route.service, .service = route.name};
    }
  }
  return {.http = signing_name.empty() ? fallback_ : nullptr};
}

void Router::Handle(http::Request& request, http::ResponseWriter& response) {
  RequestContext context{.account_id = account_id_, .request_id = NewRequestId(), .clock = &clock_,
                         .cancellation = request.cancellation, .started = clock_.SteadyNow()};
  if (observer_ == nullptr) return static_cast<void>(Dispatch(context, request, response));
  ObservedRequest observed(*observer_, context, request, response);
  observed.set_service(Dispatch(context, request, observed.response()));
}

std::string_view Router::Dispatch(RequestContext& context, http::Request& request, http::ResponseWriter& response) {
  const RequestView view = ViewOf(request);
  const Result<Authorization> authorization = aws::sigv4::ParseAuthorization(view);
  if (authorization.ok()) {
    context.region = authorization->region;
    context.access_key_id = authorization->access_key_id;
  }
  if (!authorization.ok() && authorization.error().code() == "MissingAuthenticationToken" && request.method == "GET") {
    if (const auto page = pages_.find(request.path); page != pages_.end()) {
      page->second(request, response);
      return {};
    }
  }
  const Target target = Find(request, authorization.ok() ? authorization->service : "");
  const bool known = target.http != nullptr || target.json != nullptr;
  Status status = Status::Ok();
  if (!authorization.ok()) {
    status = authorization.error();
  } else if (!known) {
    status = NoSuchService(*authorization, request);
  } else if (!target.signing_name.empty() && target.signing_name != authorization->service) {
    status = CodedError(ErrorKind::kPermissionDenied, "SignatureDoesNotMatch",
                        "Credential should be scoped to correct service: '" + target.signing_name + "'.");
  } else {
    status = Answer(context, target, request, view, *authorization, response);
  }
  if (status.ok() || response.started()) return target.service;
  if (target.http != nullptr) {
    target.http->HandleError(context, request, status.error(), response);
  } else {
    (void)response.Send(JsonErrorResponse(context, WithJsonCode(status.error())));
  }
  return target.service;
}

Status Router::Answer(const RequestContext& context, const Target& target, http::Request& request,
                      const RequestView& view, const Authorization& authorization, http::ResponseWriter& response) {
  const std::optional<std::string> secret = FindSecret(authorization.access_key_id);
  if (!secret) {
    return CodedError(ErrorKind::kPermissionDenied, "InvalidAccessKeyId",
                      "The AWS Access Key Id you provided does not exist in our records.");
  }
  if (context.notes != nullptr) context.notes->has_known_key = true;
  std::string payload_hash(view.Header("x-amz-content-sha256"));
  std::string buffered;
  TextReader buffered_reader({});
  http::BodyReader* source = request.body;
  if (payload_hash.empty() && authorization.presigned) payload_hash = aws::sigv4::kUnsignedPayload;
  if (payload_hash.empty() && authorization.service == "s3") {
    return CodedError(ErrorKind::kInvalidArgument, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256");
  }
  const bool is_kept = payload_hash.empty() || target.json != nullptr;
  const auto room = buffers_.TryEnter(is_kept ? std::min<uint64_t>(request.content_length.value_or(kMaxBufferedBytes), kMaxBufferedBytes) : 0);
  if (!room) return CodedError(ErrorKind::kThrottled, "ThrottlingException", "Too many requests are under way: please try again");
  if (payload_hash.empty()) {
    SAGESPARK_ASSIGN_OR_RETURN(buffered, http::ReadAll(*request.body, kMaxBufferedBytes));
    payload_hash = Sha256Hex(buffered);
    buffered_reader = TextReader(buffered);
    source = &buffered_reader;
  }
  std::string key;
  if (authorization.is_version_2) {
    if (target.http == nullptr) return NoSuchService(authorization, request);
    SAGESPARK_RETURN_IF_ERROR(aws::sigv4::VerifyPresignedV2(view, authorization, target.http->SignedPath(request), *secret, clock_.Now()));
  } else {
    key = SigningKey(authorization, *secret);
    SAGESPARK_RETURN_IF_ERROR(aws::sigv4::Verify(view, authorization, key, payload_hash, clock_.Now()));
  }
  if (authorization.presigned && authorization.service == "s3") TakeHeadersFromQuery(request);
  SAGESPARK_ASSIGN_OR_RETURN(BodyPlan plan, BodyPlan::FromHeaders(ViewOf(request), authorization, key));
  VerifiedBody body([source](char* buffer, size_t size) { return source->Read(buffer, size); }, std::move(plan));
  VerifiedReader reader(body);
  if (target.http != nullptr) {
    target.http->Handle(context, request, reader, response);
  } else {
    AnswerJson(context, target, reader, response);
  }
  return Status::Ok();
}

void Router::AnswerJson(const RequestContext& context, const Target& target, http::BodyReader& body,
                        http::ResponseWriter& response) {
  context.NoteOperation(target.operation);
  const auto run = [&]() -> Result<json::Value> {
    SAGESPARK_ASSIGN_OR_RETURN(const std::string text, http::ReadAll(body, kMaxBufferedBytes));
    Result<json::Value> input = text.empty() ? Result<json::Value>(json::Value(json::Object())) : json::Parse(text);
    if (!input.ok() || input->if_object() == nullptr) {
      return CodedError(ErrorKind::kInvalidArgument, "SerializationException", "Request body is not a JSON object");
    }
    return target.json->Handle(context, target.operation, *input);
  };
  const Result<json::Value> output = run();
  if (!output.ok()) {
    (void)response.Send(JsonErrorResponse(context, WithJsonCode(output.error())));
    return;
  }
  (void)response.Send({.headers = {{"Content-Type", "application/x-amz-json-1.1"},
                                   {"x-amzn-RequestId", context.request_id}},
                       .body = json::Dump(*output)});
}

std::optional<std::string> Router::KnownSecret(const std::string& access_key_id) const {
  std::optional<std::string> found;
  for (const Credentials& credentials : credentials_) {
    if (ConstantTimeEquals(access_key_id, credentials.access_key_id)) found = credentials.secret_access_key;
  }
  return found;
}

std::optional<std::string> Router::FindSecret(const std::string& access_key_id) {
  {
    const std::lock_guard lock(credentials_mutex_);
    std::optional<std::string> found = KnownSecret(access_key_id);
    if (found || !source_) return found;
  }
  Result<Credentials> newest = source_();  // May wait for another service: without the lock.
  const std::lock_guard lock(credentials_mutex_);
  if (newest.ok() && !KnownSecret(newest->access_key_id)) {
    if (credentials_.size() == kMaxCredentials) credentials_.erase(credentials_.begin() + 1);
    credentials_.push_back(*std::move(newest));
  }
  return KnownSecret(access_key_id);
}

std::string Router::SigningKey(const Authorization& authorization, const std::string& secret) {
  const std::lock_guard lock(key_mutex_);
  if (keys_.size() >= kMaxCachedKeys) keys_.clear();
  std::string& key = keys_[authorization.access_key_id + "/" + authorization.Scope()];
  if (key.empty()) key = aws::sigv4::SigningKey(secret, authorization);
  return key;
}

}  // namespace sagespark::server
