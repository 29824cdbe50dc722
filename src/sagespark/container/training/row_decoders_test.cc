#include "sagespark/container/training/row_decoders.h"

#include <cstring>

#include "sagespark/codec/record_encoder.h"
#include "sagespark/codec/recordio.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::container {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class MemoryStream final : public io::InputStream {
 public:
  explicit MemoryStream(std::string_view bytes) : bytes_(bytes) {}

  Result<size_t> Read(std::span<char> buffer) override {
    const size_t count = std::min(buffer.size(), bytes_.size());
    std::memcpy(buffer.data(), bytes_.data(), count);
    bytes_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view bytes_;
};

Result<codec::RowBlock> Block(const MediaType& content_type, std::string_view bytes, codec::RowBlock::Options options) {
  MemoryStream stream(bytes);
  SAGESPARK_ASSIGN_OR_RETURN(const MakeRowDecoder make,
                             RowDecoderFor({.name = "train", .content_type = content_type}, options.labels));
  const auto decoder = make(stream);
  codec::RowBlock block(options);
  while (true) {
    SAGESPARK_ASSIGN_OR_RETURN(const bool found, decoder->AppendTo(block));
    if (!found) return block;
  }
}

/// All rows of two features.
Result<std::vector<std::vector<float>>> Rows(const MediaType& content_type, std::string_view bytes) {
  SAGESPARK_ASSIGN_OR_RETURN(const codec::RowBlock block, Block(content_type, bytes, {.num_columns = 2}));
  std::vector<std::vector<float>> rows;
  for (auto at = block.values().begin(); at != block.values().end(); at += 2) rows.emplace_back(at, at + 2);
  return rows;
}

Result<std::vector<std::vector<float>>> RecordIoRows(std::string_view bytes) {
  return Rows({.type = std::string(kRecordIoProtobuf), .parameters = {}}, bytes);
}

/// Frames of a dense and a sparse row.
std::string TwoRecords() {
  std::string bytes;
  codec::RecordEncoder encoder;
  const std::vector<double> dense = {1.5, -2};
  const std::vector<double> sparse = {7};
  const std::vector<int32_t> indices = {1};
  SAGESPARK_CHECK(encoder.Append({.size = 2, .indices = {}, .values = dense}, 3.0, bytes).ok());
  SAGESPARK_CHECK(
      encoder.Append({.is_sparse = true, .size = 2, .indices = indices, .values = sparse}, std::nullopt, bytes).ok());
  return bytes;
}

TEST(RecordIoRowDecoderTest, ReadsDenseAndSparseRecordsAsDenseRows) {
  EXPECT_THAT(RecordIoRows(TwoRecords()), HasValue(ElementsAre(ElementsAre(1.5, -2), ElementsAre(0, 7))));
  EXPECT_THAT(RecordIoRows(""), HasValue(ElementsAre()));
}

TEST(RecordIoRowDecoderTest, NamesTheByteOfABrokenFrameAndTheLengthsOfAnotherRow) {
  const std::string records = TwoRecords();
  EXPECT_THAT(RecordIoRows(records.substr(0, records.size() - 1)),
              IsError(ErrorKind::kCorruptData, testing::ContainsRegex("cut record at byte [1-9]")));
  EXPECT_THAT(RecordIoRows("definitely no RecordIO"),
              IsError(ErrorKind::kCorruptData, HasSubstr("wrong magic number at byte 0")));
  std::string frame;
  ASSERT_OK(codec::AppendRecordIoFrame("\xff\xff no Record", frame));
  EXPECT_THAT(RecordIoRows(TwoRecords() + frame),
              IsError(ErrorKind::kCorruptData, testing::ContainsRegex("malformed.* byte [1-9]")));
  std::string three;
  const std::vector<double> values = {1, 2, 3};
  ASSERT_OK(codec::RecordEncoder().Append({.size = 3, .indices = {}, .values = values}, std::nullopt, three));
  EXPECT_THAT(RecordIoRows(three), IsError(ErrorKind::kCorruptData, HasSubstr("3 features, not 2")));
}

Result<std::vector<std::vector<float>>> CsvRows(std::string_view bytes, const std::string& label_size = "0") {
  return Rows({.type = std::string(kCsv), .parameters = {{"label_size", label_size}}}, bytes);
}

TEST(CsvRowDecoderTest, ReadsLinesAndSkipsLabels) {
  EXPECT_THAT(CsvRows("1,2.5\r\n\n -3 , 4e1"), HasValue(ElementsAre(ElementsAre(1, 2.5), ElementsAre(-3, 40))));
  EXPECT_THAT(CsvRows("7,1,2\n8,3,4\n", "1"), HasValue(ElementsAre(ElementsAre(1, 2), ElementsAre(3, 4))));
  EXPECT_THAT(Rows({.type = std::string(kCsv), .parameters = {}}, "7,1,2\n"), HasValue(ElementsAre(ElementsAre(1, 2))));
  EXPECT_THAT(CsvRows("\n\n"), HasValue(ElementsAre()));
}

TEST(CsvRowDecoderTest, NamesTheLineThatIsBad) {
  EXPECT_THAT(CsvRows("1,2\n\n3\n"), IsError(ErrorKind::kCorruptData, HasSubstr("1 features, not 2, line 3")));
  EXPECT_THAT(CsvRows("1,2,3\n"), IsError(ErrorKind::kCorruptData, HasSubstr("3 features, not 2, line 1")));
  EXPECT_THAT(CsvRows("1,2,3\n", "0"), IsError(ErrorKind::kCorruptData, HasSubstr("3 features, not 2")));
  EXPECT_THAT(CsvRows("1,x\n"), IsError(ErrorKind::kCorruptData, "Cell is no number: line 1, column 1"));
  EXPECT_THAT(CsvRows("1,\n"), IsError(ErrorKind::kCorruptData, "Cell is no number: line 1, column 1"));
  EXPECT_THAT(CsvRows("1,2\n3,inf\n"), IsError(ErrorKind::kCorruptData, HasSubstr("column 1, line 2")));
  EXPECT_THAT(CsvRows("1,2\n", "2"), IsError(ErrorKind::kInvalidArgument, HasSubstr("label_size is not 0 or 1")));
}

TEST(CsvRowDecoderTest, ReadsLabelsAndTakesTheLengthOfItsFirstLine) {
  const MediaType csv{.type = std::string(kCsv), .parameters = {}};
  ASSERT_OK_AND_ASSIGN(const codec::RowBlock block, Block(csv, "7,1,2\n8,3,4\n", {.labels = LabelRule::kRequired}));
  EXPECT_EQ(block.num_columns(), 2);
  EXPECT_THAT(block.labels(), ElementsAre(7, 8));
  EXPECT_THAT(block.values(), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(Block(csv, "7,1,2\n8,3\n", {.labels = LabelRule::kRequired}),
              IsError(ErrorKind::kCorruptData, HasSubstr("1 features, not 2, line 2")));
  EXPECT_THAT(Block(csv, "7\n", {.labels = LabelRule::kRequired}), IsError(ErrorKind::kCorruptData, HasSubstr("no features")));
}

TEST(RecordIoRowDecoderTest, RequiresALabelWhereOneIsNeeded) {
  const MediaType recordio{.type = std::string(kRecordIoProtobuf), .parameters = {}};
  EXPECT_THAT(Block(recordio, TwoRecords(), {.labels = LabelRule::kRequired}),
              IsError(ErrorKind::kCorruptData, testing::ContainsRegex("Row has no label.*frame at byte [1-9]")));
}

TEST(RowDecoderForTest, RefusesChannelsWithoutTheLabelsThatAreNeeded) {
  EXPECT_THAT(RowDecoderFor({.name = "train", .content_type = {.type = std::string(kCsv), .parameters = {{"label_size", "0"}}}},
                            LabelRule::kRequired),
              IsError(ErrorKind::kInvalidArgument, HasSubstr("channel \"train\" has label_size=0")));
}

TEST(RowDecoderForTest, NamesAContentTypeThatItCannotRead) {
  EXPECT_THAT(RowDecoderFor({.name = "train", .content_type = {.type = "image/png", .parameters = {}}}, LabelRule::kIgnored),
              IsError(ErrorKind::kUnimplemented, HasSubstr("channel \"train\" has image/png")));
}

}  // namespace
}  // namespace sagespark::container
