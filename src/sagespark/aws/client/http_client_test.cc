#include "sagespark/aws/client/http_client.h"

#include <future>
#include <thread>

#include "sagespark/testing/matchers.h"
#include "sagespark/testing/scripted_server.h"

namespace sagespark::aws {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing_server::Gate;
using testing_server::Reply;
using testing_server::ScriptedServer;

constexpr size_t kLimit = 1 << 20;

HttpRequest RequestTo(int port, std::string method = "GET", std::string path = "/", std::string body = "") {
  HttpRequest request{.method = std::move(method), .endpoint = {.host = "127.0.0.1", .port = static_cast<uint16_t>(port)},
                      .path = std::move(path)};
  if (!body.empty()) request.body = MakeBody(std::move(body));
  return request;
}

std::string BytesOf(size_t count) {
  std::string bytes(count, '\0');
  for (size_t i = 0; i < count; ++i) bytes[i] = static_cast<char>(i * 31 + i / 251);
  return bytes;
}

/// Reads until the end or an error; the bytes go to `out`.
Status ReadToEnd(HttpResponseStream& stream, std::string& out) {
  char buffer[5000];
  while (true) {
    SAGESPARK_ASSIGN_OR_RETURN(const size_t count, stream.Read(buffer));
    if (count == 0) return Status::Ok();
    out.append(buffer, count);
  }
}

TEST(HttpClientTest, SendsPutGetAndPostOverOneConnection) {
  const std::string sent = BytesOf(300'000);
  ScriptedServer server({{.method = "PUT", .path = "/b/k", .reply = {.headers = {{"ETag", "\"e\""}}}},
                         {.method = "GET", .path = "/b/k", .query = "x=1", .reply = {.body = sent}},
                         {.method = "POST", .reply = {.status = 404, .body = "{}", .chunked = true}}});
  HttpClient client;
  ASSERT_OK_AND_ASSIGN(const HttpResponse put, client.Send(RequestTo(server.port(), "PUT", "/b/k", sent), kLimit));
  HttpRequest get = RequestTo(server.port(), "GET", "/b/k");
  get.query = "x=1";
  get.headers.Add("X-Name", "value");
  ASSERT_OK_AND_ASSIGN(const HttpResponse got, client.Send(get, kLimit));
  ASSERT_OK_AND_ASSIGN(const HttpResponse post, client.Send(RequestTo(server.port(), "POST", "/", "{}"), kLimit));

  EXPECT_EQ(put.status, 200);
  EXPECT_EQ(put.headers.Get("etag"), "\"e\"");
  EXPECT_TRUE(got.body == sent);
  EXPECT_EQ(post.status, 404);
  EXPECT_EQ(post.body, "{}");
  const auto requests = server.requests();
  EXPECT_TRUE(requests[0].body == sent);
  EXPECT_EQ(requests[0].header("content-length"), "300000");
  EXPECT_EQ(requests[0].header("host"), "127.0.0.1:" + std::to_string(server.port()));
  EXPECT_EQ(requests[1].header("x-name"), "value");
  EXPECT_EQ(requests[2].connection, 0) << "The connection was not kept alive";
}

TEST(HttpClientTest, ReadsTheStatusOfAHeadRequestAndOfAnEmptyReply) {
  ScriptedServer server({{.method = "HEAD", .reply = {.headers = {{"Content-Length", "12"}}}},
                         {.method = "DELETE", .reply = {.status = 204}}});
  HttpClient client;
  ASSERT_OK_AND_ASSIGN(const HttpResponse head, client.Send(RequestTo(server.port(), "HEAD"), kLimit));
  EXPECT_EQ(head.headers.Get("Content-Length"), "12");
  ASSERT_OK_AND_ASSIGN(const HttpResponse removed, client.Send(RequestTo(server.port(), "DELETE"), kLimit));
  EXPECT_EQ(removed.status, 204);
}

TEST(HttpClientTest, ARefusedConnectionIsUnavailable) {
  HttpClient client;
  const int port = testing_server::RefusingPort();
  EXPECT_THAT(client.Send(RequestTo(port, "PUT", "/b/k", "x"), kLimit),
              IsError(ErrorKind::kUnavailable, testing::AllOf(HasSubstr("HTTP request failed: "),
                                                              HasSubstr("PUT http://127.0.0.1:"), HasSubstr("/b/k"))));
}

TEST(HttpClientTest, AConnectionCutBeforeTheReplyIsUnavailable) {
  for (const bool reset : {false, true}) {
    SCOPED_TRACE(reset);
    ScriptedServer server({{.reply = {.cut = true, .reset = reset}}});
    HttpClient client;
    EXPECT_THAT(client.Send(RequestTo(server.port(), "POST", "/", "{}"), kLimit),
                IsError(ErrorKind::kUnavailable, HasSubstr("HTTP request failed")));
  }
}

TEST(HttpClientTest, AConnectionCutInTheBodyIsUnavailableAfterTheBytesBeforeIt) {
  const std::string body = BytesOf(100'000);
  for (const bool chunked : {false, true}) {
    SCOPED_TRACE(chunked);
    ScriptedServer server({{.reply = {.body = body, .cut_after = 40'000, .chunked = chunked}}});
    HttpClient client;
    ASSERT_OK_AND_ASSIGN(const auto stream, client.Start(RequestTo(server.port())));
    std::string read;
    EXPECT_THAT(ReadToEnd(*stream, read), IsError(ErrorKind::kUnavailable, HasSubstr("HTTP request failed")));
    EXPECT_TRUE(body.starts_with(read));
    if (!chunked) {
      EXPECT_EQ(read.size(), 40'000u);
    }
  }
}

TEST(HttpClientTest, CancelEndsARequestThatWaitsForItsReply) {
  const auto gate = std::make_shared<Gate>();
  ScriptedServer server({{.reply = {.hold_headers = gate}}});
  HttpClient client;
  CancellationSource source;
  auto reply = std::async(std::launch::async, [&] {
    return client.Send(RequestTo(server.port()), kLimit, {.cancellation = source.token()}).status();
  });
  server.WaitForRequests(1);
  source.Cancel();
  EXPECT_THAT(reply.get(), IsError(ErrorKind::kCancelled, HasSubstr("HTTP request cancelled: GET http://127.0.0.1:")));
  gate->Open();
  server.WaitForClosedConnections(1);
}

TEST(HttpClientTest, CancelEndsAReadOfABodyThatDoesNotCome) {
  const auto gate = std::make_shared<Gate>();
  ScriptedServer server({{.reply = {.body = "0123456789", .hold_body = gate, .held_after = 4}}});
  HttpClient client;
  CancellationSource source;
  ASSERT_OK_AND_ASSIGN(auto stream, client.Start(RequestTo(server.port()), {.cancellation = source.token()}));
  char buffer[4];
  ASSERT_OK(stream->Read(buffer));
  std::thread canceller([&] { source.Cancel(); });
  EXPECT_THAT(stream->Read(buffer), IsError(ErrorKind::kCancelled, HasSubstr("HTTP request cancelled")));
  canceller.join();
}

TEST(HttpClientTest, CancelEndsAReplyWhoseWindowIsFull) {
  // Far more than the window and the sockets' buffers hold: the server blocks in its send.
  ScriptedServer server({{.reply = {.body = std::string(32 << 20, 'x')}}});
  HttpClient client({.window_bytes = 64 << 10});
  CancellationSource source;
  ASSERT_OK_AND_ASSIGN(auto stream, client.Start(RequestTo(server.port()), {.cancellation = source.token()}));
  source.Cancel();
  char buffer[16];
  EXPECT_THAT(stream->Read(buffer), IsError(ErrorKind::kCancelled, HasSubstr("HTTP request cancelled")));
  stream.reset();
  server.WaitForClosedConnections(1);
}

TEST(HttpClientTest, ACancelledTokenSendsNothing) {
  ScriptedServer server({});
  HttpClient client;
  CancellationSource source;
  source.Cancel();
  EXPECT_THAT(client.Send(RequestTo(server.port()), kLimit, {.cancellation = source.token()}),
              IsError(ErrorKind::kCancelled, HasSubstr("HTTP request cancelled")));
}

TEST(HttpClientTest, ADeadlineEndsARequest) {
  const auto gate = std::make_shared<Gate>();
  ScriptedServer server({{.reply = {.hold_headers = gate}}});
  HttpClient client;
  EXPECT_THAT(client.Send(RequestTo(server.port()), kLimit, {.deadline = Deadline::After(milliseconds(50))}),
              IsError(ErrorKind::kTimeout, HasSubstr("deadline passed: GET http://127.0.0.1:")));
}

TEST(HttpClientTest, SilenceBeyondTheIdleTimeoutEndsARequest) {
  const auto gate = std::make_shared<Gate>();
  ScriptedServer server({{.reply = {.body = "0123456789", .hold_body = gate, .held_after = 4}}});
  HttpClient client({.idle_timeout = milliseconds(50)});
  EXPECT_THAT(client.Send(RequestTo(server.port()), kLimit), IsError(ErrorKind::kTimeout, HasSubstr("idle timeout")));
}

TEST(HttpClientTest, ALargeReplyGoesThroughASmallWindowWhole) {
  const std::string body = BytesOf(8 << 20);
  ScriptedServer server({{.reply = {.body = body}}, {.reply = {.body = "next"}}});
  HttpClient client({.window_bytes = 64 << 10});
  ASSERT_OK_AND_ASSIGN(auto stream, client.Start(RequestTo(server.port())));
  std::string read;
  ASSERT_OK(ReadToEnd(*stream, read));
  EXPECT_TRUE(read == body);
  stream.reset();
  EXPECT_OK(client.Send(RequestTo(server.port()), kLimit));
  EXPECT_EQ(server.requests()[1].connection, 0);
}

TEST(HttpClientTest, AReplyOverTheLimitIsAResourceLimit) {
  ScriptedServer server({{.reply = {.body = std::string(1001, 'x')}}});
  HttpClient client;
  EXPECT_THAT(client.Send(RequestTo(server.port()), 1000),
              IsError(ErrorKind::kResourceLimit, "Reply is over the limit of bytes: 1000"));
}

TEST(HttpClientTest, AnAbandonedReplyDoesNotSpoilTheNext) {
  ScriptedServer server({{.reply = {.body = std::string(4 << 20, 'x')}}, {.reply = {.body = "next"}}});
  HttpClient client({.window_bytes = 64 << 10});
  ASSERT_OK_AND_ASSIGN(auto stream, client.Start(RequestTo(server.port())));
  stream.reset();
  ASSERT_OK_AND_ASSIGN(const HttpResponse next, client.Send(RequestTo(server.port()), kLimit));
  EXPECT_EQ(next.body, "next");
  EXPECT_EQ(server.requests()[1].connection, 1);
}

TEST(HttpClientTest, ManyRequestsRunAtOnce) {
  constexpr int kRequests = 32;
  const auto gate = std::make_shared<Gate>();
  std::vector<testing_server::ScriptedExchange> script;
  for (int i = 0; i < kRequests; ++i) {
    script.push_back({.path = "/" + std::to_string(i), .reply = {.body = std::to_string(i), .hold_headers = gate}});
  }
  ScriptedServer server(std::move(script));
  HttpClient client;
  std::vector<std::future<Result<HttpResponse>>> replies;
  for (int i = 0; i < kRequests; ++i) {
    replies.push_back(std::async(std::launch::async, [&, i] {
      return client.Send(RequestTo(server.port(), "GET", "/" + std::to_string(i)), kLimit);
    }));
  }
  server.WaitForRequests(kRequests);  // All of them are there before the first reply.
  gate->Open();
  for (int i = 0; i < kRequests; ++i) {
    ASSERT_OK_AND_ASSIGN(const HttpResponse reply, replies[static_cast<size_t>(i)].get());
    EXPECT_EQ(reply.body, std::to_string(i));
  }
}

class FailingBody final : public RequestBody {
 public:
  int64_t size() const override { return 100; }
  Status Rewind() override { return Status::Ok(); }
  Result<size_t> Read(std::span<char>) override { return Error(ErrorKind::kIo, "Disk is gone"); }
};

TEST(HttpClientTest, AnErrorOfTheBodyEndsTheRequestWithThatError) {
  ScriptedServer server({});
  HttpClient client;
  HttpRequest request = RequestTo(server.port(), "PUT");
  request.body = std::make_shared<FailingBody>();
  EXPECT_THAT(client.Send(request, kLimit), IsError(ErrorKind::kIo, "Disk is gone"));
}

TEST(HttpClientTest, ACaBundleThatIsNotThereIsAnInvalidArgument) {
  HttpClient client({.ca_bundle = "/nonexistent/ca.pem"});
  HttpRequest request = RequestTo(1);
  request.endpoint.tls = true;
  EXPECT_THAT(client.Send(request, kLimit),
              IsError(ErrorKind::kInvalidArgument, HasSubstr("/nonexistent/ca.pem")));
}

}  // namespace
}  // namespace sagespark::aws
