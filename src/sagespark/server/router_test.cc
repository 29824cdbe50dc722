#include "sagespark/server/router.h"

#include <ctime>

#include "sagespark/server/errors.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::server {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

const Credentials kCredentials{.access_key_id = "AKIAAAAAAAAAAAAAAAAA", .secret_access_key = "secret"};

class TextBody final : public http::BodyReader {
 public:
  explicit TextBody(std::string text) : text_(std::move(text)) {}
  Result<size_t> Read(char* buffer, size_t size) override {
    const size_t count = text_.copy(buffer, size);
    text_.erase(0, count);
    return count;
  }

 private:
  std::string text_;
};

class KeptResponse final : public http::ResponseWriter {
 public:
  Status Send(const http::Response& response) override {
    sent = response;
    started_ = true;
    return Status::Ok();
  }
  Status Start(int, const http::Headers&, std::optional<uint64_t>) override { return Unimplemented("Start"); }
  Status Write(std::string_view) override { return Unimplemented("Write"); }
  Status WriteFile(int, uint64_t, uint64_t) override { return Unimplemented("WriteFile"); }
  bool started() const override { return started_; }

  http::Response sent;

 private:
  bool started_ = false;
};

/// Answers with what it was asked.
class EchoJson final : public JsonService {
 public:
  Result<json::Value> Handle(const RequestContext& context, std::string_view operation, const json::Value& input) override {
    if (operation == "Fail") return NotFound("nothing here");
    json::Object reply;
    reply["operation"] = operation;
    reply["region"] = context.region;
    reply["account"] = context.account_id;
    reply["input"] = input;
    return json::Value(std::move(reply));
  }
  Offered offered() const override { return {.service = "echo", .operations = {"DescribeModel"}}; }
};

class EchoHttp final : public HttpService {
 public:
  explicit EchoHttp(std::string name) : name_(std::move(name)) {}
  Offered offered() const override { return {.service = name_, .operations = {"Echo"}}; }
  void Handle(const RequestContext& context, const http::Request&, RequestBody& body, http::ResponseWriter& response) override {
    context.NoteOperation("Echo");
    const auto text = http::ReadAll(body, 1000);
    static_cast<void>(response.Send({.body = name_ + ":" + (text.ok() ? *text : text.error().code())}));
  }
  void HandleError(const RequestContext&, const http::Request&, const Error& error, http::ResponseWriter& response) override {
    static_cast<void>(response.Send({.status = 403, .body = name_ + " error:" + error.code()}));
  }

 private:
  const std::string name_;
};

/// Keeps what it is told.
class KeptObserver final : public RequestObserver {
 public:
  void Began() override { ++began; }
  void Answered(const AnsweredRequest& request) override {
    answered.push_back(std::string(request.service) + "|" + std::string(request.operation) + "|" + std::string(request.access_key_id) + "|" +
                       std::to_string(request.status) + "|" + std::to_string(request.received_bytes) + "|" + std::to_string(request.sent_bytes));
  }

  int began = 0;
  std::vector<std::string> answered;
};

class RouterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    router_.AddJson("SageMaker", "sagemaker", json_);
    router_.AddHttp("sagemaker", "/endpoints/", runtime_);
    router_.AddHttp("s3", "/", s3_);
    router_.SetFallback(s3_);
  }

  std::string TimeStamp() const {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(clock_.Now());
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    char text[20];
    std::strftime(text, sizeof(text), "%Y%m%dT%H%M%SZ", &utc);
    return text;
  }

  struct Asked {
    std::string service = "sagemaker";
    std::string path = "/";
    std::string target;
    std::string body;
    std::string access_key_id = kCredentials.access_key_id;
    std::string secret = kCredentials.secret_access_key;
    std::string sent_body;  ///< Empty: `body`, which is signed.
    bool is_signed = true;
  };

  http::Response Ask(const Asked& asked) { return Ask(asked, router_); }

  http::Response Ask(const Asked& asked, Router& router) {
    http::Request request;
    request.method = "POST";
    request.content_length = asked.body.size();
    request.target = request.raw_path = request.path = asked.path;
    const std::string time = TimeStamp();
    request.headers = {{"Host", "localhost"}, {"X-Amz-Date", time}};
    if (!asked.target.empty()) request.headers.Add("X-Amz-Target", asked.target);
    if (asked.service == "s3") request.headers.Add("x-amz-content-sha256", Sha256Hex(asked.body));
    if (asked.is_signed) request.headers.Add("Authorization", AuthorizationOf(request, asked, time));
    TextBody body(asked.sent_body.empty() ? asked.body : asked.sent_body);
    request.body = &body;
    KeptResponse response;
    router.Handle(request, response);
    EXPECT_TRUE(response.started());
    return response.sent;
  }

  static std::string AuthorizationOf(const http::Request& request, const Asked& asked, const std::string& time) {
    aws::sigv4::Authorization authorization{.access_key_id = asked.access_key_id, .date = time.substr(0, 8), .region = "eu-west-1",
                                            .service = asked.service, .time = time, .signed_headers = {"host", "x-amz-date"}};
    if (asked.service == "s3") authorization.signed_headers = {"host", "x-amz-content-sha256", "x-amz-date"};
    if (!asked.target.empty()) authorization.signed_headers.push_back("x-amz-target");
    aws::sigv4::RequestView view{.method = request.method, .raw_path = request.raw_path, .raw_query = request.raw_query};
    for (const auto& [name, value] : request.headers) view.headers.emplace_back(name, value);
    const std::string key = aws::sigv4::SigningKey(asked.secret, authorization);
    std::string names;
    for (const std::string& name : authorization.signed_headers) names += (names.empty() ? "" : ";") + name;
    return "AWS4-HMAC-SHA256 Credential=" + asked.access_key_id + "/" + authorization.Scope() + ", SignedHeaders=" + names +
           ", Signature=" + aws::sigv4::ComputeSignature(view, authorization, key, Sha256Hex(asked.body));
  }

  FakeClock clock_;
  EchoJson json_;
  EchoHttp runtime_{"runtime"};
  EchoHttp s3_{"s3"};
  Router router_{kCredentials, "000000000000", clock_};
};

TEST_F(RouterTest, GivesJsonRequestsToTheServiceOfTheirTarget) {
  const http::Response reply = Ask({.target = "SageMaker.DescribeModel", .body = R"({"ModelName":"m"})"});
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, R"({"account":"000000000000","input":{"ModelName":"m"},"operation":"DescribeModel","region":"eu-west-1"})");
  EXPECT_EQ(reply.headers.Get("Content-Type"), "application/x-amz-json-1.1");
  EXPECT_THAT(Ask({.target = "SageMaker.List"}).body, HasSubstr(R"("input":{})"));
}

TEST_F(RouterTest, GivesOthersToTheServiceOfTheirSignatureAndPath) {
  EXPECT_EQ(Ask({.path = "/endpoints/e/invocations", .body = "x"}).body, "runtime:x");
  EXPECT_EQ(Ask({.service = "s3", .path = "/endpoints/e/invocations", .body = "x"}).body, "s3:x");
}

TEST_F(RouterTest, ErrorsHaveTheFormOfTheService) {
  const http::Response failed = Ask({.target = "SageMaker.Fail"});
  EXPECT_EQ(failed.status, 400);
  EXPECT_EQ(failed.body, R"({"__type":"ValidationException","message":"nothing here"})");
  EXPECT_THAT(Ask({.target = "SageMaker.List", .body = "[]"}).body, HasSubstr("SerializationException"));
  EXPECT_THAT(Ask({.target = "Nonesuch.List"}).body, AllOf(HasSubstr("UnknownOperationException"), HasSubstr("Nonesuch.List")));
  EXPECT_THAT(Ask({.service = "glue", .path = "/x"}).body, HasSubstr("UnknownOperationException"));
}

TEST_F(RouterTest, RefusesUnsignedAndWronglySignedRequests) {
  EXPECT_THAT(Ask({.target = "SageMaker.List", .is_signed = false}).body, HasSubstr("Exception"));
  EXPECT_THAT(Ask({.path = "/b", .is_signed = false}).body, HasSubstr("s3 error:"));
  EXPECT_THAT(Ask({.target = "SageMaker.List", .secret = "guessed"}).body, HasSubstr("InvalidSignatureException"));
  EXPECT_THAT(Ask({.service = "logs", .target = "SageMaker.List"}).body,
              AllOf(HasSubstr("InvalidSignatureException"), HasSubstr("correct service: 'sagemaker'")));
  EXPECT_THAT(Ask({.target = "SageMaker.List", .access_key_id = "AKIABBBBBBBBBBBBBBBB"}).body, HasSubstr("UnrecognizedClientException"));
  EXPECT_EQ(Ask({.service = "s3", .path = "/b/k", .secret = "guessed"}).body, "s3 error:SignatureDoesNotMatch");
}

TEST_F(RouterTest, TakesASecondKeyWithItsOwnSecretOnly) {
  router_.AlsoAccept([] { return Credentials{.access_key_id = "SECOND", .secret_access_key = "other"}; });
  EXPECT_EQ(Ask({.service = "s3", .body = "x", .access_key_id = "SECOND", .secret = "other"}).body, "s3:x");
  EXPECT_EQ(Ask({.service = "s3", .body = "x"}).body, "s3:x");
  EXPECT_EQ(Ask({.service = "s3", .access_key_id = "SECOND"}).body, "s3 error:SignatureDoesNotMatch");
  EXPECT_EQ(Ask({.service = "s3", .secret = "other"}).body, "s3 error:SignatureDoesNotMatch");
}

TEST_F(RouterTest, TakesKeysThatAreRenewed) {
  int given = 0;
  router_.AlsoAccept([&]() -> Result<Credentials> {
    if (given == 0) return Unavailable("nothing yet");
    return Credentials{.access_key_id = "KEY" + std::to_string(given), .secret_access_key = "secret" + std::to_string(given)};
  });
  const auto ask = [&](const std::string& number) {
    return Ask({.service = "s3", .body = "x", .access_key_id = "KEY" + number, .secret = "secret" + number}).body;
  };
  EXPECT_EQ(ask("1"), "s3 error:InvalidAccessKeyId");
  given = 1;
  EXPECT_EQ(ask("1"), "s3:x");
  given = 2;
  EXPECT_EQ(ask("1"), "s3:x");  // Who has the old one still asks.
  EXPECT_EQ(ask("2"), "s3:x");
  EXPECT_EQ(ask("3"), "s3 error:InvalidAccessKeyId");
  for (given = 3; given <= 5; ++given) EXPECT_EQ(ask(std::to_string(given)), "s3:x");
  EXPECT_EQ(ask("1"), "s3 error:InvalidAccessKeyId");  // Long ago.
  EXPECT_EQ(Ask({.service = "s3", .body = "x"}).body, "s3:x");
}

/// Asks for something else while it answers.
class NestedHttp final : public HttpService {
 public:
  std::function<void()> ask;
  void Handle(const RequestContext&, const http::Request&, RequestBody&, http::ResponseWriter& response) override {
    ask();
    static_cast<void>(response.Send({.body = "done"}));
  }
  void HandleError(const RequestContext&, const http::Request&, const Error& error, http::ResponseWriter& response) override {
    static_cast<void>(response.Send({.status = 429, .body = error.code()}));
  }
};

TEST_F(RouterTest, BoundsWhatItKeepsOfAllBodiesTogether) {
  Router router(kCredentials, "000000000000", clock_, 10);
  NestedHttp nested;
  router.AddJson("SageMaker", "sagemaker", json_);
  router.AddHttp("sagemaker", "/", nested);
  router.AddHttp("s3", "/", s3_);
  std::vector<std::string> inside;
  const Asked six{.body = "123456"}, in_json{.target = "SageMaker.List", .body = "{\"\":0}"};
  bool is_inside = false;
  nested.ask = [&] {
    if (std::exchange(is_inside, true)) return;
    inside = {Ask(six, router).body, Ask(in_json, router).body, Ask({.body = "1234"}, router).body,
              Ask({.service = "s3", .body = "123456"}, router).body};
  };
  EXPECT_EQ(Ask(six, router).body, "done");
  EXPECT_THAT(inside, ::testing::ElementsAre("ThrottlingException", HasSubstr("ThrottlingException"), "done", "s3:123456"));
  EXPECT_EQ(Ask({.body = "1234567890"}, router).body, "done");  // All room is back.
  EXPECT_EQ(Ask({.body = "12345678901"}, router).body, "ThrottlingException");
}

TEST_F(RouterTest, RefusesABodyThatIsNotTheOneSigned) {
  EXPECT_THAT(Ask({.target = "SageMaker.List", .body = "{}", .sent_body = R"({"a":1})"}).body, HasSubstr("InvalidSignatureException"));
  EXPECT_EQ(Ask({.service = "s3", .path = "/b/k", .body = "good", .sent_body = "evil"}).body, "s3:XAmzContentSHA256Mismatch");
}

TEST_F(RouterTest, TellsItsObserverOfEveryRequestAndOfNoForeignKey) {
  KeptObserver observer;
  router_.SetObserver(observer);
  Ask({.target = "SageMaker.DescribeModel", .body = "{}"});
  Ask({.target = "SageMaker.Fail"});
  Ask({.service = "s3", .path = "/b/k", .body = "four"});
  Ask({.target = "SageMaker.List", .access_key_id = "AKIABBBBBBBBBBBBBBBB"});
  Ask({.path = "/b", .is_signed = false});
  const std::string key = kCredentials.access_key_id;
  EXPECT_EQ(observer.began, 5);
  EXPECT_THAT(observer.answered, ::testing::ElementsAre(::testing::StartsWith("echo|DescribeModel|" + key + "|200|2|"),
                                                        ::testing::StartsWith("echo|Fail|" + key + "|400|0|"), "s3|Echo|" + key + "|200|4|7",
                                                        ::testing::StartsWith("echo|||403|"), ::testing::StartsWith("|||403|")));
}

TEST_F(RouterTest, UnsignedGetsOfAPageAreThePages) {
  router_.AddPage("/page", [](const http::Request&, http::ResponseWriter& response) { (void)response.Send({.body = "the page"}); });
  const auto get = [&](const std::string& method, const std::string& path) {
    http::Request request;
    request.method = method;
    request.target = request.raw_path = request.path = path;
    TextBody body("");
    request.body = &body;
    KeptResponse response;
    router_.Handle(request, response);
    return response.sent.body;
  };
  EXPECT_EQ(get("GET", "/page"), "the page");
  EXPECT_THAT(get("GET", "/page/x"), HasSubstr("s3 error:"));
  EXPECT_THAT(get("PUT", "/page"), HasSubstr("s3 error:"));
  EXPECT_EQ(Ask({.service = "s3", .path = "/page", .body = "x"}).body, "s3:x");
}

TEST_F(RouterTest, RefusesOldRequests) {
  const Asked asked{.service = "s3", .path = "/b/k"};
  EXPECT_EQ(Ask(asked).body, "s3:");
  FakeClock later(clock_.Now() + std::chrono::minutes(16));
  Router router(kCredentials, "000000000000", later);
  router.AddHttp("s3", "/", s3_);
  http::Request request;
  request.method = "POST";
  request.target = request.raw_path = request.path = asked.path;
  const std::string time = TimeStamp();
  request.headers = {{"Host", "localhost"}, {"X-Amz-Date", time}, {"x-amz-content-sha256", Sha256Hex("")}};
  request.headers.Add("Authorization", AuthorizationOf(request, asked, time));
  TextBody body("");
  request.body = &body;
  KeptResponse response;
  router.Handle(request, response);
  EXPECT_EQ(response.sent.body, "s3 error:RequestTimeTooSkewed");
}

}  // namespace
}  // namespace sagespark::server
