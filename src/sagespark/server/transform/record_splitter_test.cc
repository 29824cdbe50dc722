#include "sagespark/server/transform/record_splitter.h"

#include <algorithm>

#include "sagespark/codec/recordio.h"
#include "sagespark/server/transform/payload_reader.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Gives `step` bytes at a time.
codec::ByteSource SourceOf(std::string bytes, size_t step) {
  return [bytes = std::move(bytes), step, at = size_t{0}](std::span<char> buffer) mutable -> Result<size_t> {
    const size_t count = std::min({step, buffer.size(), bytes.size() - at});
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), count, buffer.begin());
    at += count;
    return count;
  };
}

Result<std::vector<std::string>> Split(SplitType type, const std::string& bytes, size_t step, size_t max_bytes = 100) {
  RecordSplitter splitter(type, SourceOf(bytes, step), max_bytes);
  std::vector<std::string> records;
  while (true) {
    SAGESPARK_ASSIGN_OR_RETURN(const auto record, splitter.Next());
    if (!record) return records;
    records.emplace_back(*record);
  }
}

std::string Frame(const std::string& payload, uint32_t part = 0) {
  std::string frame;
  EXPECT_THAT(codec::AppendRecordIoFrame(payload, frame), IsOk());
  frame[7] = static_cast<char>(frame[7] | static_cast<char>(part << 5));
  return frame;
}

std::string TFRecord(const std::string& payload) {
  std::string record(12, '\0');
  record[0] = static_cast<char>(payload.size());
  return record + payload + "sums";
}

class AnyPieces : public ::testing::TestWithParam<size_t> {};
INSTANTIATE_TEST_SUITE_P(RecordSplitterTest, AnyPieces, ::testing::Values(1, 3, 1000));

TEST_P(AnyPieces, LinesKeepTheirEndsAndBlankOnesAreNone) {
  EXPECT_THAT(Split(SplitType::kLine, "a,1\r\n\n\r\nb,2\nlast", GetParam()), HasValue(ElementsAre("a,1\r\n", "b,2\n", "last")));
  EXPECT_THAT(Split(SplitType::kLine, "", GetParam()), HasValue(IsEmpty()));
}

TEST_P(AnyPieces, RecordIoFramesStayWholeAndPartsTogether) {
  const std::string parts = Frame("ab", 1) + Frame("cde", 2) + Frame("f", 3);
  EXPECT_THAT(Split(SplitType::kRecordIO, Frame("12345") + parts + Frame(""), GetParam()), HasValue(ElementsAre(Frame("12345"), parts, Frame(""))));
}

TEST_P(AnyPieces, TFRecordsStayWhole) {
  EXPECT_THAT(Split(SplitType::kTFRecord, TFRecord("abc") + TFRecord(""), GetParam()), HasValue(ElementsAre(TFRecord("abc"), TFRecord(""))));
}

TEST_P(AnyPieces, NoneIsTheWholeObject) {
  EXPECT_THAT(Split(SplitType::kNone, "a\nb\n", GetParam()), HasValue(ElementsAre("a\nb\n")));
}

TEST_P(AnyPieces, BrokenFramesAreNamedByByte) {
  EXPECT_THAT(Split(SplitType::kRecordIO, Frame("a") + "no frame", GetParam()), IsError(ErrorKind::kCorruptData, "No RecordIO frame at byte 12"));
  EXPECT_THAT(Split(SplitType::kRecordIO, Frame("abcdef").substr(0, 14), GetParam()), IsError(ErrorKind::kCorruptData, "RecordIO frame is cut at byte 0"));
  EXPECT_THAT(Split(SplitType::kRecordIO, Frame("a", 2), GetParam()), IsError(ErrorKind::kCorruptData, HasSubstr("not in order")));
  EXPECT_THAT(Split(SplitType::kTFRecord, TFRecord("abc").substr(0, 15), GetParam()), IsError(ErrorKind::kCorruptData, "TFRecord is cut at byte 0"));
}

TEST_P(AnyPieces, RecordsBeyondTheLimitAreRefused) {
  const std::pair<SplitType, std::string> cases[] = {{SplitType::kNone, "12345678901"},
                                                     {SplitType::kLine, "1234567890\n"},
                                                     {SplitType::kLine, "12345678901"},
                                                     {SplitType::kRecordIO, Frame("123")},
                                                     {SplitType::kTFRecord, TFRecord("12345678901")}};
  for (const auto& [type, bytes] : cases) {
    EXPECT_THAT(Split(type, bytes, GetParam(), 10),
                IsError(ErrorKind::kResourceLimit, "Too much data for max payload size: the record at byte 0 is longer than 10 bytes"));
  }
}

std::vector<std::string> Payloads(const std::string& bytes, bool single, size_t max_bytes) {
  PayloadReader reader(RecordSplitter(SplitType::kLine, SourceOf(bytes, 2), max_bytes), single, max_bytes);
  std::vector<std::string> bodies;
  while (true) {
    const auto payload = reader.Next();
    EXPECT_THAT(payload, IsOk());
    if (!*payload) return bodies;
    bodies.push_back((*payload)->body + "#" + std::to_string((*payload)->records));
  }
}

TEST(PayloadReaderTest, TakesAsManyRecordsAsFit) {
  EXPECT_THAT(Payloads("1\n22\n333\n4\n5", false, 5), ElementsAre("1\n22\n#2", "333\n#1", "4\n5#2"));
  EXPECT_THAT(Payloads("1\n22\n", false, 100), ElementsAre("1\n22\n#2"));
}

TEST(PayloadReaderTest, OrOneEach) { EXPECT_THAT(Payloads("1\n22\n3", true, 5), ElementsAre("1\n#1", "22\n#1", "3#1")); }

}  // namespace
}  // namespace sagespark::server
