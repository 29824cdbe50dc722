#include "sagespark/codec/recordio.h"

#include <algorithm>

#include "sagespark/testing/matchers.h"

namespace sagespark::codec {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;

std::string Frames(std::initializer_list<std::string_view> payloads) {
  std::string frames;
  for (const std::string_view payload : payloads) EXPECT_OK(AppendRecordIoFrame(payload, frames));
  return frames;
}

/// Hands out the bytes in pieces of `size`.
ByteSource PiecesOf(std::string bytes, size_t size) {
  return [bytes, size, at = size_t{0}](std::span<char> buffer) mutable -> Result<size_t> {
    const size_t count = std::min({size, buffer.size(), bytes.size() - at});
    std::copy_n(bytes.data() + at, count, buffer.data());
    at += count;
    return count;
  };
}

TEST(RecordIoTest, WritesMagicLengthPayloadAndPadding) {
  using std::string_literals::operator""s;
  EXPECT_EQ(Frames({"abcde", "wxyz"}),
            "\x0a\x23\xd7\xce\x05\0\0\0abcde\0\0\0"
            "\x0a\x23\xd7\xce\x04\0\0\0wxyz"s);
}

TEST(RecordIoTest, ReadsFramesFromMemoryAndFromStreamsInPieces) {
  const std::string long_payload(3'000'000, 'l');
  const std::string frames = Frames({"abcde", "", long_payload, "end"});
  std::vector<RecordIoReader> readers;
  readers.emplace_back(std::string_view(frames));
  for (const size_t size : {1u, 7u, 4096u, 100'000'000u}) readers.emplace_back(PiecesOf(frames, size));
  for (RecordIoReader& reader : readers) {
    EXPECT_THAT(reader.Next(), HasValue(Optional(std::string_view("abcde"))));
    EXPECT_THAT(reader.Next(), HasValue(Optional(std::string_view(""))));
    EXPECT_THAT(reader.Next(), HasValue(Optional(std::string_view(long_payload))));
    EXPECT_THAT(reader.Next(), HasValue(Optional(std::string_view("end"))));
    EXPECT_THAT(reader.Next(), HasValue(std::nullopt));
    EXPECT_THAT(reader.Next(), HasValue(std::nullopt));
  }
}

TEST(RecordIoTest, NamesTheByteOfABrokenFrame) {
  const std::string good = Frames({"abcd"});
  std::string parts = good;
  parts[7] = '\x20';  // The continuation flag.
  const struct {
    const char* name;
    std::string bytes;
    ErrorKind kind;
    const char* message;
  } cases[] = {
      {"cut header", good + good.substr(0, 7), ErrorKind::kCorruptData, "cut header at byte 12"},
      {"cut payload", good + good.substr(0, 11), ErrorKind::kCorruptData, "cut record at byte 12"},
      {"no padding", Frames({"a"}).substr(0, 9), ErrorKind::kCorruptData, "cut record at byte 0"},
      {"other magic", good + "wxyz1234", ErrorKind::kCorruptData, "wrong magic number at byte 12"},
      {"in parts", good + parts, ErrorKind::kCorruptData, "record in parts at byte 12"},
      {"too long", good + Frames({std::string(101, 'x')}), ErrorKind::kResourceLimit, "101 bytes, limit 100"},
  };
  for (const auto& test_case : cases) {
    SCOPED_TRACE(test_case.name);
    RecordIoReader reader(test_case.bytes, 100);
    Result<std::optional<std::string_view>> next = reader.Next();
    while (next.ok() && next->has_value()) next = reader.Next();
    EXPECT_THAT(next, IsError(test_case.kind, HasSubstr(test_case.message)));
  }
}

}  // namespace
}  // namespace sagespark::codec
