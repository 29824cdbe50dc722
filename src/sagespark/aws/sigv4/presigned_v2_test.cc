#include "sagespark/aws/sigv4/presigned_v2.h"

#include "sagespark/base/json/value.h"
#include "sagespark/testing/matchers.h"
#include "sagespark/testing/paths.h"
#include "sagespark/testing/temporary_folder.h"

namespace sagespark::aws::sigv4 {
namespace {

constexpr std::string_view kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const SystemTime kNow{std::chrono::seconds(1440938160)};  // 2015-08-30T12:36:00Z.

MATCHER_P(HasCode, code, "") { return !arg.ok() && arg.error().code() == code; }

/// A URL of tests/goldens/sigv4/presigned_v2.json, which botocore signed.
struct Presigned {
  std::string name, method, target, signed_path;
  std::vector<std::pair<std::string, std::string>> headers{};

  Status Check(SystemTime now = kNow) const {
    const size_t question = target.find('?');
    RequestView view{.method = method, .raw_path = std::string_view(target).substr(0, question),
                     .raw_query = std::string_view(target).substr(question + 1)};
    for (const auto& [header, value] : headers) view.headers.emplace_back(header, value);
    SAGESPARK_ASSIGN_OR_RETURN(const Authorization authorization, ParseAuthorization(view));
    SAGESPARK_CHECK(authorization.is_version_2 && authorization.access_key_id == "AKIDEXAMPLE");
    return VerifyPresignedV2(view, authorization, signed_path, kSecret, now);
  }
};

std::vector<Presigned> Goldens() {
  const Result<json::Value> parsed = json::Parse(ReadFile(SourcePath("tests/goldens/sigv4/presigned_v2.json")));
  SAGESPARK_CHECK(parsed.ok());
  std::vector<Presigned> goldens;
  for (const json::Value& item : *parsed->if_array()) {
    goldens.push_back({.name = *item.GetString("name"), .method = *item.GetString("method"), .target = *item.GetString("target"),
                       .signed_path = *item.GetString("signed_path")});
    if (const json::Value* type = item.Find("content_type"); type != nullptr) {
      goldens.back().headers.emplace_back("Content-Type", *type->if_string());
    }
  }
  return goldens;
}

TEST(PresignedV2Test, AcceptsWhatBotocoreSignedUntilItExpires) {
  ASSERT_EQ(Goldens().size(), 8u);
  for (const Presigned& golden : Goldens()) {
    SCOPED_TRACE(golden.name);
    EXPECT_OK(golden.Check());
    EXPECT_OK(golden.Check(kNow + std::chrono::seconds(3600)));
    EXPECT_THAT(golden.Check(kNow + std::chrono::seconds(3601)), HasCode("AccessDenied"));
  }
}

TEST(PresignedV2Test, RefusesAnyChange) {
  for (const Presigned& golden : Goldens()) {
    SCOPED_TRACE(golden.name);
    Presigned changed = golden;
    changed.method = "DELETE";
    EXPECT_THAT(changed.Check(), HasCode("SignatureDoesNotMatch"));
    changed = golden;
    changed.signed_path += "x";
    EXPECT_THAT(changed.Check(), HasCode("SignatureDoesNotMatch"));
    for (const char* parameter : {"&acl", "&x-amz-meta-n=1", "&response-content-encoding=x", "&versionId=null"}) {
      changed = golden;
      changed.target += parameter;
      EXPECT_THAT(changed.Check(), HasCode("SignatureDoesNotMatch")) << parameter;
    }
    changed = golden;
    changed.headers.emplace_back("X-Amz-Copy-Source", "other/key");
    EXPECT_THAT(changed.Check(), HasCode("SignatureDoesNotMatch"));
    changed = golden;
    changed.target.replace(changed.target.find("Expires=1440941760"), 18, "Expires=1440941761");
    EXPECT_THAT(changed.Check(), HasCode("SignatureDoesNotMatch"));
  }
}

TEST(PresignedV2Test, TakesSignedHeadersFromHeadersToo) {
  for (Presigned golden : Goldens()) {
    if (golden.name != "metadata") continue;
    golden.headers = {{"Content-Type", "a/b"}, {"X-Amz-Meta-M", " v 1"}};
    EXPECT_OK(golden.Check());
    golden.headers.front().second = "c/d";
    EXPECT_THAT(golden.Check(), HasCode("SignatureDoesNotMatch"));
    golden.headers.clear();  // The query says which type was signed, but only the header counts.
    EXPECT_THAT(golden.Check(), HasCode("SignatureDoesNotMatch"));
  }
}

TEST(PresignedV2Test, RefusesAnExpiryThatIsNoNumber) {
  const RequestView view{.method = "GET", .raw_path = "/", .raw_query = "AWSAccessKeyId=A&Signature=x&Expires=soon"};
  EXPECT_THAT(ParseAuthorization(view).status(), HasCode("AccessDenied"));
}

}  // namespace
}  // namespace sagespark::aws::sigv4
