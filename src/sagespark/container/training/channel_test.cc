#include "sagespark/container/training/channel.h"

#include "sagespark/testing/temporary_folder.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::container {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ChannelTest : public testing::Test {
 protected:
  Channel Open(InputMode mode) const {
    return Channel({.name = "train", .content_type = {}, .input_mode = mode}, directory_.path() / "train",
                   io::MakeLocalFileSystem());
  }
  std::string Path(std::string_view name) const { return (directory_.path() / name).string(); }

  TemporaryFolder directory_;
};

TEST_F(ChannelTest, ListsItsFilesInByteOrderAndLeavesEmptyOnesOut) {
  for (const char* name : {"train/b", "train/a/z", "train/a.csv", "train/.hidden", "train/B"}) directory_.Write(name, "x");
  directory_.Write("train/_SUCCESS", "");
  directory_.Write("other/c", "x");
  EXPECT_THAT(Open(InputMode::kFile).Files(3),
              HasValue(ElementsAre(Path("train/.hidden"), Path("train/B"), Path("train/a.csv"), Path("train/a/z"),
                                   Path("train/b"))));
}

TEST_F(ChannelTest, SaysWhenThereIsNothingToRead) {
  EXPECT_THAT(Open(InputMode::kFile).Files(0), IsError(ErrorKind::kNotFound, HasSubstr("train")));
  directory_.Write("train/_SUCCESS", "");
  EXPECT_THAT(Open(InputMode::kFile).Files(0), IsError(ErrorKind::kInvalidArgument, "Channel has no data: \"train\""));
}

TEST_F(ChannelTest, HasOnePipeAnEpoch) {
  EXPECT_THAT(Open(InputMode::kPipe).Files(2), HasValue(ElementsAre(Path("train_2"))));
}

}  // namespace
}  // namespace sagespark::container
