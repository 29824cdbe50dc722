#include "sagespark/source/line_split.h"

#include <algorithm>
#include <random>

#include "sagespark/testing/matchers.h"

namespace sagespark::source {
namespace {

/// One file in memory, whose reads give at most `most` bytes at a time and are counted.
class OneFile final : public io::FileSystem {
 public:
  OneFile(std::string text, size_t most) : text_(std::move(text)), most_(most) {}

  Result<std::unique_ptr<io::InputStream>> Open(const Uri&, int64_t offset, std::optional<int64_t> length) override {
    const std::string_view all = text_;
    const std::string_view range = all.substr(offset, length.value_or(all.npos));
    return std::make_unique<Stream>(range, *this);
  }
  Result<io::FileInfo> Stat(const Uri&) override { return NotFound("not here"); }
  Status List(const Uri&, const std::function<bool(const io::FileInfo&)>&,
              const std::function<bool(const std::string&)>&) override {
    return NotFound("not here");
  }
  Result<std::unique_ptr<io::OutputStream>> Create(const Uri&) override { return Unimplemented("read only"); }
  Status Commit(const io::PendingFile&) override { return Unimplemented("read only"); }
  Status Abort(const io::PendingFile&) override { return Unimplemented("read only"); }
  Status Delete(const Uri&) override { return Unimplemented("read only"); }

  int64_t bytes_read() const { return bytes_read_; }

 private:
  class Stream final : public io::InputStream {
   public:
    Stream(std::string_view left, OneFile& file) : left_(left), file_(file) {}
    Result<size_t> Read(std::span<char> buffer) override {
      const size_t count = std::min({buffer.size(), left_.size(), file_.most_});
      std::copy_n(left_.begin(), count, buffer.begin());
      left_.remove_prefix(count);
      file_.bytes_read_ += static_cast<int64_t>(count);
      return count;
    }

   private:
    std::string_view left_;
    OneFile& file_;
  };

  std::string text_;
  size_t most_;
  int64_t bytes_read_ = 0;
};

std::string ReadAllOf(const io::FileSystems& file_systems, const FileSplit& split) {
  const codec::ByteSource source = ReadLinesOf(file_systems, split);
  std::string text;
  char buffer[7];
  for (;;) {
    const Result<size_t> count = source(buffer);
    EXPECT_OK(count);
    if (!count.ok() || *count == 0) return text;
    text.append(buffer, *count);
  }
}

class LineSplitTest : public ::testing::Test {
 protected:
  void Use(const std::string& text, size_t most = 5) {
    size_ = static_cast<int64_t>(text.size());
    file_ = std::make_shared<OneFile>(text, most);
    file_systems_.Register("test", file_);
  }
  FileSplit Split(int64_t offset, int64_t length) const {
    return {.uri = {.scheme = "test", .path = "x"}, .offset = offset, .length = length, .file_size = size_};
  }

  int64_t size_ = 0;
  std::shared_ptr<OneFile> file_;
  io::FileSystems file_systems_;
};

TEST_F(LineSplitTest, GivesALineToTheSplitThatHoldsTheByteBeforeIt) {
  Use("ab\ncd\nef\n");
  EXPECT_EQ(ReadAllOf(file_systems_, Split(0, 3)), "ab\ncd\n");  // "cd" begins at the end of the split.
  EXPECT_EQ(ReadAllOf(file_systems_, Split(3, 3)), "ef\n");
  EXPECT_EQ(ReadAllOf(file_systems_, Split(6, 3)), "");
  EXPECT_EQ(ReadAllOf(file_systems_, Split(0, 2)), "ab\n");
  EXPECT_EQ(ReadAllOf(file_systems_, Split(2, 1)), "cd\n");
}

TEST_F(LineSplitTest, GivesEachLineOnceForEveryWayToCut) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    std::string text;
    for (int line = 0; line < 12; ++line) text += std::string(random() % 9, static_cast<char>('a' + line)) + "\n";
    if (round % 2 == 0) text.pop_back();  // The last line may go without its end.
    Use(text, 1 + random() % 8);
    const int64_t step = 1 + static_cast<int64_t>(random() % 20);
    std::string together;
    for (int64_t offset = 0; offset < size_; offset += step) {
      together += ReadAllOf(file_systems_, Split(offset, std::min(step, size_ - offset)));
    }
    ASSERT_EQ(together, text) << "cut at every " << step << " bytes";
  }
}

TEST_F(LineSplitTest, ReadsNoMoreThanItsRangeAndTheRestOfALine) {
  Use(std::string(1 << 20, 'x') + "\n" + std::string(1 << 20, 'y') + "\n", 4096);
  EXPECT_EQ(ReadAllOf(file_systems_, Split(0, 1000)).size(), (size_t{1} << 20) + 1);
  EXPECT_LE(file_->bytes_read(), (1 << 20) + 4096);
}

TEST_F(LineSplitTest, CountsTheLinesBeforeASplit) {
  Use("ab\ncd\nef\n");
  EXPECT_THAT(FirstLineOf(file_systems_, Split(0, 3)), HasValue(1));
  EXPECT_THAT(FirstLineOf(file_systems_, Split(2, 1)), HasValue(2));
  EXPECT_THAT(FirstLineOf(file_systems_, Split(3, 3)), HasValue(3));
}

TEST_F(LineSplitTest, TellsOfAFileThatBecameShorter) {
  Use("ab\n");
  FileSplit split = Split(0, 10);
  split.file_size = 10;
  const codec::ByteSource source = ReadLinesOf(file_systems_, split);
  char buffer[16];
  EXPECT_THAT(source(buffer), HasValue(3u));
  EXPECT_THAT(source(buffer), IsError(ErrorKind::kIo, ::testing::HasSubstr("shorter")));
}

}  // namespace
}  // namespace sagespark::source
