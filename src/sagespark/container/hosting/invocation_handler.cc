#include "sagespark/container/hosting/invocation_handler.h"

#include <algorithm>
#include <vector>

#include "sagespark/base/log.h"
#include "sagespark/base/thread_pool.h"
#include "sagespark/container/hosting/answer.h"
#include "sagespark/container/hosting/request_rows.h"

namespace sagespark::container {
namespace {

http::Response Text(int status, std::string message) {
  return {.status = status, .headers = {{"Content-Type", "text/plain; charset=utf-8"}}, .body = std::move(message)};
}

int StatusOf(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInvalidArgument:
    case ErrorKind::kSchemaMismatch:
    case ErrorKind::kCorruptData: return 400;
    case ErrorKind::kResourceLimit: return 413;
    case ErrorKind::kTimeout: return 408;
    case ErrorKind::kUnimplemented: return 415;
    default: return 500;
  }
}

http::Response Failure(const Error& error) { return Text(StatusOf(error.kind()), error.message()); }

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
  const auto content_type = ParseMediaType(request.headers.Get("Content-Type", kJson));
  const auto types = predictor_.request_types();
  if (!content_type.ok() || std::find(types.begin(), types.end(), content_type->type) == types.end()) {
    return Text(415, "Content-Type cannot be read: \"" + std::string(request.headers.Get("Content-Type")) +
                         "\"; readable are " + ListTypes(types));
  }
  const auto answer_type = ChooseAnswerType(request.headers);
  if (!answer_type) {
    return Text(406, "Accept cannot be written: \"" + std::string(request.headers.Get("Accept")) +
                         "\"; writable are " + std::string(kWritableTypes));
  }
  const auto body = http::ReadAll(*request.body, options_.max_payload_bytes);
  if (!body.ok()) {
    Drain(*request.body);
    return Failure(body.error());
  }
  const auto rows = ParseRequestRows(*content_type, *body, predictor_.feature_dim(), predictor_.row_layout());
  if (!rows.ok()) return Failure(rows.error());
  const auto columns = predictor_.Predict(ViewOf(rows->block));
  if (!columns.ok()) return Failure(columns.error());
  return {.status = 200,
          .headers = {{"Content-Type", *answer_type}},
          .body = WriteAnswer(*answer_type, *columns, *rows)};
}

http::Response InvocationHandler::ExecutionParameters() const {
  return {.status = 200,
          .headers = {{"Content-Type", std::string(kJson)}},
          .body = "{\"MaxConcurrentTransforms\":" + std::to_string(ThreadPool::AvailableProcessors()) +
                  ",\"BatchStrategy\":\"MULTI_RECORD\",\"MaxPayloadInMB\":" +
                  std::to_string(options_.max_payload_bytes >> 20) + "}"};
}

std::optional<std::string> InvocationHandler::ChooseAnswerType(const http::Headers& headers) const {
  const auto accepted = ParseAccept(headers.Get("Accept", "*/*"));
  const auto fallback = ParseMediaType(options_.default_accept);
  if (!accepted.ok() || !fallback.ok()) return std::nullopt;
  for (const MediaType& type : *accepted) {
    if (IsAnswerType(fallback->type) && Accepts(type, fallback->type)) return fallback->type;
    for (const std::string_view written : {kJson, kRecordIoProtobuf, kCsv, kJsonLines}) {
      if (Accepts(type, written)) return std::string(written);
    }
  }
  return std::nullopt;
}

}  // namespace sagespark::container
