#include "sagespark/server/runtime/runtime_service.h"

#include "sagespark/base/uri.h"
#include "sagespark/server/errors.h"

namespace sagespark::server {
namespace {

constexpr size_t kMostBodyBytes = 6 << 20;
constexpr size_t kMostMessageBytes = 4 << 10;  // Of a container's error, repeated to the client.
constexpr std::string_view kPathStart = "/endpoints/";
constexpr std::string_view kPathEnd = "/invocations";

Error ValidationError(std::string message) {
  return CodedError(ErrorKind::kInvalidArgument, "ValidationError", std::move(message));
}

/// The endpoint of "/endpoints/NAME/invocations".
Result<std::string> EndpointOf(const http::Request& request) {
  const std::string_view path = request.path;
  const bool fits = path.starts_with(kPathStart) && path.ends_with(kPathEnd) && path.size() > kPathStart.size() + kPathEnd.size();
  const std::string_view name = fits ? path.substr(kPathStart.size(), path.size() - kPathStart.size() - kPathEnd.size()) : "";
  if (request.method != "POST" || !fits || name.find('/') != std::string_view::npos) {
    return CodedError(ErrorKind::kUnimplemented, "UnknownOperationException", "Operation is not offered: " + request.method + " " + request.path);
  }
  return std::string(name);
}

/// Headers that choose what is not offered: they must not be ignored in silence.
Status CheckHeaders(const http::Request& request) {
  for (const char* name : {"X-Amzn-SageMaker-Target-Model", "X-Amzn-SageMaker-Target-Container-Hostname",
                           "X-Amzn-SageMaker-Inference-Component", "X-Amzn-SageMaker-Session-Id",
                           "X-Amzn-SageMaker-Enable-Explanations"}) {
    if (request.headers.Find(name) != nullptr) return ValidationError(std::string("The local cloud does not offer this yet: ") + name);
  }
  return Status::Ok();
}

http::ClientRequest ContainerRequest(const http::Request& request, std::string_view body) {
  http::ClientRequest sent{.method = "POST", .target = "/invocations", .body = body};
  for (const char* name : {"Content-Type", "Accept", "X-Amzn-SageMaker-Custom-Attributes", "X-Amzn-SageMaker-Inference-Id"}) {
    if (const std::string* value = request.headers.Find(name)) sent.headers.Add(name, *value);
  }
  return sent;
}

/// A container's error, or what kept it from answering (status 0), in AWS's words.
http::Response ModelError(const RequestContext& context, const std::string& endpoint, int status, const std::string& message) {
  const std::string group = EndpointLogGroup(endpoint);
  const std::string text = std::string("Received ") + (status >= 400 && status < 500 ? "client" : "server") + " error (" +
                           std::to_string(status) + ") from primary with message \"" + message + "\". See the log group " + group +
                           " in account " + context.account_id + " for more information.";
  const json::Object body{{"ErrorCode", status == 0 ? "INTERNAL_FAILURE_FROM_MODEL" : status < 500 ? "CLIENT_ERROR_FROM_MODEL" : "SERVER_ERROR_FROM_MODEL"},
                          {"LogStreamArn", "arn:aws:logs:" + context.region + ":" + context.account_id + ":log-group:" + group},
                          {"Message", text},
                          {"OriginalMessage", message},
                          {"OriginalStatusCode", status}};
  return {.status = 424,
          .headers = {{"Content-Type", "application/json"}, {"x-amzn-RequestId", context.request_id}, {"x-amzn-ErrorType", "ModelError"}},
          .body = json::Dump(body)};
}

http::Response TooLarge(const RequestContext& context) {
  http::Response response = RestJsonErrorResponse(
      context, ValidationError("Request body is longer than the limit of an invocation: " + std::to_string(kMostBodyBytes) + " bytes"));
  response.status = 413;
  return response;
}

http::Response ReplyOf(const RequestContext& context, const std::string& endpoint, Invoked invoked) {
  http::Response& from = invoked.response;
  if (from.status >= 300) {
    if (from.body.size() > kMostMessageBytes) from.body.resize(kMostMessageBytes);
    return ModelError(context, endpoint, from.status, from.body);
  }
  http::Response reply{.headers = {{"Content-Type", std::string(from.headers.Get("Content-Type", "application/octet-stream"))},
                                   {"x-amzn-RequestId", context.request_id},
                                   {"x-Amzn-Invoked-Production-Variant", invoked.variant}},
                       .body = std::move(from.body)};
  if (const std::string* attributes = from.headers.Find("X-Amzn-SageMaker-Custom-Attributes")) {
    reply.headers.Add("X-Amzn-SageMaker-Custom-Attributes", *attributes);
  }
  return reply;
}

class UnderWay {
 public:
  explicit UnderWay(std::atomic<int>& count) : count_(count), number_(++count) {}
  ~UnderWay() { --count_; }
  int number() const { return number_; }

 private:
  std::atomic<int>& count_;
  const int number_;
};

}  // namespace

Result<http::Response> RuntimeService::Invoke(const RequestContext& context, const http::Request& request, http::BodyReader& body) {
  SAGESPARK_ASSIGN_OR_RETURN(const std::string endpoint, EndpointOf(request));
  SAGESPARK_RETURN_IF_ERROR(CheckHeaders(request));
  const UnderWay under_way(under_way_);
  if (under_way.number() > kMostInvocations) {
    return CodedError(ErrorKind::kUnavailable, "ServiceUnavailable", "Too many invocations are under way: please try again");
  }
  if (request.content_length.value_or(0) > kMostBodyBytes) return TooLarge(context);
  const auto bytes = http::ReadAll(body, kMostBodyBytes);
  if (!bytes.ok() && bytes.error().kind() == ErrorKind::kResourceLimit) return TooLarge(context);
  SAGESPARK_RETURN_IF_ERROR(bytes.status());

  const std::string variant(request.headers.Get("X-Amzn-SageMaker-Target-Variant"));
  auto invoked = endpoints_.Invoke(context.account_id, endpoint, variant, ContainerRequest(request, *bytes), context.cancellation);
  if (invoked.ok()) return ReplyOf(context, endpoint, *std::move(invoked));
  const Error& error = invoked.error();
  if (!error.code().empty() || error.kind() == ErrorKind::kCancelled) return error;
  if (error.kind() == ErrorKind::kTimeout) {
    return ModelError(context, endpoint, 0,
                      "Your invocation timed out while waiting for a response from container primary. Review the latency metrics for each "
                      "container in Amazon CloudWatch, resolve the issue, and try again.");
  }
  return ModelError(context, endpoint, 0, error.message());
}

void RuntimeService::Handle(const RequestContext& context, const http::Request& request, RequestBody& body,
                            http::ResponseWriter& response) {
  const auto reply = Invoke(context, request, body);
  // A client that is gone takes no reply; nothing is left to do then.
  static_cast<void>(response.Send(reply.ok() ? *reply : RestJsonErrorResponse(context, reply.error())).ok());
}

void RuntimeService::HandleError(const RequestContext& context, const http::Request&, const Error& error, http::ResponseWriter& response) {
  static_cast<void>(response.Send(RestJsonErrorResponse(context, error)).ok());
}

}  // namespace sagespark::server
