#include "sagespark/container/hosting/invocation_handler.h"

#include <vector>

#include "sagespark/base/log.h"
#include "sagespark/base/thread_pool.h"
#include "sagespark/container/media_type.h"

namespace sagespark::container {
namespace {

http::Response Text(int status, std::string message) {
  return {.status = status, .headers = {{"Content-Type", "text/plain; charset=utf-8"}}, .body = std::move(message)};
}

/// Of a body that could not be read.
int StatusOf(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kResourceLimit: return 413;
    case ErrorKind::kTimeout: return 408;
    case ErrorKind::kInvalidArgument:
    case ErrorKind::kCorruptData: return 400;
    default: return 500;
  }
}

/// Reads what a refused request still sends, as far as the server lets it: a client that is cut off while it sends
/// never sees the answer.
void Drain(http::BodyReader& body) {
  std::vector<char> buffer(64 << 10);
  while (true) {
    const auto count = body.Read(buffer.data(), buffer.size());
    if (!count.ok() || *count == 0) return;
  }
}

http::Response MethodNotAllowed(std::string allowed) {
  http::Response response = Text(405, "Method is not allowed: use " + allowed);
  response.headers.Add("Allow", std::move(allowed));
  return response;
}

}  // namespace

void InvocationHandler::Handle(http::Request& request, http::ResponseWriter& response) const {
  const Status sent = response.Send(Reply(request));
  // The client is gone: nobody is left to answer.
  if (!sent.ok()) Log(LogLevel::kInfo, "Answer was not sent: " + sent.error().message());
}

http::Response InvocationHandler::Reply(http::Request& request) const {
  const bool is_get = request.method == "GET" || request.method == "HEAD";
  if (request.path == "/ping") return is_get ? http::Response() : MethodNotAllowed("GET");
  if (request.path == "/execution-parameters") return is_get ? ExecutionParameters() : MethodNotAllowed("GET");
  if (request.path == "/invocations") return request.method == "POST" ? Invoke(request) : MethodNotAllowed("POST");
  return Text(404, "There is no such path: /ping, /invocations and /execution-parameters are");
}

http::Response InvocationHandler::Invoke(http::Request& request) const {
  const auto body = http::ReadAll(*request.body, max_payload_bytes_);
  if (!body.ok()) {
    Drain(*request.body);
    return Text(StatusOf(body.error().kind()), body.error().message());
  }
  InvocationAnswer answer = model_.Answer({.content_type = request.headers.Get("Content-Type"),
                                           .accept = request.headers.Get("Accept"),
                                           .body = *body,
                                           .default_accept = options_.default_accept});
  return {.status = answer.status,
          .headers = {{"Content-Type", std::move(answer.content_type)}},
          .body = std::move(answer.body)};
}

http::Response InvocationHandler::ExecutionParameters() const {
  return {.status = 200,
          .headers = {{"Content-Type", std::string(kJson)}},
          .body = "{\"MaxConcurrentTransforms\":" + std::to_string(ThreadPool::AvailableProcessors()) +
                  ",\"BatchStrategy\":\"MULTI_RECORD\",\"MaxPayloadInMB\":" +
                  std::to_string(max_payload_bytes_ >> 20) + "}"};
}

}  // namespace sagespark::container
