#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <latch>
#include <random>
#include <thread>

#include "sagespark/http/client.h"
#include "sagespark/http/server.h"
#include "sagespark/testing/matchers.h"
#include "sagespark/testing/temporary_folder.h"

namespace sagespark::http {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

Deadline Soon() { return Deadline::After(milliseconds(20'000)); }

void Echo(Request& request, ResponseWriter& response) {
  const Result<std::string> body = ReadAll(*request.body, 64 << 20);
  if (!body.ok()) {
    (void)response.Send({.status = body.error().kind() == ErrorKind::kResourceLimit ? 413 : 400,
                         .body = body.error().message()});
    return;
  }
  (void)response.Send({.status = 200, .headers = {{"Content-Type", "text/plain"}}, .body = request.method + " " +
                       request.raw_path + " " + *body});
}

std::unique_ptr<Server> StartServer(Handler handler, ServerOptions options = {}) {
  Result<std::unique_ptr<Server>> server = Server::Start(std::move(options), std::move(handler));
  SAGESPARK_CHECK(server.ok());
  return *std::move(server);
}

Client ClientOf(const Server& server) { return Client({.port = server.port()}); }

/// A bare connection, to send what no client library would.
class RawConnection {
 public:
  explicit RawConnection(uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval timeout{.tv_sec = 20, .tv_usec = 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
    SAGESPARK_CHECK(connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
  }
  ~RawConnection() { close(socket_); }

  void Write(std::string_view text) { (void)!send(socket_, text.data(), text.size(), MSG_NOSIGNAL); }
  void EndWriting() { shutdown(socket_, SHUT_WR); }

  /// Reads until `text` has come, or to the end.
  std::string ReadUntil(std::string_view text) {
    std::string all;
    char buffer[4096];
    while (all.find(text) == all.npos) {
      const ssize_t read = recv(socket_, buffer, sizeof(buffer), 0);
      if (read <= 0) break;
      all.append(buffer, static_cast<size_t>(read));
    }
    return all;
  }
  std::string ReadToEnd() { return ReadUntil("\x01never\x01"); }

 private:
  int socket_;
};

TEST(HttpServerTest, AnswersOnAKeptConnection) {
  const auto server = StartServer(Echo);
  Client client = ClientOf(*server);
  for (int i = 0; i < 3; ++i) {
    ASSERT_OK_AND_ASSIGN(const Response response,
                         client.Send({.method = "POST", .target = "/a%20b?x=1", .body = "hello"}, Soon()));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "POST /a%20b hello");
    EXPECT_EQ(response.headers.Get("content-type"), "text/plain");
    EXPECT_THAT(response.headers.Get("Date"), EndsWith("GMT"));
  }
}

TEST(HttpServerTest, SplitsTheTarget) {
  std::promise<Request> seen;
  const auto server = StartServer([&](Request& request, ResponseWriter&) { seen.set_value(request); });
  Client client = ClientOf(*server);
  ASSERT_OK_AND_ASSIGN(const Response response, client.Send({.target = "/b/%C3%A9+/../k?list-type=2&prefix=a%2Bb+c&uploads&%zz=1"}, Soon()));
  EXPECT_EQ(response.status, 500);  // The handler answers nothing.
  const Request request = seen.get_future().get();
  EXPECT_EQ(request.raw_path, "/b/%C3%A9+/../k");
  EXPECT_EQ(request.path, "/b/\xC3\xA9+/../k");
  EXPECT_EQ(request.raw_query, "list-type=2&prefix=a%2Bb+c&uploads&%zz=1");
  EXPECT_EQ(*request.FindQuery("prefix"), "a+b c");
  EXPECT_EQ(*request.FindQuery("uploads"), "");
  EXPECT_EQ(*request.FindQuery("%zz"), "1");
  EXPECT_EQ(request.FindQuery("absent"), nullptr);
}

TEST(HttpServerTest, AnswersContinueWhenTheBodyIsFirstRead) {
  const auto server = StartServer(Echo);
  RawConnection connection(server->port());
  connection.Write("PUT /x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(connection.ReadUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  connection.Write("hi");
  EXPECT_THAT(connection.ReadUntil("PUT /x hi"), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST(HttpServerTest, RefusesWithoutAskingForTheBody) {
  const auto server = StartServer(
      [](Request&, ResponseWriter& response) { (void)response.Send({.status = 403, .body = "no"}); });
  RawConnection connection(server->port());
  connection.Write("PUT /x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 200000000\r\n\r\n");
  connection.EndWriting();
  EXPECT_THAT(connection.ReadToEnd(), AllOf(StartsWith("HTTP/1.1 403 Forbidden\r\n"), HasSubstr("Connection: close"),
                                            EndsWith("no")));
}

TEST(HttpServerTest, ReadsChunkedBodiesAndPipelinedRequests) {
  const auto server = StartServer(Echo);
  RawConnection connection(server->port());
  connection.Write(
      "POST /1 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: 1\r\n\r\n"
      "POST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nf"
      "GET /3 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(connection.ReadToEnd(),
              AllOf(HasSubstr("POST /1 abcde"), HasSubstr("POST /2 f"), EndsWith("GET /3 ")));
}

TEST(HttpServerTest, StreamsReplies) {
  const std::string piece(100'000, 'x');
  const auto server = StartServer([&](Request& request, ResponseWriter& response) {
    const bool chunked = request.path == "/chunked";
    ASSERT_OK(response.Start(200, {}, chunked ? std::nullopt : std::optional<uint64_t>(3 * piece.size())));
    for (int i = 0; i < 3; ++i) ASSERT_OK(response.Write(piece));
  });
  Client client = ClientOf(*server);
  for (const char* target : {"/chunked", "/sized", "/chunked"}) {
    ASSERT_OK_AND_ASSIGN(const Response response, client.Send({.target = target}, Soon()));
    EXPECT_EQ(response.body, piece + piece + piece);
  }
}

TEST(HttpServerTest, SendsPiecesOfFiles) {
  const TemporaryFolder folder;
  std::string bytes(3 << 20, '\0');  // More than a socket takes at once.
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7 + i / 251);
  const int file = open(folder.Write("file", bytes).c_str(), O_RDONLY | O_CLOEXEC);
  const auto server = StartServer([&](Request& request, ResponseWriter& response) {
    const size_t beyond = request.raw_path == "/" ? 0 : 1;  // The end of the file.
    ASSERT_OK(response.Start(200, {}, bytes.size() + beyond));
    ASSERT_OK(response.Write(bytes.substr(0, 10)));
    ASSERT_OK(response.WriteFile(file, 10, bytes.size() - 20));
    EXPECT_EQ(response.WriteFile(file, bytes.size() - 10, 10 + beyond).ok(), beyond == 0);
  });
  Client client = ClientOf(*server);
  for (int i = 0; i < 2; ++i) {
    ASSERT_OK_AND_ASSIGN(const Response response, client.Send({.target = "/"}, Soon()));
    EXPECT_TRUE(response.body == bytes);
  }
  EXPECT_FALSE(client.Send({.target = "/more"}, Soon()).ok());
  close(file);
}

TEST(HttpServerTest, CutsTheConnectionWhenAReplyIsTooShort) {
  const auto server = StartServer([](Request&, ResponseWriter& response) {
    ASSERT_OK(response.Start(200, {}, 10));
    ASSERT_OK(response.Write("short"));
  });
  EXPECT_THAT(ClientOf(*server).Send({}, Soon()), IsError(ErrorKind::kUnavailable, HasSubstr("cut")));
}

TEST(HttpServerTest, HeadRepliesHaveALengthAndNoBody) {
  const auto server = StartServer(Echo);
  RawConnection connection(server->port());
  connection.Write("HEAD /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(connection.ReadToEnd(), AllOf(HasSubstr("Content-Length: 8\r\n"), EndsWith("\r\n\r\n")));
}

TEST(HttpServerTest, RefusesHeadsAndBodiesOverTheirLimits) {
  ServerOptions options;
  options.max_header_bytes = 8192;
  options.max_header_count = 20;
  options.max_body_bytes = 10;
  const auto server = StartServer(Echo, options);
  const struct {
    const char* name;
    std::string request;
    const char* reply;
  } cases[] = {
      {"long head", "GET / HTTP/1.1\r\nX: " + std::string(10'000, 'x') + "\r\n\r\n", "HTTP/1.1 431 "},
      {"many fields",
       [] {
         std::string request = "GET / HTTP/1.1\r\n";
         for (int i = 0; i < 21; ++i) request += "X: y\r\n";
         return request + "\r\n";
       }(),
       "HTTP/1.1 431 "},
      {"long body", "POST / HTTP/1.1\r\nContent-Length: 11\r\n\r\n12345678901", "HTTP/1.1 413 "},
      {"long chunked body", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n12345678901\r\n0\r\n\r\n",
       "HTTP/1.1 413 "},
      {"no HTTP", "hello\r\n\r\n", "HTTP/1.1 400 "},
      {"two lengths", "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "HTTP/1.1 400 "},
      {"length and chunks", "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       "HTTP/1.1 400 "},
      {"other coding", "POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "HTTP/1.1 501 "},
      {"bad chunk", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "HTTP/1.1 400 "},
      {"huge chunk", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n11111111111111111\r\n", "HTTP/1.1 400 "},
  };
  for (const auto& test_case : cases) {
    SCOPED_TRACE(test_case.name);
    RawConnection connection(server->port());
    connection.Write(test_case.request);
    connection.EndWriting();
    EXPECT_THAT(connection.ReadToEnd(), StartsWith(test_case.reply));
  }
}

TEST(HttpServerTest, EndsSlowHeadsAndBodies) {
  ServerOptions options;
  options.header_timeout = milliseconds(50);
  options.io_timeout = milliseconds(50);
  const auto server = StartServer(Echo, options);
  RawConnection slow_head(server->port());
  slow_head.Write("GET / HT");
  EXPECT_EQ(slow_head.ReadToEnd(), "");
  RawConnection slow_body(server->port());
  slow_body.Write("PUT / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab");
  EXPECT_THAT(slow_body.ReadToEnd(), AllOf(StartsWith("HTTP/1.1 400 "), EndsWith("too slow")));
}

/// Sends a byte whenever the last one has been taken, until the server has closed.
class Dripping {
 public:
  Dripping(RawConnection& connection, std::atomic<bool>& done) : thread_([&connection, &done] {
    while (!done) {
      connection.Write("x");
      std::this_thread::sleep_for(milliseconds(1));  // The pace is what is tested.
    }
  }) {}
  ~Dripping() { thread_.join(); }

 private:
  std::thread thread_;
};

TEST(HttpServerTest, EndsBodiesThatDripInWithoutEnd) {
  ServerOptions options;
  options.io_timeout = milliseconds(50);
  options.min_body_bytes_per_second = 1 << 20;
  const auto server = StartServer(Echo, options);
  RawConnection connection(server->port());
  connection.Write("PUT / HTTP/1.1\r\nContent-Length: 4000000\r\n\r\n");
  std::atomic<bool> done = false;
  const Dripping dripping(connection, done);
  EXPECT_THAT(connection.ReadUntil("slowly"), AllOf(StartsWith("HTTP/1.1 400 "), EndsWith("too slowly")));
  done = true;
}

TEST(HttpServerTest, BodiesThatNobodyReadHoldNoWorkerHoweverTheyDripIn) {
  ServerOptions options;
  options.max_workers = 1;
  options.io_timeout = milliseconds(50);
  const auto server = StartServer([](Request&, ResponseWriter& response) { (void)response.Send({.status = 403, .body = "no"}); }, options);
  for (const char* length : {"1000000", "400000000"}) {  // One that is taken to keep the connection, one that ends it.
    SCOPED_TRACE(length);
    RawConnection connection(server->port());
    connection.Write("PUT / HTTP/1.1\r\nContent-Length: " + std::string(length) + "\r\n\r\n");
    std::atomic<bool> done = false;
    const Dripping dripping(connection, done);
    EXPECT_THAT(connection.ReadUntil("\r\nno"), StartsWith("HTTP/1.1 403 "));
    ASSERT_OK_AND_ASSIGN(const Response other, ClientOf(*server).Send({}, Soon()));  // Has the only worker.
    EXPECT_EQ(other.status, 403);
    done = true;
  }
}

TEST(HttpServerTest, AClientThatTakesNoReplyIsGivenUp) {
  ServerOptions options;
  options.max_workers = 1;
  options.io_timeout = milliseconds(50);
  std::promise<Error> ended;
  const std::string piece(1 << 20, 'x');
  const auto server = StartServer([&](Request& request, ResponseWriter& response) {
    if (request.path != "/without-end") return (void)response.Send({});
    ASSERT_OK(response.Start(200, {}, std::nullopt));
    while (true) {
      const Status written = response.Write(piece);
      if (!written.ok()) return ended.set_value(written.error());
    }
  }, options);
  RawConnection deaf(server->port());
  deaf.Write("GET /without-end HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(ended.get_future().get().kind(), ErrorKind::kTimeout);
  EXPECT_OK(ClientOf(*server).Send({}, Soon()));  // Its worker is free.
}

TEST(HttpServerTest, AnUploadThatIsCutIsAnErrorOfItsBody) {
  std::promise<Error> ended;
  const auto server = StartServer([&](Request& request, ResponseWriter&) {
    const auto body = ReadAll(*request.body, 1 << 20);
    if (!body.ok()) ended.set_value(body.error());
  });
  {
    RawConnection connection(server->port());
    connection.Write("PUT / HTTP/1.1\r\nContent-Length: 100\r\n\r\nonly so much");
  }
  const Error error = ended.get_future().get();
  EXPECT_EQ(error.kind(), ErrorKind::kUnavailable);
  EXPECT_THAT(error.message(), HasSubstr("cut"));
}

TEST(HttpServerTest, IdleConnectionsTakeNoWorker) {
  ServerOptions options;
  options.max_workers = 1;
  const auto server = StartServer(Echo, options);
  std::vector<std::unique_ptr<RawConnection>> idle;
  for (int i = 0; i < 50; ++i) idle.push_back(std::make_unique<RawConnection>(server->port()));
  ASSERT_OK_AND_ASSIGN(const Response response, ClientOf(*server).Send({}, Soon()));
  EXPECT_EQ(response.status, 200);
}

TEST(HttpServerTest, NamesThePortThatIsInUse) {
  const auto server = StartServer(Echo);
  ServerOptions options;
  options.port = server->port();
  EXPECT_THAT(Server::Start(options, Echo),
              IsError(ErrorKind::kAlreadyExists, "Port is already in use: 127.0.0.1:" + std::to_string(server->port())));
}

TEST(HttpServerTest, StopFinishesRunningRequestsAndRefusesNewOnes) {
  std::latch entered(1), released(1);
  const auto server = StartServer([&](Request&, ResponseWriter& response) {
    entered.count_down();
    released.wait();
    (void)response.Send({.body = "done"});
  });
  auto reply = std::async(std::launch::async, [&] { return ClientOf(*server).Send({}, Soon()); });
  entered.wait();
  const uint16_t port = server->port();
  auto stopped = std::async(std::launch::async, [&] { server->Stop(milliseconds(20'000)); });
  // The listener closes soon after: wait for the refusal itself.
  while (Client({.port = port}).Send({}, Deadline::After(milliseconds(100))).ok()) {
  }
  released.count_down();
  ASSERT_OK_AND_ASSIGN(const Response response, reply.get());
  EXPECT_EQ(response.body, "done");
  stopped.get();
}

TEST(HttpServerTest, StopCancelsHandlersThatOutlastTheGrace) {
  std::latch entered(1);
  const auto server = StartServer([&](Request& request, ResponseWriter&) {
    entered.count_down();
    EXPECT_THAT(Clock::System().Sleep(milliseconds(60'000), request.cancellation),
                IsError(ErrorKind::kCancelled, testing::_));
  });
  auto reply = std::async(std::launch::async, [&] { return ClientOf(*server).Send({}, Soon()); });
  entered.wait();
  server->Stop(milliseconds(1));
  // Whether the handler's end or the connection's comes first is a race: no answer at all, or that there is none.
  const auto answer = reply.get();
  if (answer.ok()) {
    EXPECT_EQ(answer->status, 500);
  } else {
    EXPECT_THAT(answer, IsError(ErrorKind::kUnavailable, testing::_));
  }
}

TEST(HttpServerTest, SurvivesMutatedRequests) {
  const auto server = StartServer(Echo);
  const std::string seeds[] = {
      "GET /a%20b?x=1&y HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: 1\r\n\r\n",
      "PUT /x HTTP/1.1\r\nContent-Length: 4\r\nExpect: 100-continue\r\nConnection: close\r\n\r\nabcd",
  };
  std::mt19937 random(20261121);
  for (int i = 0; i < 300; ++i) {
    std::string request = seeds[i % 3];
    for (unsigned edits = 1 + random() % 4; edits > 0; --edits) {
      const size_t at = random() % request.size();
      switch (random() % 3) {
        case 0: request[at] = static_cast<char>(random()); break;
        case 1: request.erase(at, 1 + random() % 5); break;
        default: request.insert(at, request.substr(random() % request.size(), random() % 8)); break;
      }
      if (request.empty()) request = "x";
    }
    RawConnection connection(server->port());
    connection.Write(request);
    connection.EndWriting();
    (void)connection.ReadToEnd();
  }
  ASSERT_OK_AND_ASSIGN(const Response response, ClientOf(*server).Send({}, Soon()));
  EXPECT_EQ(response.status, 200);
}

TEST(HttpClientTest, TellsRefusedConnectionsDeadlinesAndCancellationApart) {
  std::latch entered(2), released(1);
  uint16_t free_port = 0;
  {
    const auto server = StartServer(Echo);
    free_port = server->port();
  }
  EXPECT_THAT(Client({.port = free_port}).Send({}, Soon()), IsError(ErrorKind::kUnavailable, HasSubstr("connect")));
  const auto server = StartServer([&](Request&, ResponseWriter&) {
    entered.count_down();
    released.wait();
  });
  Client client = ClientOf(*server);
  EXPECT_THAT(client.Send({}, Deadline::After(milliseconds(30))), IsError(ErrorKind::kTimeout, testing::_));
  CancellationSource source;
  auto reply = std::async(std::launch::async, [&] { return client.Send({}, Soon(), source.token()); });
  entered.wait();
  source.Cancel();
  EXPECT_THAT(reply.get(), IsError(ErrorKind::kCancelled, testing::_));
  released.count_down();
}

TEST(HttpClientTest, RefusesRepliesOverTheLimit) {
  const auto server = StartServer([](Request&, ResponseWriter& response) {
    (void)response.Send({.body = std::string(1001, 'x')});
  });
  Client client({.port = server->port(), .max_body_bytes = 1000});
  EXPECT_THAT(client.Send({}, Soon()), IsError(ErrorKind::kResourceLimit, HasSubstr("1000")));
}

TEST(HttpClientTest, SendsABodyOfUnknownLengthInChunksAndTellsTheHeadFirst) {
  const std::string piece(100'000, 'x');
  const auto server = StartServer([&](Request& request, ResponseWriter& response) {
    EXPECT_FALSE(request.content_length.has_value());
    const auto body = ReadAll(*request.body, 1 << 20);
    (void)response.Send({.status = 202, .headers = {{"X-Length", std::to_string(body->size())}}, .body = *body});
  });
  int pieces = 0;
  ClientRequest request{.method = "POST"};
  request.body_source = [&](char* buffer, size_t size) -> Result<size_t> { return pieces++ == 3 ? 0 : piece.copy(buffer, size); };
  std::string seen;
  const auto head = [&](const Response& response) {
    seen += std::to_string(response.status) + " " + std::string(response.headers.Get("X-Length")) + ":";
    return Status::Ok();
  };
  const auto body = [&](std::string_view part) {
    seen += part;
    return Status::Ok();
  };
  ASSERT_OK_AND_ASSIGN(const Response response, ClientOf(*server).Send(request, Soon(), {}, body, head));
  EXPECT_EQ(response.status, 202);
  const size_t sent = 3 * std::min<size_t>(piece.size(), 64 << 10);
  EXPECT_EQ(seen, "202 " + std::to_string(sent) + ":" + std::string(sent, 'x'));
}

TEST(HttpClientTest, ABodyThatCannotBeReadEndsTheCallWithItsError) {
  const auto server = StartServer(Echo);
  ClientRequest request{.method = "POST"};
  request.body_source = [](char*, size_t) -> Result<size_t> { return NotFound("no more"); };
  EXPECT_THAT(ClientOf(*server).Send(request, Soon()), IsError(ErrorKind::kNotFound, "no more"));
}

TEST(HttpClientTest, AnAnswerBeforeTheBodysEndCounts) {
  const auto server = StartServer([](Request&, ResponseWriter& response) { (void)response.Send({.status = 413}); });
  ClientRequest request{.method = "POST"};
  request.body_source = [](char* buffer, size_t size) -> Result<size_t> {
    std::fill_n(buffer, size, 'x');
    return size;  // Without end.
  };
  ASSERT_OK_AND_ASSIGN(const Response response, ClientOf(*server).Send(request, Soon()));
  EXPECT_EQ(response.status, 413);
}

TEST(HttpDateTest, ReadsWhatItWrites) {
  EXPECT_EQ(FormatHttpDate(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");  // RFC 9110, 5.6.7.
  EXPECT_EQ(ParseHttpDate("Sun, 06 Nov 1994 08:49:37 GMT"), 784111777);
  EXPECT_EQ(ParseHttpDate("yesterday"), std::nullopt);
}

}  // namespace
}  // namespace sagespark::http
