#include "sagespark/server/logs/line_splitter.h"

#include "sagespark/testing/matchers.h"

namespace sagespark::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(LineSplitterTest, JoinsPiecesAndDropsLineEndsAndEmptyLines) {
  LineSplitter splitter;
  EXPECT_THAT(splitter.Add("one\r\n\ntw"), ElementsAre("one"));
  EXPECT_THAT(splitter.Add("o\nthree"), ElementsAre("two"));
  EXPECT_THAT(splitter.Finish(), ElementsAre("three"));
  EXPECT_THAT(splitter.Finish(), IsEmpty());
}

TEST(LineSplitterTest, CutsALineWithoutEndAt256KiB) {
  LineSplitter splitter;
  const std::string line(256 << 10, 'x');
  EXPECT_THAT(splitter.Add(line + "yy\n"), ElementsAre(line, "yy"));
}

TEST(LineSplitterTest, ReplacesBytesThatAreNoUtf8) {
  LineSplitter splitter;
  EXPECT_THAT(splitter.Add("a\xff" "b \u00e9\n"), ElementsAre("a\uFFFD" "b \u00e9"));
}

}  // namespace
}  // namespace sagespark::server
