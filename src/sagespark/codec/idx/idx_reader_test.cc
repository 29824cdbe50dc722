#include "sagespark/codec/idx/idx_reader.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include "sagespark/testing/matchers.h"

namespace sagespark::codec {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Hands the bytes out three at a time, as a slow stream may.
ByteSource InPieces(std::string bytes) {
  return [bytes = std::move(bytes), at = size_t{0}](std::span<char> buffer) mutable -> Result<size_t> {
    const size_t count = std::min({buffer.size(), bytes.size() - at, size_t{3}});
    std::memcpy(buffer.data(), bytes.data() + at, count);
    at += count;
    return count;
  };
}

std::string Bytes(std::initializer_list<int> values) { return std::string(values.begin(), values.end()); }

/// Two items of 2 x 2.
const std::string kImages =
    Bytes({0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 255, 5, 6, 7, 8});

Result<std::vector<std::vector<uint8_t>>> Items(const std::string& bytes) {
  SAGESPARK_ASSIGN_OR_RETURN(IdxReader reader, IdxReader::Open(InPieces(bytes)));
  std::vector<std::vector<uint8_t>> items;
  while (true) {
    std::vector<uint8_t> item(reader.item_size());
    SAGESPARK_ASSIGN_OR_RETURN(const bool found, reader.Next(item));
    if (!found) return items;
    items.push_back(std::move(item));
  }
}

TEST(IdxReaderTest, ReadsItemsOfAnyDimensions) {
  EXPECT_THAT(Items(kImages), HasValue(ElementsAre(ElementsAre(1, 2, 3, 255), ElementsAre(5, 6, 7, 8))));
  EXPECT_THAT(Items(Bytes({0, 0, 8, 1, 0, 0, 0, 2, 9, 4})), HasValue(ElementsAre(ElementsAre(9), ElementsAre(4))));
  EXPECT_THAT(Items(Bytes({0, 0, 8, 1, 0, 0, 0, 0})), HasValue(ElementsAre()));
  ASSERT_OK_AND_ASSIGN(const IdxReader reader, IdxReader::Open(InPieces(kImages)));
  EXPECT_THAT(reader.dimensions(), ElementsAre(2, 2, 2));
}

TEST(IdxReaderTest, RejectsOtherFormatsAndCutFiles) {
  EXPECT_THAT(Items(Bytes({1, 0, 8, 1, 0, 0, 0, 0})), IsError(ErrorKind::kCorruptData, HasSubstr("magic")));
  EXPECT_THAT(Items(Bytes({0, 0, 8, 0})), IsError(ErrorKind::kCorruptData, HasSubstr("magic")));
  EXPECT_THAT(Items(Bytes({0, 0, 13, 1, 0, 0, 0, 0})), IsError(ErrorKind::kUnimplemented, HasSubstr("13")));
  EXPECT_THAT(Items(""), IsError(ErrorKind::kCorruptData, HasSubstr("ends")));
  EXPECT_THAT(Items(kImages.substr(0, 23)), IsError(ErrorKind::kCorruptData, HasSubstr("ends within item 2")));
  EXPECT_THAT(Items(kImages + "x"), IsError(ErrorKind::kCorruptData, HasSubstr("follow its last item, 2")));
  EXPECT_THAT(Items(Bytes({0, 0, 8, 3, 0, 0, 0, 1, 127, 0, 0, 0, 127, 0, 0, 0})),
              IsError(ErrorKind::kResourceLimit, HasSubstr("too large")));
}

}  // namespace
}  // namespace sagespark::codec
