#include "sagespark/codec/mxnet/ndarray_file.h"

#include "sagespark/base/digest.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::codec {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// tests/goldens/mxnet_ndarray.py prints these: struct and numpy only.
constexpr char kUnnamed[] =
    "120100000000000000000000000000000100000000000000c9fa93f900000000020000000200000000000000030000000000000001000000"
    "0000000000000000000000000000803f00000040000040400000804033331fc10000000000000000";
constexpr char kNamed[] =
    "120100000000000000000000000000000200000000000000c9fa93f900000000010000000100000000000000010000000000000000000000"
    "0000c03fc8fa93f9010000000200000000000000010000000000000001000000000000000000f03f00000000000000400200000000000000"
    "010000000000000073040000000000000062696173";

std::string Golden(std::string_view digits) { return *FromHex(digits); }

TEST(NdArrayFileTest, WritesOneUnnamedArrayAsMxnetDoes) {
  const NdArray array{.name = "", .shape = {2, 3}, .values = {0, 1, 2, 3, 4, -9.95f}};
  EXPECT_EQ(ToHex(WriteNdArrays({array})), kUnnamed);
}

TEST(NdArrayFileTest, ReadsNamesVersionOneAndDoubles) {
  EXPECT_THAT(ReadNdArrays(Golden(kNamed)), HasValue(ElementsAre(NdArray{"s", {1}, {1.5f}}, NdArray{"bias", {2}, {1, 2}})));
}

TEST(NdArrayFileTest, ReadsWhatItWrote) {
  const std::vector<NdArray> arrays = {{"mean", {1, 2}, {0.5f, -1}}, {"v", {2, 1}, {3, 4}}, {"none", {0, 5}, {}}};
  EXPECT_THAT(ReadNdArrays(WriteNdArrays(arrays)), HasValue(arrays));
}

TEST(NdArrayFileTest, RejectsEveryCutAndEveryLongerFile) {
  for (const std::string& whole : {Golden(kUnnamed), Golden(kNamed)}) {
    for (size_t size = 0; size < whole.size(); ++size) {
      EXPECT_THAT(ReadNdArrays(std::string_view(whole).substr(0, size)), IsError(ErrorKind::kCorruptData, HasSubstr("at byte")));
    }
    EXPECT_THAT(ReadNdArrays(whole + "x"), IsError(ErrorKind::kCorruptData, HasSubstr("behind the end")));
  }
}

TEST(NdArrayFileTest, RejectsShapesThatNoFileCanHold) {
  std::string bytes = Golden(kUnnamed);
  bytes[36 + 7] = '\x7f';  // The first extent becomes 2^62 and more.
  EXPECT_THAT(ReadNdArrays(bytes), IsError(ErrorKind::kCorruptData, HasSubstr("cut")));
  bytes[36 + 7] = '\xff';
  EXPECT_THAT(ReadNdArrays(bytes), IsError(ErrorKind::kCorruptData, HasSubstr("negative extent")));
}

}  // namespace
}  // namespace sagespark::codec
