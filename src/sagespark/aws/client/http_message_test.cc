#include "sagespark/aws/client/http_message.h"

#include "sagespark/testing/matchers.h"

namespace sagespark::aws {
namespace {

TEST(EndpointTest, ParsesSchemeHostPortAndPath) {
  EXPECT_THAT(ParseEndpoint("http://127.0.0.1:9000/"), HasValue(Endpoint{false, "127.0.0.1", 9000, ""}));
  EXPECT_THAT(ParseEndpoint("https://s3.example.org/base/x/"), HasValue(Endpoint{true, "s3.example.org", 443, "/base/x"}));
  EXPECT_THAT(ParseEndpoint("https://[::1]:8443"), HasValue(Endpoint{true, "::1", 8443, ""}));
}

TEST(EndpointTest, WritesTheHostHeaderWithoutTheUsualPort) {
  EXPECT_EQ((Endpoint{true, "s3.example.org", 443, ""}).HostHeader(), "s3.example.org");
  EXPECT_EQ((Endpoint{false, "s3.example.org", 443, ""}).HostHeader(), "s3.example.org:443");
  EXPECT_EQ((Endpoint{false, "::1", 80, ""}).HostHeader(), "[::1]");
}

TEST(EndpointTest, RejectsWhatIsNoEndpoint) {
  for (const char* url : {"", "127.0.0.1:9000", "ftp://host", "http://", "http://host:", "http://host:0",
                          "http://host:65536", "http://host:9x", "http://user@host", "http://host/?a=b"}) {
    SCOPED_TRACE(url);
    EXPECT_THAT(ParseEndpoint(url),
                IsError(ErrorKind::kInvalidArgument, testing::StartsWith("Endpoint URL is not of the form")));
  }
}

TEST(HttpHeadersTest, NamesCompareWithoutCase) {
  HttpHeaders headers{{"ETag", "a"}, {"X", "1"}};
  headers.Set("etag", "b");
  EXPECT_EQ(headers.Get("ETAG"), "b");
  EXPECT_EQ(headers.fields().size(), 2u);
  EXPECT_EQ(headers.Find("absent"), nullptr);
}

}  // namespace
}  // namespace sagespark::aws
