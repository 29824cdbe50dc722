#include "sagespark/server/s3/s3_request.h"

#include "sagespark/testing/matchers.h"

namespace sagespark::server {
namespace {

std::string CodeOf(const Status& status) { return status.ok() ? "" : status.error().code(); }

http::Request RequestOf(const std::string& path, http::Headers headers = {}) {
  http::Request request;
  request.path = path;
  request.headers = std::move(headers);
  return request;
}

TEST(S3RequestTest, FindsBucketAndKeyInPathOrHost) {
  const struct { const char* host; const char* path; const char* bucket; const char* key; } cases[] = {
      {"127.0.0.1:80", "/", "", ""},           {"127.0.0.1:80", "/b", "b", ""},         {"127.0.0.1:80", "/b/", "b", ""},
      {"127.0.0.1:80", "/b/k/x", "b", "k/x"},  {"127.0.0.1:80", "/b//k", "b", "/k"},    {"b.localhost:80", "/k", "b", "k"},
      {"s3.localhost", "/b/k", "b", "k"},      {"b.s3.eu-west-1.amazonaws.com", "/k/", "b", "k/"}, {"a.b.s3.x", "/", "a.b", ""}};
  for (const auto& test_case : cases) {
    SCOPED_TRACE(std::string(test_case.host) + test_case.path);
    ASSERT_OK_AND_ASSIGN(const S3Address address, AddressOf(RequestOf(test_case.path, {{"Host", test_case.host}})));
    EXPECT_EQ(address.bucket, test_case.bucket);
    EXPECT_EQ(address.key, test_case.key);
  }
  EXPECT_EQ(CodeOf(AddressOf(RequestOf("/b/" + std::string(1024, 'k'))).status()), "");
  EXPECT_EQ(CodeOf(AddressOf(RequestOf("/b/" + std::string(1025, 'k'))).status()), "KeyTooLongError");
  EXPECT_EQ(CodeOf(AddressOf(RequestOf("/b/\xff")).status()), "InvalidURI");
}

TEST(S3RequestTest, ChecksBucketNames) {
  for (const std::string& name : {std::string("abc"), std::string("a.b-c"), std::string("1a2"), std::string(63, 'a')}) {
    EXPECT_THAT(CheckBucketName(name), IsOk()) << name;
  }
  for (const std::string& name : {std::string("ab"), std::string(64, 'a'), std::string("Abc"), std::string("a_b"), std::string("-ab"), std::string("ab."),
                                  std::string("a..b"), std::string("1.2.3.4"), std::string("../x")}) {
    EXPECT_EQ(CodeOf(CheckBucketName(name)), "InvalidBucketName") << name;
  }
}

TEST(S3RequestTest, AppliesRanges) {
  const struct { const char* header; uint64_t size; const char* range; } cases[] = {
      {"bytes=0-0", 10, "0-1"},   {"bytes=2-", 10, "2-10"},   {"bytes=2-99", 10, "2-10"},     {"bytes=-3", 10, "7-10"},
      {"bytes=-30", 10, "0-10"},  {"", 10, "none"},           {"bytes=3-2", 10, "none"},      {"bytes=0-1,3-4", 10, "none"},
      {"items=0-1", 10, "none"},  {"bytes=x-", 10, "none"},   {"bytes=10-", 10, "InvalidRange"}, {"bytes=-0", 10, "InvalidRange"},
      {"bytes=0-", 0, "InvalidRange"}, {"bytes=0-5", 0, "InvalidRange"}, {"bytes=-1", 0, "InvalidRange"}};
  for (const auto& test_case : cases) {
    const auto range = RangeOf(test_case.header, test_case.size);
    const std::string text = !range.ok()  ? range.error().code()
                             : !*range    ? "none"
                                          : std::to_string((*range)->begin) + "-" + std::to_string((*range)->end);
    EXPECT_EQ(text, test_case.range) << test_case.header << " of " << test_case.size;
  }
}

TEST(S3RequestTest, AppliesRangesOfCopies) {
  const struct { const char* header; const char* range; } cases[] = {
      {"bytes=0-0", "0-1"},           {"bytes=2-9", "2-10"},           {"bytes=2-10", "InvalidRange"},  {"bytes=2-", "InvalidArgument"},
      {"bytes=-3", "InvalidArgument"}, {"bytes=3-2", "InvalidArgument"}, {"3-4", "InvalidArgument"},      {"bytes=0-1,3-4", "InvalidArgument"},
      {"", "InvalidArgument"}};
  for (const auto& test_case : cases) {
    const auto range = CopyRangeOf(RequestOf("/", {{"x-amz-copy-source-range", test_case.header}}), 10);
    EXPECT_EQ(range.ok() ? std::to_string(range->begin) + "-" + std::to_string(range->end) : range.error().code(), test_case.range)
        << test_case.header;
  }
  ASSERT_OK_AND_ASSIGN(const ByteRange all, CopyRangeOf(RequestOf("/"), 10));
  EXPECT_EQ(all.begin, 0u);
  EXPECT_EQ(all.end, 10u);
}

TEST(S3RequestTest, ReadConditionsFollowRfc9110) {
  const ObjectInfo info{.etag = "e1", .modified_ms = 784'111'777'500};  // Sun, 06 Nov 1994 08:49:37 GMT.
  const std::string same = "Sun, 06 Nov 1994 08:49:37 GMT", before = "Sun, 06 Nov 1994 08:49:36 GMT";
  const struct { http::Headers headers; const char* code; } cases[] = {
      {{}, ""},
      {{{"If-Match", "\"e1\""}}, ""},
      {{{"If-Match", "\"e0\", \"e1\""}}, ""},
      {{{"If-Match", "*"}}, ""},
      {{{"If-Match", "\"e2\""}}, "PreconditionFailed"},
      {{{"If-None-Match", "\"e1\""}}, "NotModified"},
      {{{"If-None-Match", "\"e2\""}}, ""},
      {{{"If-Modified-Since", same}}, "NotModified"},
      {{{"If-Modified-Since", before}}, ""},
      {{{"If-Unmodified-Since", same}}, ""},
      {{{"If-Unmodified-Since", before}}, "PreconditionFailed"},
      {{{"If-Match", "\"e1\""}, {"If-Unmodified-Since", before}}, ""},
      {{{"If-None-Match", "\"e2\""}, {"If-Modified-Since", same}}, ""}};
  for (size_t i = 0; i < std::size(cases); ++i) {
    EXPECT_EQ(CodeOf(CheckReadConditions(RequestOf("/", cases[i].headers), info)), cases[i].code) << i;
  }
}

TEST(S3RequestTest, KeepsMetadataAndRefusesWhatIsNotOffered) {
  ASSERT_OK_AND_ASSIGN(const ObjectAttributes kept,
                       AttributesOf(RequestOf("/", {{"Content-Type", "a/b"}, {"X-Amz-Meta-Who", "me"}, {"Content-Encoding", "aws-chunked,gzip"}, {"Accept", "x"}})));
  EXPECT_THAT(kept.headers, ::testing::ElementsAre(::testing::Pair("content-encoding", "gzip"), ::testing::Pair("content-type", "a/b"),
                                                   ::testing::Pair("x-amz-meta-who", "me")));
  EXPECT_EQ(CodeOf(AttributesOf(RequestOf("/", {{"x-amz-server-side-encryption", "aws:kms"}})).status()), "NotImplemented");
  for (const auto& [name, value] : http::Headers{{"x-amz-acl", "public-read"}, {"x-amz-storage-class", "GLACIER"}, {"x-amz-grant-read", "x"}}) {
    EXPECT_EQ(CodeOf(AttributesOf(RequestOf("/", {{name, value}})).status()), "NotImplemented") << name;
  }
  EXPECT_THAT(AttributesOf(RequestOf("/", {{"x-amz-acl", "private"}, {"x-amz-storage-class", "STANDARD"}, {"x-amz-tagging-directive", "COPY"}})).status(), IsOk());
  EXPECT_EQ(CodeOf(AttributesOf(RequestOf("/", {{"x-amz-meta-a", std::string(2048, 'x')}})).status()), "MetadataTooLarge");
}

}  // namespace
}  // namespace sagespark::server
