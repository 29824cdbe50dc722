#include "sagespark/base/uri.h"

#include "sagespark/testing/matchers.h"

namespace sagespark {
namespace {

TEST(UriTest, S3SchemesMeanTheSame) {
  for (const char* text : {"s3://bucket/a/b", "s3a://bucket/a/b", "S3N://bucket/a/b"}) {
    SCOPED_TRACE(text);
    EXPECT_THAT(ParseUri(text), HasValue(Uri{"s3", "bucket", "a/b"}));
  }
}

TEST(UriTest, KeepsKeysAsTheyAreWritten) {
  EXPECT_THAT(ParseUri("s3://bucket/a%20b/ c//d"), HasValue(Uri{"s3", "bucket", "a%20b/ c//d"}));
  EXPECT_THAT(ParseUri("s3://bucket"), HasValue(Uri{"s3", "bucket", ""}));
}

TEST(UriTest, ABarePathIsAFile) {
  EXPECT_THAT(ParseUri("relative/x"), HasValue(Uri{"file", "", "relative/x"}));
  EXPECT_THAT(ParseUri("file:///tmp/x"), HasValue(Uri{"file", "", "/tmp/x"}));
  EXPECT_THAT(ParseUri("file:/tmp/x"), HasValue(Uri{"file", "", "/tmp/x"}));
}

TEST(UriTest, RejectsAnS3UriWithoutABucket) {
  EXPECT_THAT(ParseUri("s3:///key"),
              IsError(ErrorKind::kInvalidArgument, "URI names no bucket: \"s3:///key\""));
  EXPECT_THAT(ParseUri(""), IsError(ErrorKind::kInvalidArgument, "Path is empty"));
}

TEST(PercentEncodeTest, KeepsUnreservedBytesOnly) {
  EXPECT_EQ(PercentEncode("a b/c~\xC3\xA9"), "a%20b%2Fc~%C3%A9");
  EXPECT_EQ(PercentEncode("a b/c", /*keep_slash=*/true), "a%20b/c");
}

TEST(PercentEncodeTest, DecodesWhatItEncoded) {
  EXPECT_THAT(PercentDecode("a%20b%2fc+"), HasValue(std::string("a b/c+")));
  EXPECT_THAT(PercentDecode("%4"), IsError(ErrorKind::kCorruptData, "Percent escape is broken at byte 0"));
  EXPECT_THAT(PercentDecode("x%zz"), IsError(ErrorKind::kCorruptData, "Percent escape is broken at byte 1"));
}

}  // namespace
}  // namespace sagespark
