#include "sagespark/server/runtime/async_invocations.h"

#include <algorithm>
#include <fstream>

#include "sagespark/base/digest.h"
#include "sagespark/base/log.h"
#include "sagespark/base/uri.h"
#include "sagespark/server/runtime/model_error.h"

namespace sagespark::server {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kWaiting = "Waiting";
constexpr milliseconds kFirstPause{50};
constexpr milliseconds kLastPause{5'000};
constexpr milliseconds kTimeout{std::chrono::minutes(15)};  // AWS's default for one invocation.

int64_t NowInMillis() { return std::chrono::floor<milliseconds>(Clock::System().Now()).time_since_epoch().count(); }

json::Value ToJson(const AsyncInvocation& invocation) {
  return json::Object{{"account", invocation.account_id},     {"endpoint", invocation.endpoint},
                      {"input", invocation.input},            {"output", invocation.output},
                      {"failure", invocation.failure},        {"contentType", invocation.content_type},
                      {"accept", invocation.accept},          {"customAttributes", invocation.custom_attributes},
                      {"inferenceId", invocation.inference_id}, {"expires", invocation.expires}};
}

Result<AsyncInvocation> FromJson(const json::Value& document) {
  AsyncInvocation invocation;
  const std::pair<const char*, std::string*> members[] = {
      {"account", &invocation.account_id},         {"endpoint", &invocation.endpoint},
      {"input", &invocation.input},                {"output", &invocation.output},
      {"failure", &invocation.failure},            {"contentType", &invocation.content_type},
      {"accept", &invocation.accept},              {"customAttributes", &invocation.custom_attributes},
      {"inferenceId", &invocation.inference_id}};
  for (const auto& [name, member] : members) {
    SAGESPARK_ASSIGN_OR_RETURN(*member, document.GetString(name));
  }
  SAGESPARK_ASSIGN_OR_RETURN(invocation.expires, document.GetInt("expires"));
  return invocation;
}

http::ClientRequest RequestOf(const AsyncInvocation& invocation, std::ifstream& input, uint64_t size) {
  http::ClientRequest request{.method = "POST", .target = "/invocations"};
  const std::pair<const char*, const std::string&> headers[] = {{"Content-Type", invocation.content_type},
                                                                {"Accept", invocation.accept},
                                                                {"X-Amzn-SageMaker-Custom-Attributes", invocation.custom_attributes},
                                                                {"X-Amzn-SageMaker-Inference-Id", invocation.inference_id}};
  for (const auto& [name, value] : headers) {
    if (!value.empty()) request.headers.Add(name, value);
  }
  request.body_length = size;
  request.body_source = [&input](char* buffer, size_t room) -> Result<size_t> {
    input.read(buffer, static_cast<std::streamsize>(room));
    return static_cast<size_t>(input.gcount());
  };
  return request;
}

}  // namespace

Result<std::unique_ptr<AsyncInvocations>> AsyncInvocations::Open(fs::path folder, RecordStore& records, ObjectAccess& objects,
                                                                 Endpoints& endpoints) {
  std::error_code error;
  fs::remove_all(folder, error);
  if (fs::create_directories(folder, error); error) return IoError("Cannot make the asynchronous invocations' folder", error.value());
  std::unique_ptr<AsyncInvocations> invocations(new AsyncInvocations(std::move(folder), records, objects, endpoints));
  SAGESPARK_ASSIGN_OR_RETURN(const auto left, records.NamesWithStatus(RecordKind::kAsyncInvocation, kWaiting));
  for (const std::string& id : left) invocations->Submit(id);
  return invocations;
}

AsyncInvocations::~AsyncInvocations() {
  cancellation_.Cancel();
  workers_.Join();
}

Status AsyncInvocations::Add(const AsyncInvocation& invocation) {
  if (waiting_ >= kMostWaiting) return Error(ErrorKind::kThrottled, "Too many asynchronous invocations wait: please try again");
  const std::string id = ToHex(RandomBytes(16));
  const SystemTime now = std::chrono::floor<milliseconds>(Clock::System().Now());
  SAGESPARK_RETURN_IF_ERROR(records_.Insert(RecordKind::kAsyncInvocation, {.name = id,
                                                                           .status = std::string(kWaiting),
                                                                           .created = now,
                                                                           .modified = now,
                                                                           .document = ToJson(invocation)}));
  Submit(id);
  return Status::Ok();
}

void AsyncInvocations::Submit(std::string id) {
  ++waiting_;
  workers_.Submit([this, id = std::move(id)] {
    const Status done = Run(id);
    --waiting_;
    if (!done.ok() && done.error().kind() != ErrorKind::kCancelled) {
      Log(LogLevel::kError, "Asynchronous invocation is lost: " + done.error().message());
    }
  });
}

Status AsyncInvocations::Run(const std::string& id) {
  SAGESPARK_RETURN_IF_ERROR(cancellation_.token().Check());
  SAGESPARK_ASSIGN_OR_RETURN(const Record record, records_.Get(RecordKind::kAsyncInvocation, id));
  SAGESPARK_ASSIGN_OR_RETURN(const AsyncInvocation invocation, FromJson(record.document));
  const fs::path input = folder_ / (id + ".in");
  const fs::path output = folder_ / (id + ".out");
  Status done = Ask(invocation, input, output);
  if (!done.ok() && done.error().kind() != ErrorKind::kCancelled) done = StoreFailure(invocation, done.error(), output);
  std::error_code error;
  fs::remove(input, error);
  fs::remove(output, error);
  if (!done.ok() && done.error().kind() == ErrorKind::kCancelled) return done;
  const Status forgotten = records_.Delete(RecordKind::kAsyncInvocation, id);
  return done.ok() ? forgotten : done;
}

Status AsyncInvocations::Ask(const AsyncInvocation& invocation, const fs::path& input, const fs::path& output) {
  SAGESPARK_ASSIGN_OR_RETURN(const Uri place, ParseUri(invocation.input));
  SAGESPARK_RETURN_IF_ERROR(objects_.Materialize(place.authority, place.path, input, FileUse::kReadOnly));
  milliseconds pause = kFirstPause;
  while (true) {
    if (NowInMillis() > invocation.expires) return TimedOut("The request was not begun within its RequestTTLSeconds");
    const Status done = TryOnce(invocation, input, output);
    if (done.ok()) {
      SAGESPARK_ASSIGN_OR_RETURN(const Uri target, ParseUri(invocation.output));
      return objects_.Store(target.authority, target.path, output);
    }
    // Nothing was sent: the endpoint is busy, or its containers are on their way back.
    const bool may_pass = done.error().kind() == ErrorKind::kThrottled || done.error().code() == "ServiceUnavailable";
    if (!may_pass) return done;
    SAGESPARK_RETURN_IF_ERROR(Clock::System().Sleep(pause, cancellation_.token()));
    pause = std::min(2 * pause, kLastPause);
  }
}

Status AsyncInvocations::TryOnce(const AsyncInvocation& invocation, const fs::path& input, const fs::path& output) {
  std::error_code error;
  const uint64_t size = fs::file_size(input, error);
  std::ifstream in(input, std::ios::binary);
  std::ofstream out(output, std::ios::binary | std::ios::trunc);
  if (error || !in || !out) return Error(ErrorKind::kIo, "Files of an asynchronous invocation do not open");
  const http::ClientRequest request = RequestOf(invocation, in, size);
  std::string start;  // Which says what is wrong when something is.
  const auto write = [&](std::string_view piece) -> Status {
    start.append(piece.substr(0, kMostMessageBytes - std::min(start.size(), kMostMessageBytes)));
    out.write(piece.data(), static_cast<std::streamsize>(piece.size()));
    return out ? Status::Ok() : Status(Error(ErrorKind::kIo, "Answer of an asynchronous invocation cannot be written"));
  };
  SAGESPARK_ASSIGN_OR_RETURN(Invoked invoked, endpoints_.Invoke(invocation.account_id, invocation.endpoint, {}, request,
                                                                cancellation_.token(), {.body = write, .timeout = kTimeout}));
  out.close();
  const Result<http::Response>& answered = invoked.reply.response;
  if (answered.ok() && answered->status < 300) return out ? Status::Ok() : Status(Error(ErrorKind::kIo, "Answer of an asynchronous invocation cannot be written"));
  if (!answered.ok() && answered.error().kind() == ErrorKind::kCancelled) return answered.error();
  const ModelFailure failure = FailureOf(invoked.reply, start);
  return Error(ErrorKind::kModelError, TextOf(failure, invocation.endpoint, invocation.account_id));
}

Status AsyncInvocations::StoreFailure(const AsyncInvocation& invocation, const Error& error, const fs::path& scratch) {
  if (invocation.failure.empty()) {
    Log(LogLevel::kWarning, "Asynchronous invocation failed: " + invocation.endpoint + ": " + error.message());
    return Status::Ok();
  }
  std::ofstream(scratch, std::ios::binary | std::ios::trunc) << error.message();
  SAGESPARK_ASSIGN_OR_RETURN(const Uri place, ParseUri(invocation.failure));
  return objects_.Store(place.authority, place.path, scratch);
}

}  // namespace sagespark::server
