#include "sagespark/aws/client/signer.h"

#include <fstream>
#include <sstream>

#include "sagespark/base/digest.h"
#include "sagespark/base/json/value.h"
#include "sagespark/testing/matchers.h"
#include "sagespark/testing/paths.h"

namespace sagespark::aws {
namespace {

json::Array ReadGoldens() {
  std::ifstream file(SourcePath("tests/goldens/aws/signatures.json"));
  std::stringstream text;
  text << file.rdbuf();
  auto parsed = json::Parse(text.str());
  return parsed.ok() ? *parsed->if_array() : json::Array();
}

std::string Text(const json::Value& value, std::string_view name) { return *value.Find(name)->if_string(); }

HttpRequest RequestOf(const json::Value& golden) {
  const std::string url = Text(golden, "url");
  const size_t path = url.find('/', url.find("://") + 3);
  const size_t query = url.find('?');
  HttpRequest request{.method = Text(golden, "method"),
                      .path = url.substr(path, query == std::string::npos ? query : query - path),
                      .query = query == std::string::npos ? "" : url.substr(query + 1)};
  request.endpoint = *ParseEndpoint(url.substr(0, path));
  for (const auto& [name, value] : *golden.Find("headers")->if_object()) request.headers.Add(name, *value.if_string());
  return request;
}

TEST(SignerTest, SignsAsBotocoreDoes) {
  const json::Array goldens = ReadGoldens();
  ASSERT_EQ(goldens.size(), 8u);
  for (const auto& golden : goldens) {
    SCOPED_TRACE(Text(golden, "name"));
    HttpRequest request = RequestOf(golden);
    const std::string payload_hash = Sha256Hex(Text(golden, "body"));
    const std::string region = Text(golden, "region");
    const std::string service = Text(golden, "service");
    const Credentials credentials{Text(golden, "access_key_id"), Text(golden, "secret_access_key"),
                                  Text(golden, "session_token")};
    const SigningScope scope{region, service, payload_hash, service == "s3"};
    const SystemTime now(std::chrono::seconds(1'700'000'000));
    ASSERT_OK(Sign(request, credentials, scope, now));
    ASSERT_OK(Sign(request, credentials, scope, now)) << "as a retry does";
    EXPECT_EQ(request.headers.Get("X-Amz-Date"), Text(golden, "date"));
    EXPECT_EQ(request.headers.Get("Authorization"), Text(golden, "authorization"));
    EXPECT_EQ(request.headers.Get("X-Amz-Security-Token"), credentials.session_token);
  }
}

class ChunkedBody final : public RequestBody {
 public:
  int64_t size() const override { return 6; }
  Status Rewind() override {
    left_ = 3;
    return Status::Ok();
  }
  Result<size_t> Read(std::span<char> buffer) override {
    if (left_-- <= 0) return size_t{0};
    buffer[0] = 'a';
    buffer[1] = 'b';
    return size_t{2};
  }

 private:
  int left_ = 0;
};

TEST(PayloadHashTest, IsTheSameForABodyInMemoryAndInPieces) {
  ChunkedBody chunked;
  const auto whole = MakeBody("ababab");
  ASSERT_OK_AND_ASSIGN(const std::string hash, PayloadHash(whole.get()));
  EXPECT_EQ(hash, Sha256Hex("ababab"));
  EXPECT_THAT(PayloadHash(&chunked), HasValue(hash));
  EXPECT_THAT(PayloadHash(nullptr), HasValue(Sha256Hex("")));
}

}  // namespace
}  // namespace sagespark::aws
