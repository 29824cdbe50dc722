#include "sagespark/algo/hyperparameters.h"

#include "sagespark/testing/matchers.h"

namespace sagespark::algo {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kKnown[] = {"count", "rate", "flag", "mode", "list", "text"};

TEST(HyperparameterReaderTest, LeavesFieldsAloneThatAreNotGiven) {
  int64_t count = 7;
  std::optional<double> rate = 0.5;
  bool flag = true;
  const HyperparameterMap values = {{"rate", "auto"}};
  HyperparameterReader reader("Test", values, kKnown);
  reader.Read("count", count).Read("rate", rate).Read("flag", flag);
  EXPECT_OK(reader.status());
  EXPECT_EQ(count, 7);
  EXPECT_EQ(rate, 0.5);
  EXPECT_TRUE(flag);
}

TEST(HyperparameterReaderTest, ReadsEveryKind) {
  const HyperparameterMap values = {{"count", "3"},   {"rate", "1e-3"},           {"flag", "False"},
                                    {"mode", "slow"}, {"list", "['b', \"a\", b]"}, {"text", "words"}};
  int64_t count = 0;
  double rate = 0;
  std::optional<bool> flag;
  char mode = 'f';
  std::vector<char> list;
  std::string text;
  HyperparameterReader reader("Test", values, kKnown);
  reader.Read("count", count)
      .Read("rate", rate)
      .Read("flag", flag)
      .Choose("mode", mode, {{"fast", 'f'}, {"slow", 's'}})
      .ChooseSome("list", list, {{"a", 'a'}, {"b", 'b'}})
      .Read("text", text);
  ASSERT_OK(reader.status());
  EXPECT_EQ(count, 3);
  EXPECT_EQ(rate, 1e-3);
  EXPECT_EQ(flag, false);
  EXPECT_EQ(mode, 's');
  EXPECT_THAT(list, ElementsAre('b', 'a'));
  EXPECT_EQ(text, "words");
}

TEST(HyperparameterReaderTest, KeepsTheFirstError) {
  const HyperparameterMap values = {{"count", "0"}, {"rate", "x"}};
  int64_t count = 1;
  double rate = 1;
  HyperparameterReader reader("Test", values, kKnown);
  reader.Read("count", count).Read("rate", rate).Require("mode");
  EXPECT_THAT(reader.status(), IsError(ErrorKind::kInvalidArgument,
                                       "Hyperparameter is not valid: count = \"0\", valid is an integer in [1, 2147483647]"));
}

TEST(HyperparameterReaderTest, NamesWhatIsMissingOrUnknown) {
  const HyperparameterMap none;
  EXPECT_THAT(HyperparameterReader("Test", none, kKnown).Require("count").status(),
              IsError(ErrorKind::kInvalidArgument, "Required hyperparameter is missing: count"));
  const HyperparameterMap odd = {{"Count", "1"}};
  EXPECT_THAT(HyperparameterReader("Test", odd, kKnown).status(),
              IsError(ErrorKind::kInvalidArgument, "Hyperparameter is unknown to Test: Count"));
  const HyperparameterMap service = {{"_kvstore", "auto"}};
  EXPECT_OK(HyperparameterReader("Test", service, kKnown).status());
}

TEST(HyperparameterReaderTest, NamesTheRange) {
  const struct {
    const char* text;
    RealRange range;
    const char* valid;
  } cases[] = {
      {"-1", {}, "a number >= 0"},
      {"0", RealRange::Positive(), "a number > 0"},
      {"inf", RealRange::Any(), "a finite number"},
      {"nan", {}, "a number >= 0"},
      {"1", {.most = 1, .is_most_open = true}, "a number in [0, 1)"},
      {"0", {.most = 1, .is_least_open = true}, "a number in (0, 1]"},
      {"1,5", {}, "a number"},
  };
  for (const auto& test_case : cases) {
    SCOPED_TRACE(test_case.text);
    const HyperparameterMap values = {{"rate", test_case.text}};
    double rate = 0;
    HyperparameterReader reader("Test", values, kKnown);
    EXPECT_THAT(reader.Read("rate", rate, test_case.range).status(),
                IsError(ErrorKind::kInvalidArgument, HasSubstr(std::string("valid is ") + test_case.valid)));
  }
}

}  // namespace
}  // namespace sagespark::algo
