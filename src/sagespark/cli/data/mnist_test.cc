#include "sagespark/cli/data/mnist.h"

#include <fstream>
#include <string>

#include "sagespark/base/digest.h"
#include "sagespark/testing/matchers.h"
#include "sagespark/testing/temporary_folder.h"

namespace sagespark::cli {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class MnistTest : public testing::Test {
 protected:
  Result<int64_t> Convert() {
    auto out = files_->Create({.scheme = "file", .authority = {}, .path = (folder_ / "out").string()});
    if (!out.ok()) return std::move(out).error();
    SAGESPARK_ASSIGN_OR_RETURN(const int64_t count, WriteIdxAsLibSvm(folder_ / "images", folder_ / "labels", **out));
    SAGESPARK_RETURN_IF_ERROR((*out)->Close());
    return count;
  }

  TemporaryFolder folder_;
  std::shared_ptr<io::FileSystem> files_ = io::MakeLocalFileSystem();
};

/// Images of 1 x 3 pixels.
std::string Images(std::string_view pixels) {
  std::string bytes{0, 0, 8, 3, 0, 0, 0, static_cast<char>(pixels.size() / 3), 0, 0, 0, 1, 0, 0, 0, 3};
  return bytes.append(pixels);
}

std::string Labels(std::string_view labels) {
  std::string bytes{0, 0, 8, 1, 0, 0, 0, static_cast<char>(labels.size())};
  return bytes.append(labels);
}

TEST_F(MnistTest, WritesOneLineAnImageWithoutItsZeros) {
  folder_.Write("images", Images(std::string_view("\x00\x01\xff\x00\x00\x00\x02\x00\x0a", 9)));
  folder_.Write("labels", Labels(std::string_view("\x05\x00\x09", 3)));
  EXPECT_THAT(Convert(), HasValue(3));
  EXPECT_EQ(folder_.Read("out"), "5 2:1 3:255\n0\n9 1:2 3:10\n");
}

TEST_F(MnistTest, RefusesFilesOfDifferentLengths) {
  folder_.Write("images", Images("abcdef"));
  folder_.Write("labels", Labels("a"));
  EXPECT_THAT(Convert(), IsError(ErrorKind::kCorruptData, HasSubstr("2 images, 1 labels")));
  EXPECT_FALSE(fs::exists(folder_ / "out"));
}

TEST_F(MnistTest, ChecksTheSumsAndNamesTheFile) {
  EXPECT_THAT(CheckMnist(folder_.path()), IsError(ErrorKind::kNotFound, HasSubstr("train-images-idx3-ubyte")));
  folder_.Write("train-images-idx3-ubyte", Images("abc"));
  EXPECT_THAT(CheckMnist(folder_.path()),
              IsError(ErrorKind::kCorruptData, testing::AllOf(HasSubstr("train-images-idx3-ubyte"),
                                                              HasSubstr("6bbc9ace898e44ae57da46a324031adb"))));
}

/// The whole data set, where it is at hand. The sums are of the lines that numpy and Python write; see
/// tests/goldens/mnist_libsvm.py.
TEST_F(MnistTest, WritesTheWholeSetAsNumpyDoes) {
  const char* source = std::getenv("SAGESPARK_MNIST_DIR");
  if (source == nullptr) GTEST_SKIP() << "SAGESPARK_MNIST_DIR is not set";
  ASSERT_OK(CheckMnist(source));
  EXPECT_THAT(WriteMnist(source, *files_, {.scheme = "file", .authority = {}, .path = folder_.path().string()}), HasValue(70000));
  EXPECT_EQ(Sha256Hex(folder_.Read("train/mnist_train.libsvm")), "c42b75fcb54dda11d97af9bd6e3950b41c93b4f44eeb9608aa115f79a5979e88");
  EXPECT_EQ(Sha256Hex(folder_.Read("test/mnist_test.libsvm")), "31ffc3cfb1824d0994d57172bb8ca68882e578859e1ee1bd9fc1f2f15bfd06a2");
}

}  // namespace
}  // namespace sagespark::cli
