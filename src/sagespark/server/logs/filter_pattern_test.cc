#include "sagespark/server/logs/filter_pattern.h"

#include "sagespark/testing/matchers.h"

namespace sagespark::server {
namespace {

using ::testing::HasSubstr;

TEST(FilterPatternTest, MatchesAsCloudWatch) {
  const struct { const char* pattern; const char* message; bool matches; } cases[] = {
      {"", "anything", true},
      {"ERROR", "an ERROR here", true},
      {"ERROR", "an error here", false},
      {"a b", "b then a", true},
      {"a b", "only a", false},
      {"\"a b\"", "x a b", true},
      {"\"a b\"", "b a", false},
      {R"("say \"x\"")", R"(they say "x")", true},
      {"?a ?b", "b", true},
      {"?a ?b", "c", false},
      {"ERROR -expected", "ERROR", true},
      {"ERROR -expected", "ERROR expected", false},
      {"-\"not this\"", "not that", true},
  };
  for (const auto& test_case : cases) {
    SCOPED_TRACE(std::string(test_case.pattern) + " on " + test_case.message);
    ASSERT_OK_AND_ASSIGN(const FilterPattern pattern, FilterPattern::Parse(test_case.pattern));
    EXPECT_EQ(pattern.Matches(test_case.message), test_case.matches);
  }
}

TEST(FilterPatternTest, RefusesWhatItDoesNotKnow) {
  for (const char* text : {"{ $.a = 1 }", "[a, b]", "%a+%"}) {
    EXPECT_THAT(FilterPattern::Parse(text), IsError(ErrorKind::kInvalidArgument, HasSubstr("terms only")));
  }
  EXPECT_THAT(FilterPattern::Parse("\"a"), IsError(ErrorKind::kInvalidArgument, HasSubstr("no end")));
}

}  // namespace
}  // namespace sagespark::server
