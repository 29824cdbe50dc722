#include "sagespark/ml/params.h"

#include "sagespark/base/exception.h"
#include "sagespark/ml/identifiable.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::ml {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Property;
using testing::Throws;

class Knobs : public Params {
 public:
  Knobs() : Params(randomUID("Knobs")) {
    declare({&size, &rate, &mode, &trials, &metrics});
    setDefault(mode, "fast");
  }
  static inline const IntParam size{"size", "How many.", ParamValidators::gtEq(2)};
  static inline const DoubleParam rate{"rate", "How fast.", ParamValidators::inRange(0, 1, true, false)};
  static inline const StringParam mode{"mode", "Which way.", ParamValidators::inArray({"fast", "slow"})};
  static inline const StringParam trials{"trials", "How often.", ParamValidators::inArrayOrAbove({"auto"}, 0)};
  static inline const StringParam metrics{"metrics", "Which.", ParamValidators::listOf({"msd", "ssd"})};
  using Params::set;
  using Params::setAll;
};

auto ThrowsInvalid(const std::string& message) {
  return Throws<Exception>(testing::AllOf(Property(&Exception::kind, ErrorKind::kInvalidArgument),
                                          Property(&Exception::what, testing::StrEq(message))));
}

TEST(ParamsTest, TheValueSetHidesTheDefaultUntilItIsCleared) {
  Knobs knobs;
  EXPECT_EQ(knobs.getOrDefault(Knobs::mode), "fast");
  knobs.set(Knobs::mode, "slow");
  EXPECT_EQ(knobs.getOrDefault(Knobs::mode), "slow");
  knobs.clear(Knobs::mode);
  EXPECT_EQ(knobs.getOrDefault(Knobs::mode), "fast");
}

TEST(ParamsTest, AParameterWithoutAValueIsAnErrorThatNamesIt) {
  EXPECT_THAT([] { Knobs().getOrDefault(Knobs::size); },
              Throws<Exception>(Property(&Exception::what, HasSubstr("neither a value nor a default: size"))));
}

TEST(ParamsTest, AValueOutsideItsRangeIsAnErrorThatNamesParameterValueAndRange) {
  Knobs knobs;
  EXPECT_THAT([&] { knobs.set(Knobs::size, 1); }, ThrowsInvalid("Parameter is out of range: size = 1; valid: >= 2"));
  EXPECT_THAT([&] { knobs.set(Knobs::rate, 1.0); },
              ThrowsInvalid("Parameter is out of range: rate = 1.0; valid: in [0, 1)"));
  EXPECT_THAT([&] { knobs.set(Knobs::rate, std::nan("")); },
              ThrowsInvalid("Parameter is out of range: rate = NaN; valid: in [0, 1)"));
  EXPECT_THAT([&] { knobs.set(Knobs::mode, "Fast"); },
              ThrowsInvalid("Parameter is out of range: mode = Fast; valid: one of \"fast\", \"slow\""));
  EXPECT_THAT([&] { knobs.set(Knobs::trials, "0"); },
              ThrowsInvalid("Parameter is out of range: trials = 0; valid: \"auto\" or > 0"));
  EXPECT_THAT([&] { knobs.set(Knobs::trials, "3x"); },
              ThrowsInvalid("Parameter is out of range: trials = 3x; valid: \"auto\" or > 0"));
  EXPECT_THAT([&] { knobs.set(Knobs::metrics, "msd,"); },
              ThrowsInvalid("Parameter is out of range: metrics = msd,; valid: a comma-separated list of \"msd\", \"ssd\""));
  EXPECT_FALSE(knobs.isSet(Knobs::size));
}

TEST(ParamsTest, ValuesAtTheEdgesOfTheirRangesAreTaken) {
  Knobs knobs;
  knobs.set(Knobs::size, 2);
  knobs.set(Knobs::rate, 0.0);
  knobs.set(Knobs::trials, "auto");
  knobs.set(Knobs::trials, "0.5");
  knobs.set(Knobs::metrics, "[msd, ssd]");
  EXPECT_EQ(knobs.getOrDefault(Knobs::metrics), "[msd, ssd]");
}

TEST(ParamsTest, ExplainParamsReadsAsSparks) {
  Knobs knobs;
  knobs.set(Knobs::mode, "slow");
  knobs.set(Knobs::size, 3);
  EXPECT_EQ(knobs.explainParams(),
            "metrics: Which. (undefined)\nmode: Which way. (default: fast, current: slow)\n"
            "rate: How fast. (undefined)\nsize: How many. (current: 3)\ntrials: How often. (undefined)");
}

TEST(ParamsTest, ExtraValuesReachOnlyTheStageTheyAreFor) {
  Knobs knobs, other;
  knobs.set(Knobs::size, 3);
  const ParamMap extra = ParamMap().put(knobs, Knobs::rate, 0.5).put(other, Knobs::size, 9);
  const ParamMap values = knobs.extractParamMap(extra);
  EXPECT_EQ(values.size(), 3u);
  EXPECT_EQ(std::get<int32_t>(values.values().at({knobs.uid(), "size"})), 3);
  EXPECT_EQ(std::get<double>(values.values().at({knobs.uid(), "rate"})), 0.5);
  Knobs copy = knobs;
  copy.setAll(extra);
  EXPECT_EQ(copy.getOrDefault(Knobs::rate), 0.5);
  EXPECT_EQ(copy.getOrDefault(Knobs::size), 3);
  EXPECT_FALSE(knobs.isSet(Knobs::rate));
}

TEST(ParamsTest, UidsAreTheClassAndTwelveHexadecimalDigits) {
  EXPECT_THAT(Knobs().uid(), MatchesRegex("Knobs_[0-9a-f]{12}"));
  EXPECT_NE(Knobs().uid(), Knobs().uid());
}

TEST(ParamValueTest, NumbersTravelAsJavaWritesThem) {
  const std::vector<std::pair<ParamValue, std::string>> cases = {
      {10, "10"},      {0.5, "0.5"},        {1.0, "1.0"},     {1e-4, "1.0E-4"}, {1.5e-7, "1.5E-7"},
      {1e7, "1.0E7"},  {9999999.0, "9999999.0"}, {0.001, "0.001"}, {0.0, "0.0"},     {-2.5e12, "-2.5E12"},
      {true, "true"},  {"auto", "auto"},    {int64_t{1} << 40, "1099511627776"},
  };
  for (const auto& [value, text] : cases) EXPECT_EQ(ToString(value), text);
}

}  // namespace
}  // namespace sagespark::ml
