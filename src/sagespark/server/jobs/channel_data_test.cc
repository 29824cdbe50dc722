#include "sagespark/server/jobs/channel_data.h"

#include <map>
#include <optional>
#include <set>

#include "sagespark/server/jobs/input_objects.h"
#include "sagespark/server/testing/folder_objects.h"
#include "sagespark/testing/temporary_folder.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::server {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class ChannelDataTest : public ::testing::Test {
 protected:
  Status LayOut(const std::string& uri, const std::string& distribution = "FullyReplicated", const std::string& type = "S3Prefix") {
    aws::sagemaker::Channel channel{.channel_name = "train"};
    channel.shuffle_config = shuffle_;
    channel.data_source.s3_data_source = {.s3_data_type = type, .s3_uri = uri, .s3_data_distribution_type = distribution};
    return LayOutChannel(channel, "arn:role", "us-east-1", {temporary_ / "h1", temporary_ / "h2"}, use_, objects_, cancellation_.token());
  }

  std::vector<std::string> FilesOf(const std::string& host) {
    std::vector<std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(temporary_ / host)) {
      if (entry.is_regular_file()) files.push_back(entry.path().lexically_relative(temporary_ / host).string());
    }
    return files;
  }

  TemporaryFolder temporary_;
  testing::FolderObjects objects_{temporary_ / "objects"};
  CancellationSource cancellation_;
  FileUse use_ = FileUse::kWritable;
  std::optional<aws::sagemaker::ShuffleConfig> shuffle_;
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

TEST_F(ChannelDataTest, AShuffledChannelIsShardedByItsSeed) {
  for (int i = 0; i < 20; ++i) objects_.Put("b/p/" + std::to_string(i), "");
  std::map<int64_t, std::set<std::string>> shards;
  for (const int64_t seed : {1, 2, 1}) {
    fs::remove_all(temporary_ / "h1");
    fs::remove_all(temporary_ / "h2");
    shuffle_ = {.seed = seed};
    ASSERT_OK(LayOut("s3://b/p", "ShardedByS3Key"));
    const auto files = FilesOf("h1");
    const std::set<std::string> shard(files.begin(), files.end());
    EXPECT_EQ(shard.size(), 10u);
    EXPECT_EQ(FilesOf("h2").size(), 10u);
    const auto [seen, is_new] = shards.try_emplace(seed, shard);
    EXPECT_EQ(seen->second, shard);
  }
  EXPECT_NE(shards[1], shards[2]);
}

TEST_F(ChannelDataTest, FilesThatAreOnlyReadAreTheStoresOwn) {
  objects_.Put("b/p", "x");
  ASSERT_OK(LayOut("s3://b/p"));
  EXPECT_EQ(fs::hard_link_count(temporary_ / "h1/p"), 1u);
  fs::remove(temporary_ / "h1/p");
  fs::remove(temporary_ / "h2/p");
  use_ = FileUse::kReadOnly;
  ASSERT_OK(LayOut("s3://b/p"));
  EXPECT_EQ(fs::hard_link_count(temporary_ / "h1/p"), 3u);
}

TEST_F(ChannelDataTest, AManifestNamesItsObjects) {
  for (const char* name : {"p/0", "p/deep/1", "p/2", "q/3"}) objects_.Put(std::string("b/") + name, name);
  objects_.Put("m/manifest", R"([{"prefix": "s3://b/p/"}, "2", "deep/1", "0"])");
  ASSERT_OK(LayOut("s3://m/manifest", "FullyReplicated", "ManifestFile"));
  EXPECT_THAT(FilesOf("h1"), UnorderedElementsAre("0", "deep/1", "2"));
  fs::remove_all(temporary_ / "h1");
  fs::remove_all(temporary_ / "h2");
  ASSERT_OK(LayOut("s3://m/manifest", "ShardedByS3Key", "ManifestFile"));
  EXPECT_THAT(FilesOf("h1"), UnorderedElementsAre("2", "0"));
  EXPECT_THAT(FilesOf("h2"), UnorderedElementsAre("deep/1"));
}

TEST_F(ChannelDataTest, ABrokenManifestIsNamed) {
  const struct { const char* manifest; const char* message; } cases[] = {
      {"no json", "begins with {\"prefix\""},
      {R"(["a"])", "begins with {\"prefix\""},
      {R"([{"prefix": "http://b/"}, "a"])", "no s3:// URI: http://b/"},
      {R"([{"prefix": "s3://b/"}])", "names no object"},
      {R"([{"prefix": "s3://b/"}, 5])", "entry 1 is no text"},
      {R"([{"prefix": "s3://b/p/"}, "../0"])", "no path: p/../0"},
      {R"([{"prefix": "s3://b/p/"}, "none"])", "No such S3 object: s3://b/p/none"},
      {R"([{"prefix": "s3://b/p/"}, "0", "0"])", "comes twice: p/0"},
  };
  objects_.Put("b/p/0", "");
  for (const auto& test_case : cases) {
    SCOPED_TRACE(test_case.manifest);
    fs::remove_all(temporary_ / "h1");
    fs::remove_all(temporary_ / "h2");
    objects_.Put("m/manifest", test_case.manifest);
    const Status laid_out = LayOut("s3://m/manifest", "FullyReplicated", "ManifestFile");
    ASSERT_FALSE(laid_out.ok());
    EXPECT_THAT(laid_out.error().message(), ::testing::AllOf(HasSubstr("ClientError: Data download failed:"), HasSubstr(test_case.message)));
  }
  EXPECT_THAT(LayOut("s3://m/none", "FullyReplicated", "ManifestFile"), IsError(ErrorKind::kInvalidArgument, HasSubstr("s3://m/none")));
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
