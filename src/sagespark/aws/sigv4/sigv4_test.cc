#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "sagespark/aws/sigv4/verified_body.h"
#include "sagespark/aws/sigv4/verify.h"
#include "sagespark/base/json/value.h"
#include "sagespark/testing/matchers.h"
#include "sagespark/testing/paths.h"
#include "sagespark/testing/temporary_folder.h"

namespace sagespark::aws::sigv4 {
namespace {

using testing::HasSubstr;

constexpr std::string_view kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const SystemTime kNow{std::chrono::seconds(1440938160)};  // 2015-08-30T12:36:00Z.

MATCHER_P(HasCode, code, "") { return !arg.ok() && arg.error().code() == code; }

/// A request of tests/goldens/sigv4/requests.json, which botocore signed.
struct SignedRequest {
  std::string name, method, path, query, body;
  std::vector<std::pair<std::string, std::string>> headers;

  RequestView View() const {
    RequestView view{.method = method, .raw_path = path, .raw_query = query};
    for (const auto& [header, value] : headers) view.headers.emplace_back(header, value);
    return view;
  }
};

std::vector<SignedRequest> Goldens() {
  std::ifstream file(SourcePath("tests/goldens/sigv4/requests.json"));
  std::stringstream text;
  text << file.rdbuf();
  const Result<json::Value> parsed = json::Parse(text.str());
  SAGESPARK_CHECK(parsed.ok());
  std::vector<SignedRequest> requests;
  for (const json::Value& item : *parsed->if_array()) {
    SignedRequest request{.name = *item.GetString("name"), .method = *item.GetString("method"),
                          .body = *item.GetString("body")};
    const std::string target = *item.GetString("target");
    const size_t question = target.find('?');
    request.path = target.substr(0, question);
    if (question != target.npos) request.query = target.substr(question + 1);
    for (const auto& [header, value] : *item.Find("headers")->if_object()) {
      request.headers.emplace_back(header, *value.if_string());
    }
    requests.push_back(std::move(request));
  }
  return requests;
}

SignedRequest Golden(std::string_view name) {
  for (SignedRequest& request : Goldens()) {
    if (request.name == name) return request;
  }
  SAGESPARK_CHECK(false);
  return {};
}

Status VerifyRequest(const SignedRequest& request, SystemTime now = kNow, std::string_view secret = kSecret) {
  const RequestView view = request.View();
  SAGESPARK_ASSIGN_OR_RETURN(const Authorization authorization, ParseAuthorization(view));
  std::string hash(view.Header("x-amz-content-sha256"));
  if (hash.empty()) hash = authorization.presigned ? std::string(kUnsignedPayload) : Sha256Hex(request.body);
  return Verify(view, authorization, SigningKey(secret, authorization), hash, now);
}

TEST(VerifyTest, AcceptsWhatBotocoreSigned) {
  ASSERT_EQ(Goldens().size(), 12u);
  for (const SignedRequest& request : Goldens()) {
    SCOPED_TRACE(request.name);
    EXPECT_OK(VerifyRequest(request));
  }
}

TEST(VerifyTest, RefusesAnyChange) {
  for (const SignedRequest& request : Goldens()) {
    SCOPED_TRACE(request.name);
    EXPECT_THAT(VerifyRequest(request, kNow, "another"), HasCode("SignatureDoesNotMatch"));
    SignedRequest other_method = request;
    other_method.method = "DELETE";
    EXPECT_THAT(VerifyRequest(other_method), HasCode("SignatureDoesNotMatch"));
    SignedRequest other_path = request;
    other_path.path += "x";
    EXPECT_THAT(VerifyRequest(other_path), HasCode("SignatureDoesNotMatch"));
    SignedRequest other_query = request;
    other_query.query += "&x=y";
    EXPECT_THAT(VerifyRequest(other_query), HasCode("SignatureDoesNotMatch"));
  }
}

TEST(VerifyTest, IsTheExampleOfTheDocumentation) {
  // "get-vanilla" of the AWS SigV4 test suite.
  const RequestView view{.method = "GET", .raw_path = "/", .raw_query = "",
                         .headers = {{"Host", "example.amazonaws.com"}, {"X-Amz-Date", "20150830T123600Z"}}};
  const Authorization authorization{.access_key_id = "AKIDEXAMPLE", .date = "20150830", .region = "us-east-1",
                                    .service = "service", .time = "20150830T123600Z",
                                    .signed_headers = {"host", "x-amz-date"}};
  EXPECT_EQ(ComputeSignature(view, authorization, SigningKey(kSecret, authorization), Sha256Hex("")),
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
}

/// A request of the published suite, as text; lines that begin with a blank go on with the header before.
SignedRequest ParseSuiteRequest(const std::string& text) {
  SignedRequest request;
  const size_t end_of_head = text.find("\n\n");
  std::istringstream head(text.substr(0, end_of_head));
  request.body = end_of_head == text.npos ? "" : text.substr(end_of_head + 2);
  std::string line;
  std::getline(head, line);
  request.method = line.substr(0, line.find(' '));
  const std::string target = line.substr(request.method.size() + 1, line.rfind(' ') - request.method.size() - 1);
  request.path = target.substr(0, target.find('?'));
  if (request.path.size() < target.size()) request.query = target.substr(request.path.size() + 1);
  while (std::getline(head, line)) {
    const size_t colon = line.find(':');
    if (line.starts_with(' ')) {
      request.headers.back().second += line;
    } else {
      request.headers.emplace_back(line.substr(0, colon), line.substr(colon + 1));
    }
  }
  return request;
}

/// The suite: tests/aws-signing-test-suite/v4 of github.com/awslabs/aws-c-auth, which is not part of this project.
TEST(VerifyTest, AcceptsThePublishedSuite) {
  const char* suite = std::getenv("SAGESPARK_SIGV4_SUITE");
  if (suite == nullptr) GTEST_SKIP() << "SAGESPARK_SIGV4_SUITE names no copy of the suite";
  int verified = 0;
  for (const auto& folder : std::filesystem::directory_iterator(suite)) {
    ASSERT_OK_AND_ASSIGN(const json::Value context, json::Parse(ReadFile(folder.path() / "context.json")));
    // Not of those who sign for our services: paths taken as they are but encoded twice, tokens that are not signed.
    if (!*context.Find("normalize")->if_bool() || context.Find("omit_session_token") != nullptr) continue;
    for (const char* file : {"header-signed-request.txt", "query-signed-request.txt"}) {
      SCOPED_TRACE((folder.path() / file).string());
      const SignedRequest request = ParseSuiteRequest(ReadFile(folder.path() / file));
      const RequestView view = request.View();
      ASSERT_OK_AND_ASSIGN(const Authorization authorization, ParseAuthorization(view));
      EXPECT_OK(Verify(view, authorization, SigningKey(kSecret, authorization), Sha256Hex(request.body), kNow));
      ++verified;
    }
  }
  EXPECT_GE(verified, 50);
}

TEST(VerifyTest, ChecksTheTime) {
  const SignedRequest request = Golden("vanilla");
  EXPECT_OK(VerifyRequest(request, kNow + std::chrono::minutes(15)));
  EXPECT_OK(VerifyRequest(request, kNow - std::chrono::minutes(15)));
  EXPECT_THAT(VerifyRequest(request, kNow + std::chrono::minutes(16)), HasCode("RequestTimeTooSkewed"));
  EXPECT_THAT(VerifyRequest(request, kNow - std::chrono::minutes(16)), HasCode("RequestTimeTooSkewed"));
  const SignedRequest presigned = Golden("presigned");
  EXPECT_OK(VerifyRequest(presigned, kNow + std::chrono::seconds(60)));
  EXPECT_THAT(VerifyRequest(presigned, kNow + std::chrono::seconds(61)), HasCode("AccessDenied"));
}

TEST(VerifyTest, RefusesAmzHeadersThatAreNotSigned) {
  SignedRequest request = Golden("vanilla");
  request.headers.emplace_back("X-Amz-Meta-Late", "1");
  EXPECT_THAT(VerifyRequest(request), HasCode("AccessDenied"));
}

TEST(ParseAuthorizationTest, RefusesWhatIsNoSignature) {
  const struct {
    const char* name;
    std::vector<std::pair<std::string_view, std::string_view>> headers;
    std::string_view query;
    const char* code;
  } cases[] = {
      {"nothing", {}, "", "MissingAuthenticationToken"},
      {"version 2", {{"Authorization", "AWS AKID:sig"}}, "", "AuthorizationHeaderMalformed"},
      {"short scope", {{"Authorization", "AWS4-HMAC-SHA256 Credential=AKID/x, SignedHeaders=host, Signature=0"}}, "",
       "AuthorizationHeaderMalformed"},
      {"no date",
       {{"Authorization", "AWS4-HMAC-SHA256 Credential=A/20150830/r/s3/aws4_request, SignedHeaders=host, Signature=0"}},
       "", "MissingSecurityHeader"},
      {"query without credential", {}, "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0",
       "AuthorizationQueryParametersError"},
      {"query for eight days", {},
       "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A%2F20150830%2Fr%2Fs3%2Faws4_request&X-Amz-Signature=0"
       "&X-Amz-Date=20150830T123600Z&X-Amz-Expires=691200",
       "AuthorizationQueryParametersError"},
  };
  for (const auto& test_case : cases) {
    SCOPED_TRACE(test_case.name);
    const RequestView view{.method = "GET", .raw_path = "/", .raw_query = test_case.query,
                           .headers = test_case.headers};
    EXPECT_THAT(ParseAuthorization(view), HasCode(test_case.code));
  }
}

/// Gives a text in pieces of `step` bytes.
ByteSource SourceOf(std::string text, size_t step) {
  return [text = std::move(text), position = size_t{0}, step](char* buffer, size_t size) mutable -> Result<size_t> {
    const size_t read = text.copy(buffer, std::min(size, step), position);
    position += read;
    return read;
  };
}

Result<std::string> ReadWhole(VerifiedBody& body) {
  std::string all;
  char buffer[7];
  while (true) {
    SAGESPARK_ASSIGN_OR_RETURN(const size_t read, body.Read(buffer, sizeof(buffer)));
    if (read == 0) return all;
    all.append(buffer, read);
  }
}

Result<std::string> ReadUnsigned(std::string encoded, uint64_t length, size_t step = 5) {
  BodyPlan plan{.framing = BodyPlan::Framing::kUnsignedChunks, .decoded_length = length,
                .trailer = DigestAlgorithm::kCrc32};
  VerifiedBody body(SourceOf(std::move(encoded), step), std::move(plan));
  return ReadWhole(body);
}

constexpr const char* kUnsignedChunks = "4\r\n1234\r\n5;x=y\r\n56789\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n";

TEST(VerifiedBodyTest, DecodesUnsignedChunksInPiecesOfAnySize) {
  for (size_t step = 1; step < 40; ++step) {
    EXPECT_THAT(ReadUnsigned(kUnsignedChunks, 9, step), HasValue(std::string("123456789")));
  }
}

TEST(VerifiedBodyTest, VerifiesTheExampleOfTheDocumentation) {
  // "Signature calculations: transferring a payload in multiple chunks", Amazon S3 API reference.
  std::string encoded = "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n" +
                        std::string(65536, 'a') +
                        "\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n" +
                        std::string(1024, 'a') +
                        "\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n";
  const Authorization authorization{.date = "20130524", .region = "us-east-1", .service = "s3"};
  const BodyPlan plan{.framing = BodyPlan::Framing::kSignedChunks, .decoded_length = 66560,
                      .signing_key = SigningKey("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", authorization),
                      .time = "20130524T000000Z", .scope = authorization.Scope(),
                      .seed_signature = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"};
  VerifiedBody body(SourceOf(encoded, 1000), plan);
  EXPECT_THAT(ReadWhole(body), HasValue(std::string(66560, 'a')));
  encoded[70000 - 4000] = 'b';
  VerifiedBody tampered(SourceOf(encoded, 1000), plan);
  EXPECT_THAT(ReadWhole(tampered), HasCode("SignatureDoesNotMatch"));
}

TEST(VerifiedBodyTest, ChecksPlainBodies) {
  BodyPlan plan{.sha256_hex = Sha256Hex("good")};
  plan.expected[DigestAlgorithm::kMd5] = DigestOf(DigestAlgorithm::kMd5, "good");
  VerifiedBody good(SourceOf("good", 1), plan);
  EXPECT_THAT(ReadWhole(good), HasValue(std::string("good")));
  VerifiedBody evil(SourceOf("evil", 1), plan);
  EXPECT_THAT(ReadWhole(evil), HasCode("XAmzContentSHA256Mismatch"));
  plan.sha256_hex.clear();
  VerifiedBody bad(SourceOf("evil", 1), plan);
  EXPECT_THAT(ReadWhole(bad), HasCode("BadDigest"));
}

TEST(VerifiedBodyTest, RefusesEveryCutOfAChunkedBody) {
  const std::string whole = kUnsignedChunks;
  // Without its last empty line it is still whole: some clients leave that out.
  for (size_t size = 0; size + 4 < whole.size(); ++size) {
    EXPECT_FALSE(ReadUnsigned(whole.substr(0, size), 9).ok()) << size;
  }
}

TEST(VerifiedBodyTest, MutatedBodiesAreReadAsSentOrRefused) {
  std::mt19937 random(20261121);
  for (int i = 0; i < 20'000; ++i) {
    std::string encoded = kUnsignedChunks;
    for (unsigned edits = 1 + random() % 3; edits > 0; --edits) {
      const size_t at = random() % encoded.size();
      switch (random() % 3) {
        case 0: encoded[at] = static_cast<char>(random()); break;
        case 1: encoded.erase(at, 1 + random() % 3); break;
        default: encoded.insert(at, encoded.substr(random() % encoded.size(), random() % 6)); break;
      }
    }
    const Result<std::string> read = ReadUnsigned(encoded, 9, 1 + random() % 20);
    if (!read.ok()) continue;
    EXPECT_EQ(*read, "123456789");  // The checksum lets nothing else pass.
  }
}

TEST(ParseAuthorizationTest, SurvivesMutatedRequests) {
  const std::vector<SignedRequest> seeds = Goldens();
  std::mt19937 random(7);
  for (int i = 0; i < 5'000; ++i) {
    SignedRequest request = seeds[random() % seeds.size()];
    std::vector<std::string*> texts{&request.query};
    for (auto& [name, value] : request.headers) texts.push_back(&value);
    std::string& text = *texts[random() % texts.size()];
    const std::string before = text;
    for (unsigned edits = 1 + random() % 3; edits > 0 && !text.empty(); --edits) {
      text[random() % text.size()] = static_cast<char>(random());
    }
    (void)VerifyRequest(request);  // Must end, and end orderly; sanitizers watch.
  }
}

}  // namespace
}  // namespace sagespark::aws::sigv4
