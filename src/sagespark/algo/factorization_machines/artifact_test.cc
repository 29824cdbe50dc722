#include "sagespark/algo/factorization_machines/artifact.h"

#include <limits>
#include <string>
#include <vector>

#include "sagespark/testing/matchers.h"

namespace sagespark::algo {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Shape = std::vector<int64_t>;
using Values = std::vector<float>;

constexpr auto kTask = FactorizationMachinesTask::kRegressor;

TEST(FactorizationMachinesModelFromArraysTest, PutsFactorsAndLinearWeightsTogether) {
  const Values linear = {10, 20, 30};
  ASSERT_OK_AND_ASSIGN(const FactorizationMachinesModel model,
                       FactorizationMachinesModelFromArrays(kTask, {Shape{1}, Values{5}}, {Shape{3, 1}, linear},
                                                            {Shape{3, 2}, Values{1, 2, 3, 4, 5, 6}}, false));
  EXPECT_EQ(model.feature_dim(), 3);
  EXPECT_EQ(model.num_factors(), 2);
  EXPECT_EQ(model.bias(), 5);
  EXPECT_EQ(model.task(), kTask);
  EXPECT_THAT(model.weights().values(), ElementsAre(1, 2, 10, 3, 4, 20, 5, 6, 30));
}

TEST(FactorizationMachinesModelFromArraysTest, TurnsTheFactorsOfOlderFiles) {
  ASSERT_OK_AND_ASSIGN(const FactorizationMachinesModel model,
                       FactorizationMachinesModelFromArrays(kTask, {Shape{1}, Values{5}}, {Shape{1, 2}, Values{10, 20}},
                                                            {Shape{2, 2}, Values{1, 2, 3, 4}}, true));
  EXPECT_THAT(model.weights().values(), ElementsAre(1, 3, 10, 2, 4, 20));
}

TEST(FactorizationMachinesModelFromArraysTest, RejectsArraysThatDoNotFit) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Values six = {1, 2, 3, 4, 5, 6};
  const struct {
    const char* name;
    Values bias;
    Values linear;
    Shape factors_shape;
    Values factors;
    bool transposed;
    const char* message;
  } cases[] = {
      {"two biases", {1, 2}, {1, 2, 3}, {3, 2}, six, false, "the bias has shape"},
      {"no linear weights", {1}, {}, {3, 2}, six, false, "the linear weights has shape"},
      {"other features", {1}, {1, 2}, {3, 2}, six, false, "v has shape (3, 2) and 6 values, not factors for the 2 features"},
      {"not transposed", {1}, {1, 2, 3}, {3, 2}, six, true, "v has shape (3, 2)"},
      {"one dimension", {1}, {1, 2, 3}, {6}, six, false, "v has shape (6)"},
      {"no factors", {1}, {1, 2, 3}, {3, 0}, {}, false, "v has shape (3, 0)"},
      {"cut", {1}, {1, 2, 3}, {3, 2}, {1, 2, 3}, false, "v has shape (3, 2) and 3 values"},
      {"overflow", {1}, {1, 2, 3}, {3, int64_t{1} << 62}, six, false, "v has shape (3, 4611686018427387904)"},
      {"NaN bias", {nan}, {1, 2, 3}, {3, 2}, six, false, "not finite: the bias, value 0"},
      {"NaN linear", {1}, {1, nan, 3}, {3, 2}, six, false, "not finite: the linear weights, value 1"},
      {"NaN factor", {1}, {1, 2, 3}, {3, 1}, {1, 2, nan}, false, "not finite: v, value 2"},
  };
  for (const auto& test_case : cases) {
    SCOPED_TRACE(test_case.name);
    const Shape bias_shape = {std::ssize(test_case.bias)};
    const Shape linear_shape = {std::ssize(test_case.linear), 1};
    EXPECT_THAT(FactorizationMachinesModelFromArrays(kTask, {bias_shape, test_case.bias}, {linear_shape, test_case.linear},
                                                     {test_case.factors_shape, test_case.factors}, test_case.transposed)
                    .status(),
                IsError(ErrorKind::kCorruptData, HasSubstr(test_case.message)));
  }
}

}  // namespace
}  // namespace sagespark::algo
