#include "sagespark/server/jobs/channel_data.h"

#include "sagespark/server/testing/folder_objects.h"
#include "sagespark/server/testing/temporary_folder.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::server {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class ChannelDataTest : public ::testing::Test {
 protected:
  Status LayOut(const std::string& uri, const std::string& distribution = "FullyReplicated") {
    aws::sagemaker::Channel channel{.channel_name = "train"};
    channel.data_source.s3_data_source = {.s3_data_type = "S3Prefix", .s3_uri = uri, .s3_data_distribution_type = distribution};
    return LayOutChannel(channel, "arn:role", "us-east-1", {temporary_ / "h1", temporary_ / "h2"}, objects_, cancellation_.token());
  }

  std::vector<std::string> FilesOf(const std::string& host) {
    std::vector<std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(temporary_ / host)) {
      if (entry.is_regular_file()) files.push_back(entry.path().lexically_relative(temporary_ / host).string());
    }
    return files;
  }

  testing::TemporaryFolder temporary_;
  testing::FolderObjects objects_{temporary_ / "objects"};
  CancellationSource cancellation_;
};

TEST_F(ChannelDataTest, PlacesObjectsRelativeToThePrefix) {
  const struct { const char* prefix; const char* key; const char* path; } cases[] = {
      {"a/b", "a/b/c/d", "c/d"}, {"a/b/", "a/b/c", "c"}, {"a/b", "a/bc/d", "bc/d"}, {"a/b.csv", "a/b.csv", "b.csv"},
      {"", "x/y", "x/y"},        {"x", "xy", "xy"},       {"part-", "part-0", "part-0"},
  };
  for (const auto& test_case : cases) {
    SCOPED_TRACE(test_case.prefix);
    EXPECT_THAT(PathInChannel(test_case.prefix, test_case.key), HasValue(fs::path(test_case.path)));
  }
  for (const char* key : {"a/../x", "a//x", "a/./x"}) {
    EXPECT_THAT(PathInChannel("a/", key), IsError(ErrorKind::kInvalidArgument, HasSubstr(key)));
  }
}

TEST_F(ChannelDataTest, ReplicatesOrShardsOverTheHosts) {
  for (const char* name : {"0", "1", "2"}) objects_.Put(std::string("b/p/") + name, name);
  ASSERT_OK(LayOut("s3://b/p"));
  EXPECT_THAT(FilesOf("h1"), UnorderedElementsAre("0", "1", "2"));
  EXPECT_THAT(FilesOf("h2"), UnorderedElementsAre("0", "1", "2"));
  fs::remove_all(temporary_ / "h1");
  fs::remove_all(temporary_ / "h2");
  ASSERT_OK(LayOut("s3://b/p", "ShardedByS3Key"));
  EXPECT_THAT(FilesOf("h1"), UnorderedElementsAre("0", "2"));
  EXPECT_THAT(FilesOf("h2"), UnorderedElementsAre("1"));
}

TEST_F(ChannelDataTest, SaysInAwsWordsThatNothingIsThere) {
  objects_.Put("b/p", "");
  for (const char* uri : {"s3://b/q", "s3://nobucket/q"}) {
    EXPECT_THAT(LayOut(uri), IsError(ErrorKind::kNotFound,
                                     ::testing::AllOf(HasSubstr(std::string("ClientError: Data download failed:Failed to download data. "
                                                                            "No S3 objects found under S3 URL \"") + uri),
                                                      HasSubstr("arn:role"))));
  }
}

TEST_F(ChannelDataTest, StopsWhenCancelled) {
  objects_.Put("b/p", "");
  cancellation_.Cancel();
  EXPECT_THAT(LayOut("s3://b/p"), IsError(ErrorKind::kCancelled, ::testing::_));
}

}  // namespace
}  // namespace sagespark::server
