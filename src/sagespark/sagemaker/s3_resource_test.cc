#include "sagespark/sagemaker/s3_resource.h"

#include "sagespark/base/exception.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::sagemaker {
namespace {

using testing::HasSubstr;
using testing::Property;
using testing::Throws;

TEST(S3DataPathTest, ReadsUrisOfEveryS3Scheme) {
  const S3DataPath expected{.bucket = "bucket", .objectPath = "a/b.tar.gz"};
  for (const char* uri : {"s3://bucket/a/b.tar.gz", "s3a://bucket/a/b.tar.gz", "s3n://bucket/a/b.tar.gz"}) {
    EXPECT_EQ(S3DataPath::fromS3URI(uri), expected) << uri;
  }
  EXPECT_EQ(expected.toS3UriString(), "s3://bucket/a/b.tar.gz");
}

TEST(S3DataPathTest, RefusesWhatIsNoS3Uri) {
  for (const char* uri : {"/tmp/x", "file:///tmp/x", "https://bucket/x", "s3:///x", ""}) {
    EXPECT_THROW(S3DataPath::fromS3URI(uri), Exception) << uri;
  }
}

}  // namespace
}  // namespace sagespark::sagemaker
