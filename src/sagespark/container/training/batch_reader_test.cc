#include "sagespark/container/training/batch_reader.h"

#include "sagespark/container/row_layout.h"
#include "sagespark/testing/temporary_folder.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::container {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

/// One row a byte: the byte's digit in both columns, or of '-' in three. '!' is an error.
class DigitDecoder final : public RowDecoder {
 public:
  explicit DigitDecoder(io::InputStream& stream) : stream_(stream) {}

  Result<bool> AppendTo(codec::RowBlock& block) override {
    char digit = 0;
    SAGESPARK_ASSIGN_OR_RETURN(const size_t count, stream_.Read({&digit, 1}));
    if (count == 0) return false;
    if (digit == '!') return CorruptData("No digit");
    const std::vector<float> row(digit == '-' ? 3 : 2, static_cast<float>(digit - '0'));
    SAGESPARK_RETURN_IF_ERROR(block.AppendDense(row));
    return true;
  }

 private:
  io::InputStream& stream_;
};

class BatchReaderTest : public testing::Test {
 protected:
  BatchReader Read(const std::vector<std::string>& files, int64_t batch_rows, CancellationToken cancellation = {}) {
    std::vector<std::string> paths;
    for (size_t i = 0; i < files.size(); ++i) paths.push_back(directory_.Write(std::to_string(i), files[i]).string());
    return BatchReader(*files_, paths,
                       {.rows = {.layout = RowLayout::kAsRead},
                        .batch_rows = batch_rows,
                        .make_decoder = [](io::InputStream& stream) { return std::make_unique<DigitDecoder>(stream); },
                        .cancellation = std::move(cancellation)});
  }

  /// The first columns of each batch.
  static Result<std::vector<std::vector<float>>> Drain(BatchReader& reader) {
    std::vector<std::vector<float>> batches;
    while (true) {
      SAGESPARK_ASSIGN_OR_RETURN(const codec::RowBlock* batch, reader.Next());
      if (batch == nullptr) return batches;
      auto& column = batches.emplace_back();
      for (int64_t row = 0; row < batch->num_rows(); ++row) column.push_back(batch->values()[static_cast<size_t>(2 * row)]);
    }
  }

  TemporaryFolder directory_;
  std::shared_ptr<io::FileSystem> files_ = io::MakeLocalFileSystem();
};

TEST_F(BatchReaderTest, FillsBatchesAcrossFiles) {
  auto reader = Read({"12", "", "345", "67"}, 3);
  EXPECT_THAT(Drain(reader), HasValue(ElementsAre(ElementsAre(1, 2, 3), ElementsAre(4, 5, 6), ElementsAre(7))));
}

TEST_F(BatchReaderTest, HasNoEmptyBatchBehindAFullOne) {
  auto reader = Read({"1234"}, 2);
  EXPECT_THAT(Drain(reader), HasValue(ElementsAre(ElementsAre(1, 2), ElementsAre(3, 4))));
}

TEST_F(BatchReaderTest, ReadsNothingFromNothing) {
  auto reader = Read({}, 2);
  EXPECT_THAT(Drain(reader), HasValue(ElementsAre()));
}

TEST_F(BatchReaderTest, NamesTheFileAndTheRowOfAnErrorAndRepeatsIt) {
  auto reader = Read({"12", "3!"}, 2);
  ASSERT_OK(reader.Next());
  const auto row_four = AllOf(HasSubstr("Cannot read row 4, file "), HasSubstr("/1: No digit"));
  EXPECT_THAT(reader.Next(), IsError(ErrorKind::kCorruptData, row_four));
  EXPECT_THAT(reader.Next(), IsError(ErrorKind::kCorruptData, row_four));
}

TEST_F(BatchReaderTest, HoldsEveryBatchToTheLengthOfTheFirstRow) {
  auto reader = Read({"12", "-"}, 2);
  ASSERT_OK(reader.Next());
  EXPECT_THAT(reader.Next(), IsError(ErrorKind::kCorruptData, HasSubstr("3 features, not 2")));
}

TEST_F(BatchReaderTest, NamesAFileThatIsGone) {
  BatchReader reader(*files_, {directory_.path() / "gone"}, {.rows = {}, .make_decoder = {}, .cancellation = {}});
  EXPECT_THAT(reader.Next(), IsError(ErrorKind::kNotFound, HasSubstr("gone")));
}

TEST_F(BatchReaderTest, StopsWhenCancelled) {
  CancellationSource source;
  auto reader = Read({"123456789"}, 1, source.token());
  ASSERT_OK(reader.Next());
  source.Cancel();
  EXPECT_THAT(Drain(reader), IsError(ErrorKind::kCancelled, testing::_));
}

TEST_F(BatchReaderTest, CanBeDestroyedBeforeItsEnd) {
  auto reader = Read({"123456789"}, 1);
  ASSERT_OK_AND_ASSIGN(const codec::RowBlock* batch, reader.Next());
  EXPECT_EQ(batch->num_rows(), 1);
}

}  // namespace
}  // namespace sagespark::container
