// Files that MXNet 1.9.1 wrote (tests/goldens/mxnet/make_goldens.py).

#include <fstream>

#include "sagespark/codec/mxnet/ndarray_file.h"
#include "sagespark/testing/matchers.h"
#include "sagespark/testing/paths.h"

namespace sagespark::codec {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Golden(const std::string& name) {
  std::ifstream file(SourcePath("tests/goldens/mxnet/") + name + ".ndarray", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST(NdArrayGoldenTest, WritesTheBytesOfMxnet) {
  EXPECT_EQ(WriteNdArrays({{.name = "", .shape = {2, 3}, .values = {0, 1, 2, 3, 4, -9.95f}}}), Golden("unnamed"));
}

TEST(NdArrayGoldenTest, ReadsNamesAndDoubles) {
  EXPECT_THAT(ReadNdArrays(Golden("named")),
              HasValue(ElementsAre(NdArray{"mean", {1, 2}, {0.5f, -1}}, NdArray{"v", {2}, {0.1f, 3}})));
}

TEST(NdArrayGoldenTest, ReadsVersionThreeWithAnEmptyArray) {
  EXPECT_THAT(ReadNdArrays(Golden("np_shape")),
              HasValue(ElementsAre(NdArray{"", {0, 5}, {}}, NdArray{"", {1}, {7.5f}})));
}

TEST(NdArrayGoldenTest, NamesWhatItDoesNotRead) {
  EXPECT_THAT(ReadNdArrays(Golden("integers")).status(), IsError(ErrorKind::kUnimplemented, HasSubstr("type 4")));
  EXPECT_THAT(ReadNdArrays(Golden("sparse")).status(), IsError(ErrorKind::kUnimplemented, HasSubstr("sparse")));
}

}  // namespace
}  // namespace sagespark::codec
