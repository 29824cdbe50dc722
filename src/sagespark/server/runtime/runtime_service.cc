#include "sagespark/server/runtime/runtime_service.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "sagespark/aws/model/sagemaker.h"
#include "sagespark/base/digest.h"
#include "sagespark/base/uri.h"
#include "sagespark/server/errors.h"
#include "sagespark/server/runtime/event_stream.h"
#include "sagespark/server/runtime/model_error.h"

namespace sagespark::server {
namespace {

namespace sm = aws::sagemaker;

constexpr size_t kMostBodyBytes = 6 << 20;
constexpr int64_t kDefaultTtlSeconds = 6 * 3600;
constexpr std::string_view kPathStart = "/endpoints/";

enum class Operation { kInvoke, kInvokeAsync, kInvokeWithResponseStream };

struct Route {
  const char* name;
  std::string_view path_end;
  Operation operation;
};
constexpr Route kRoutes[] = {
    {"InvokeEndpoint", "/invocations", Operation::kInvoke},
    {"InvokeEndpointAsync", "/async-invocations", Operation::kInvokeAsync},
    {"InvokeEndpointWithResponseStream", "/invocations-response-stream", Operation::kInvokeWithResponseStream}};

constexpr char kContentType[] = "X-Amzn-SageMaker-Content-Type";
constexpr char kAccept[] = "X-Amzn-SageMaker-Accept";
constexpr char kAttributes[] = "X-Amzn-SageMaker-Custom-Attributes";
constexpr char kInferenceId[] = "X-Amzn-SageMaker-Inference-Id";

Error ValidationError(std::string message) {
  return CodedError(ErrorKind::kInvalidArgument, "ValidationError", std::move(message));
}

struct Target {
  std::string endpoint;
  const Route* route;
};

/// Of "/endpoints/NAME/invocations" and its like.
Result<Target> TargetOf(const http::Request& request) {
  const std::string_view path = request.path;
  const size_t name_end = path.find('/', kPathStart.size());
  if (request.method == "POST" && path.starts_with(kPathStart) && name_end != path.npos && name_end > kPathStart.size()) {
    for (const Route& route : kRoutes) {
      if (path.substr(name_end) == route.path_end) return Target{std::string(path.substr(kPathStart.size(), name_end - kPathStart.size())), &route};
    }
  }
  return CodedError(ErrorKind::kUnimplemented, "UnknownOperationException", "Operation is not offered: " + request.method + " " + request.path);
}

/// Headers that choose what is not offered: they must not be ignored in silence.
Status CheckHeaders(const http::Request& request) {
  for (const char* name : {"X-Amzn-SageMaker-Target-Model", "X-Amzn-SageMaker-Inference-Component", "X-Amzn-SageMaker-Session-Id",
                           "X-Amzn-SageMaker-Enable-Explanations", "X-Amzn-SageMaker-S3OutputPathExtension", "X-Amzn-SageMaker-Filename"}) {
    if (request.headers.Find(name) != nullptr) return ValidationError(std::string("The local cloud does not offer this yet: ") + name);
  }
  return Status::Ok();
}

/// What is sent to the container; the client says in `accept` what it would like.
http::ClientRequest ContainerRequest(const http::Request& request, std::string_view body, const char* accept) {
  http::ClientRequest sent{.method = "POST", .target = "/invocations", .body = body};
  const std::pair<const char*, const char*> headers[] = {
      {"Content-Type", "Content-Type"}, {accept, "Accept"}, {kAttributes, kAttributes}, {kInferenceId, kInferenceId}};
  for (const auto& [from, to] : headers) {
    if (const std::string* value = request.headers.Find(from)) sent.headers.Add(to, *value);
  }
  return sent;
}

InvocationTarget WhomOf(const http::Request& request) {
  return {.variant = std::string(request.headers.Get("X-Amzn-SageMaker-Target-Variant")),
          .container = std::string(request.headers.Get("X-Amzn-SageMaker-Target-Container-Hostname"))};
}

http::Response ModelError(const RequestContext& context, const std::string& endpoint, const ModelFailure& failure) {
  const char* code = failure.status == 0 ? "INTERNAL_FAILURE_FROM_MODEL" : failure.status < 500 ? "CLIENT_ERROR_FROM_MODEL" : "SERVER_ERROR_FROM_MODEL";
  const json::Object body{
      {"ErrorCode", code},
      {"LogStreamArn", "arn:aws:logs:" + context.region + ":" + context.account_id + ":log-group:" + EndpointLogGroup(endpoint)},
      {"Message", TextOf(failure, endpoint, context.account_id)},
      {"OriginalMessage", failure.message},
      {"OriginalStatusCode", failure.status}};
  return {.status = 424,
          .headers = {{"Content-Type", "application/json"}, {"x-amzn-RequestId", context.request_id}, {"x-amzn-ErrorType", "ModelError"}},
          .body = json::Dump(body)};
}

http::Response ErrorReply(const RequestContext& context, const Error& error) {
  http::Response reply = RestJsonErrorResponse(context, error);
  if (error.kind() == ErrorKind::kThrottled) reply.status = 429;
  return reply;
}

http::Response TooLarge(const RequestContext& context) {
  http::Response response = RestJsonErrorResponse(
      context, ValidationError("Request body is longer than the limit of an invocation: " + std::to_string(kMostBodyBytes) + " bytes"));
  response.status = 413;
  return response;
}

/// The headers of a good answer; its Content-Type is called `content_type`.
http::Headers HeadersOf(const RequestContext& context, const http::Response& from, const char* content_type) {
  http::Headers headers{{content_type, std::string(from.headers.Get("Content-Type", "application/octet-stream"))},
                        {"x-amzn-RequestId", context.request_id}};
  for (const char* name : {kAttributes, kInvokedVariantHeader}) {
    if (const std::string* value = from.headers.Find(name)) headers.Add(name, *value);
  }
  return headers;
}

bool IsGood(const Result<http::Response>& reply) { return reply.ok() && reply->status < 300; }

/// "s3://bucket/prefix" and a name in it.
std::string PlaceIn(const std::string& folder, const std::string& name) { return folder + (folder.ends_with('/') ? "" : "/") + name; }

Result<int64_t> TtlOf(const http::Request& request) {
  const std::string_view text = request.headers.Get("X-Amzn-SageMaker-RequestTTLSeconds");
  if (text.empty()) return kDefaultTtlSeconds;
  int64_t seconds = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const bool fits = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() && seconds >= 60 && seconds <= kDefaultTtlSeconds;
  return fits ? Result<int64_t>(seconds) : ValidationError("RequestTTLSeconds must be in [60, 21600]: " + std::string(text));
}

/// The message of a stream that breaks off.
std::string StreamError(const ModelFailure& failure, const Error& error) {
  const char* code = error.kind() == ErrorKind::kTimeout ? "ModelInvocationTimeExceeded" : "StreamBroken";
  return ExceptionEvent("ModelStreamError", json::Dump(json::Object{{"ErrorCode", code}, {"Message", failure.message}}));
}

}  // namespace

Result<Invoked> RuntimeService::Ask(const Call& call, const char* accept, const ReplyOptions& options) {
  auto invoked = endpoints_.Invoke(call.context.account_id, call.endpoint, WhomOf(call.request), ContainerRequest(call.request, call.body, accept),
                                   call.context.cancellation, options);
  if (invoked.ok()) call.model_time = {invoked->metrics, invoked->model_latency};
  return invoked;
}

Result<http::Response> RuntimeService::Invoke(const Call& call) {
  SAGESPARK_ASSIGN_OR_RETURN(Invoked invoked, Ask(call, "Accept", {}));
  Result<http::Response>& answered = invoked.reply.response;
  if (!answered.ok() && answered.error().kind() == ErrorKind::kCancelled) return answered.error();
  if (!IsGood(answered)) return ModelError(call.context, call.endpoint, FailureOf(invoked.reply));
  answered->headers.Set(kInvokedVariantHeader, invoked.variant);
  return http::Response{.headers = HeadersOf(call.context, *answered, "Content-Type"), .body = std::move(answered->body)};
}

Result<http::Response> RuntimeService::InvokeWithResponseStream(const Call& call, http::ResponseWriter& response) {
  std::string text;  // Of an error.
  const auto head = [&](const http::Response& answered) -> Status {
    if (answered.status >= 300) return Status::Ok();
    http::Headers headers = HeadersOf(call.context, answered, kContentType);
    headers.Add("Content-Type", "application/vnd.amazon.eventstream");
    return response.Start(200, headers, std::nullopt);
  };
  const auto body = [&](std::string_view piece) -> Status {
    if (response.started()) return response.Write(PayloadEvent("PayloadPart", piece));
    text.append(piece.substr(0, kMostMessageBytes - std::min(text.size(), kMostMessageBytes)));
    return Status::Ok();
  };
  SAGESPARK_ASSIGN_OR_RETURN(Invoked invoked, Ask(call, kAccept, {.body = body, .head = head}));
  const Result<http::Response>& answered = invoked.reply.response;
  if (!response.started()) return ModelError(call.context, call.endpoint, FailureOf(invoked.reply, text));
  if (!answered.ok()) static_cast<void>(response.Write(StreamError(FailureOf(invoked.reply), answered.error())).ok());
  return http::Response{};
}

Result<http::Response> RuntimeService::InvokeAsync(const Call& call) {
  const auto record = records_.Get(RecordKind::kEndpoint, call.endpoint);
  if (!record.ok() && record.error().kind() == ErrorKind::kNotFound) {
    return ValidationError("Endpoint " + call.endpoint + " of account " + call.context.account_id + " not found.");
  }
  SAGESPARK_RETURN_IF_ERROR(record.status());
  SAGESPARK_ASSIGN_OR_RETURN(const auto endpoint, aws::FromJson<sm::DescribeEndpointResponse>(record->document));
  if (!endpoint.async_inference_config) return ValidationError("Endpoint " + call.endpoint + " is no asynchronous one: its configuration has no AsyncInferenceConfig.");
  const auto get = [&](const char* name) { return std::string(call.request.headers.Get(name)); };
  const std::string input = get("X-Amzn-SageMaker-InputLocation");
  const auto place = ParseUri(input);
  if (!place.ok() || place->scheme != "s3" || place->path.empty()) return ValidationError("InputLocation must be the S3 URI of an object: \"" + input + "\"");
  SAGESPARK_ASSIGN_OR_RETURN(const int64_t ttl, TtlOf(call.request));

  const sm::AsyncInferenceOutputConfig& output = endpoint.async_inference_config->output_config;
  const std::string id = ToHex(RandomBytes(16));
  const auto now = std::chrono::floor<milliseconds>(call.context.clock->Now()).time_since_epoch().count();
  const std::string given_id = get(kInferenceId);
  const AsyncInvocation invocation{.account_id = call.context.account_id,
                                   .endpoint = call.endpoint,
                                   .input = input,
                                   .output = PlaceIn(output.s3_output_path.value_or(""), id + ".out"),
                                   .failure = output.s3_failure_path ? PlaceIn(*output.s3_failure_path, id + "-error.out") : "",
                                   .content_type = get(kContentType),
                                   .accept = get(kAccept),
                                   .custom_attributes = get(kAttributes),
                                   .inference_id = given_id.empty() ? call.context.request_id : given_id,
                                   .expires = now + ttl * 1000};
  SAGESPARK_RETURN_IF_ERROR(async_invocations_.Add(invocation));
  http::Response reply{.status = 202,
                       .headers = {{"Content-Type", "application/json"},
                                   {"x-amzn-RequestId", call.context.request_id},
                                   {"X-Amzn-SageMaker-OutputLocation", invocation.output}},
                       .body = json::Dump(json::Object{{"InferenceId", invocation.inference_id}})};
  if (!invocation.failure.empty()) reply.headers.Add("X-Amzn-SageMaker-FailureLocation", invocation.failure);
  return reply;
}

Result<http::Response> RuntimeService::Answer(const RequestContext& context, const http::Request& request, http::BodyReader& body,
                                              http::ResponseWriter& response, ModelTime& model_time) {
  SAGESPARK_ASSIGN_OR_RETURN(Target target, TargetOf(request));
  context.NoteOperation(target.route->name);
  SAGESPARK_RETURN_IF_ERROR(CheckHeaders(request));
  if (request.content_length.value_or(0) > kMostBodyBytes) return TooLarge(context);
  const auto room = admission_.TryEnter(request.content_length.value_or(kMostBodyBytes));
  if (!room) return CodedError(ErrorKind::kThrottled, "ThrottlingException", "Too many invocations are under way: please try again");
  auto bytes = http::ReadAll(body, kMostBodyBytes);
  if (!bytes.ok() && bytes.error().kind() == ErrorKind::kResourceLimit) return TooLarge(context);
  SAGESPARK_RETURN_IF_ERROR(bytes.status());
  const Call call{context, request, std::move(target.endpoint), *std::move(bytes), model_time};
  switch (target.route->operation) {
    case Operation::kInvokeAsync: return InvokeAsync(call);
    case Operation::kInvokeWithResponseStream: return InvokeWithResponseStream(call, response);
    case Operation::kInvoke: break;
  }
  return Invoke(call);
}

Offered RuntimeService::offered() const {
  Offered offered{.service = "sagemaker-runtime"};
  for (const Route& route : kRoutes) offered.operations.emplace_back(route.name);
  return offered;
}

void RuntimeService::Handle(const RequestContext& context, const http::Request& request, RequestBody& body,
                            http::ResponseWriter& response) {
  ModelTime model_time;
  const auto reply = Answer(context, request, body, response, model_time);
  // A client that is gone takes no reply; nothing is left to do then.
  if (!response.started()) static_cast<void>(response.Send(reply.ok() ? *reply : ErrorReply(context, reply.error())).ok());
  if (model_time.metrics == nullptr) return;
  model_time.metrics->overhead_latency.Observe(context.clock->SteadyNow() - context.started - model_time.latency);
}

void RuntimeService::HandleError(const RequestContext& context, const http::Request&, const Error& error, http::ResponseWriter& response) {
  const bool is_too_large = error.kind() == ErrorKind::kResourceLimit;  // For its hash to be computed.
  static_cast<void>(response.Send(is_too_large ? TooLarge(context) : ErrorReply(context, error)).ok());
}

}  // namespace sagespark::server
