#include "sagespark/base/json/value.h"

#include "sagespark/testing/matchers.h"

namespace sagespark::json {
namespace {

TEST(JsonTest, ParsesEveryType) {
  const Value expected = Object{{"a", Array{nullptr, true, 1, -2.5, "x\xC3\xA9"}}, {"b", Object{}}};
  EXPECT_THAT(Parse(R"( {"a": [null, true, 1, -2.5, "x\u00e9"], "b": {}} )"), HasValue(expected));
}

TEST(JsonTest, WritesWhatItReads) {
  for (const char* text : {R"({"a":[1,0.1,1e+300,"\n\"",null],"b":false})", "[]", "\"x\"", "-7"}) {
    SCOPED_TRACE(text);
    ASSERT_OK_AND_ASSIGN(const Value value, Parse(text));
    EXPECT_EQ(Dump(value), text);
  }
}

TEST(JsonTest, RejectsBrokenText) {
  for (const char* text : {"", "{", "[1,]", "{\"a\" 1}", "01", "nul", "\"\xFF\"", "1 2", "NaN"}) {
    SCOPED_TRACE(text);
    EXPECT_THAT(Parse(text), IsError(ErrorKind::kCorruptData, testing::StartsWith("JSON is broken at byte")));
  }
}

TEST(JsonTest, RejectsDeepNestingBeforeItCosts) {
  const std::string deep(100'000, '[');
  EXPECT_THAT(Parse(deep), IsError(ErrorKind::kCorruptData, "JSON is nested deeper than the limit of 64 levels"));
}

TEST(JsonTest, NamesTheMemberThatIsMissingOrWrong) {
  const Value value = Object{{"name", 1}};
  EXPECT_THAT(value.GetString("name"), IsError(ErrorKind::kInvalidArgument, "JSON member is not a string: \"name\""));
  EXPECT_THAT(value.GetInt("size"), IsError(ErrorKind::kInvalidArgument, "JSON object has no member \"size\""));
  EXPECT_THAT(value.GetInt("name"), HasValue(1));
}

}  // namespace
}  // namespace sagespark::json
