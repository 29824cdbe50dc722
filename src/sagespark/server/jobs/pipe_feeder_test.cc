#include "sagespark/server/jobs/pipe_feeder.h"

#include <algorithm>
#include <future>

#include "sagespark/codec/recordio.h"
#include "sagespark/server/testing/folder_objects.h"
#include "sagespark/testing/temporary_folder.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::server {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class PipeFeederTest : public ::testing::Test {
 protected:
  void SetUp() override {
    channel_.data_source.s3_data_source = {.s3_data_type = "S3Prefix", .s3_uri = "s3://b/in/", .s3_data_distribution_type = "FullyReplicated"};
  }

  void Start(size_t host = 0, size_t hosts = 1) {
    auto feeder = PipeFeeder::Start({.channel = channel_, .host = host, .hosts = hosts, .pipe = temporary_ / "train", .scratch = temporary_ / "spool"},
                                    objects_, [this](const Error& error) { error_.set_value(error.message()); });
    ASSERT_OK(feeder);
    feeder_ = *std::move(feeder);
  }

  /// All that the pipe of an epoch gives.
  std::string Read(int epoch) { return ReadFile(temporary_ / ("train_" + std::to_string(epoch))); }

  TemporaryFolder temporary_;
  testing::FolderObjects objects_{temporary_ / "objects"};
  aws::sagemaker::Channel channel_{.channel_name = "train"};
  std::promise<std::string> error_;
  std::unique_ptr<PipeFeeder> feeder_;
};

TEST_F(PipeFeederTest, EachEpochGivesAllObjectsOneBehindTheOther) {
  const std::string large(1 << 20, 'x');
  objects_.Put("b/in/0", "zero,");
  objects_.Put("b/in/1", large);
  objects_.Put("b/in/2", "two");
  Start();
  for (int epoch = 0; epoch < 3; ++epoch) EXPECT_EQ(Read(epoch), "zero," + large + "two");
}

TEST_F(PipeFeederTest, AReaderMayCloseAPipeEarly) {
  objects_.Put("b/in/0", std::string(1 << 20, 'x'));
  Start();
  char first = 0;
  std::ifstream(temporary_ / "train_0").get(first);
  EXPECT_EQ(first, 'x');
  EXPECT_EQ(Read(1).size(), 1u << 20);
}

TEST_F(PipeFeederTest, ObjectsAreShardedOverTheHosts) {
  for (const char* name : {"0", "1", "2", "3", "4"}) objects_.Put(std::string("b/in/") + name, name);
  channel_.data_source.s3_data_source->s3_data_distribution_type = "ShardedByS3Key";
  Start(1, 2);
  EXPECT_EQ(Read(0), "13");
}

TEST_F(PipeFeederTest, AShuffledChannelHasAnOrderOfItsOwnInEachEpoch) {
  for (char name = 'a'; name <= 'p'; ++name) objects_.Put(std::string("b/in/") + name, std::string(1, name));
  channel_.shuffle_config = {.seed = 7};
  std::vector<std::string> orders;
  for (int run = 0; run < 2; ++run) {
    Start();
    for (int epoch = 0; epoch < 2; ++epoch) orders.push_back(Read(epoch));
    feeder_.reset();
    fs::remove(temporary_ / "train_2");
  }
  EXPECT_NE(orders[0], orders[1]);
  EXPECT_EQ(orders[0], orders[2]);
  EXPECT_EQ(orders[1], orders[3]);
  for (std::string order : orders) {
    std::sort(order.begin(), order.end());
    EXPECT_EQ(order, "abcdefghijklmnop");
  }
}

TEST_F(PipeFeederTest, UnpacksAndWrapsObjects) {
  // printf 'hello\n' | gzip -n9
  objects_.Put("b/in/0", std::string("\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\xe7\x02\x00\x20\x30\x3a\x36\x06\x00\x00\x00", 26));
  channel_.compression_type = "Gzip";
  Start();
  EXPECT_EQ(Read(0), "hello\n");
  feeder_.reset();
  channel_.record_wrapper_type = "RecordIO";
  fs::remove(temporary_ / "train_1");
  Start();
  std::string frame;
  ASSERT_OK(codec::AppendRecordIoFrame("hello\n", frame));
  EXPECT_EQ(Read(0), frame);
}

TEST_F(PipeFeederTest, DataThatCannotBeReadIsAnError) {
  objects_.Put("b/in/0", "no gzip");
  channel_.compression_type = "Gzip";
  Start();
  EXPECT_EQ(Read(0), "");
  EXPECT_THAT(error_.get_future().get(), ::testing::AllOf(HasSubstr("ClientError: Data download failed:"), HasSubstr("s3://b/in/0")));
}

TEST_F(PipeFeederTest, EndsThoughNobodyReads) {
  objects_.Put("b/in/0", std::string(1 << 20, 'x'));
  Start();
  feeder_.reset();
  EXPECT_TRUE(fs::exists(temporary_ / "train_0"));
}

}  // namespace
}  // namespace sagespark::server
