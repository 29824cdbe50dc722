#include "sagespark/cleanup/run_tags.h"

#include "sagespark/testing/matchers.h"

namespace sagespark::cleanup {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

TEST(RunTagsTest, NewIdsAreTwelveHexadecimalDigitsAndDiffer) {
  const std::string id = MakeRunId();
  EXPECT_THAT(id, MatchesRegex("[0-9a-f]{12}"));
  EXPECT_NE(id, MakeRunId());
  EXPECT_OK(CheckRunId(id));
}

TEST(RunTagsTest, AnIdThatFitsNoFolderIsRefused) {
  for (const std::string id : {"", "a/b", "a b", "é"}) {
    EXPECT_THAT(CheckRunId(id), IsError(ErrorKind::kInvalidArgument, HasSubstr("\"" + id + "\"")));
  }
  EXPECT_OK(CheckRunId(std::string(40, 'x')));
  EXPECT_THAT(CheckRunId(std::string(41, 'x')), IsError(ErrorKind::kInvalidArgument, HasSubstr("1 to 40 characters")));
}

TEST(RunTagsTest, TheRunOfAKeyIsThatOfItsFolder) {
  EXPECT_EQ(RunFolder("nightly-7"), "sagespark-run-nightly-7");
  EXPECT_EQ(RunOfKey("in/sagespark-run-nightly-7/job/train/part-0"), "nightly-7");
  EXPECT_EQ(RunOfKey("sagespark-run-a/x"), "a");
}

TEST(RunTagsTest, KeysThatOnlyLookAlikeBelongToNoRun) {
  for (const char* key : {"in/job/part-0", "in/sagespark-run-a", "in/my-sagespark-run-a/x", "in/sagespark-run-/x", "sagespark-run-a b/x"}) {
    EXPECT_EQ(RunOfKey(key), std::nullopt) << key;
  }
}

}  // namespace
}  // namespace sagespark::cleanup
