#include "sagespark/server/jobs/checkpoints.h"

#include "sagespark/server/testing/folder_objects.h"
#include "sagespark/testing/temporary_folder.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::server {
namespace {

namespace fs = std::filesystem;

class CheckpointsTest : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directories(objects_.folder() / "b"); }

  Checkpoints Make(const std::string& path = "runs/1") { return {{.scheme = "s3", .authority = "b", .path = path}, folder_, objects_}; }

  void Write(const std::string& name, const std::string& text) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
    // Written a minute ago: not fresh.
    fs::last_write_time(folder_ / name, fs::file_time_type::clock::now() - std::chrono::seconds(60 - ++writes_));
  }

  std::string Stored(const std::string& key) { return ReadFile(objects_.folder() / "b" / key); }

  TemporaryFolder temporary_;
  const fs::path folder_ = temporary_ / "checkpoints";
  testing::FolderObjects objects_{temporary_ / "objects"};
  int writes_ = 0;
};

TEST_F(CheckpointsTest, BringsBackWhatAnEarlierRunStored) {
  objects_.Put("b/runs/1/epoch-1", "one");
  objects_.Put("b/runs/1/deep/x", "x");
  objects_.Put("b/runs/11/epoch-1", "another job's");
  Checkpoints checkpoints = Make();
  ASSERT_OK(checkpoints.Restore({}));
  EXPECT_EQ(ReadFile(folder_ / "epoch-1"), "one");
  EXPECT_EQ(ReadFile(folder_ / "deep/x"), "x");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 2);
}

TEST_F(CheckpointsTest, StoresNewAndChangedFilesWhileTheContainerRuns) {
  Checkpoints checkpoints = Make("runs/1/");
  ASSERT_OK(checkpoints.Restore({}));
  checkpoints.Start(milliseconds(1));
  Write("deep/a", "1");
  const Deadline deadline = Deadline::After(std::chrono::seconds(60));
  while (Stored("runs/1/deep/a") != "1" && !deadline.passed()) std::this_thread::yield();
  EXPECT_EQ(Stored("runs/1/deep/a"), "1");
  Write("deep/a", "2");
  while (Stored("runs/1/deep/a") != "2" && !deadline.passed()) std::this_thread::yield();
  EXPECT_EQ(Stored("runs/1/deep/a"), "2");
}

TEST_F(CheckpointsTest, StoresWhatIsLeftAtTheEndAndNothingTwice) {
  objects_.Put("b/runs/1/old", "old");
  Checkpoints checkpoints = Make();
  ASSERT_OK(checkpoints.Restore({}));
  fs::remove(objects_.folder() / "b/runs/1/old");
  std::ofstream(folder_ / "fresh") << "just now";
  ASSERT_OK(checkpoints.Finish());
  EXPECT_EQ(Stored("runs/1/fresh"), "just now");
  EXPECT_FALSE(objects_.Has("b/runs/1/old"));  // Unchanged since it came.
}

TEST_F(CheckpointsTest, SaysThatTheBucketIsMissing) {
  Checkpoints checkpoints({.scheme = "s3", .authority = "none", .path = "x"}, folder_, objects_);
  EXPECT_THAT(checkpoints.Restore({}), IsError(ErrorKind::kNotFound, ::testing::HasSubstr("none")));
}

}  // namespace
}  // namespace sagespark::server
