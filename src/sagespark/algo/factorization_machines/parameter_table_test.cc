#include "sagespark/algo/factorization_machines/parameter_table.h"

#include <cmath>
#include <vector>

#include "sagespark/testing/matchers.h"

namespace sagespark::algo {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAreArray;
using testing::Ge;
using testing::Le;

FactorizationMachinesParams Params(int64_t feature_dim, int64_t num_factors) {
  return {.feature_dim = feature_dim, .num_factors = num_factors};
}

std::vector<float> Of(const ParameterTable& table, int64_t feature) {
  std::vector<float> scratch(table.num_factors() + 1);
  const float* const weights = table.Of(feature, scratch.data());
  return {weights, weights + scratch.size()};
}

TEST(ParameterTableTest, AFeatureStartsAlikeWhetherOrNotItOccurs) {
  ThreadPool pool(2);
  ParameterTable table(Params(100'000'000, 4), 3);
  const std::vector<float> before = Of(table, 99'999'999);
  EXPECT_EQ(table.SlotOf(5), 0);
  EXPECT_EQ(table.SlotOf(99'999'999), 1);
  EXPECT_EQ(table.SlotOf(5), 0);
  table.FillNewSlots(pool);
  EXPECT_THAT(Of(table, 99'999'999), ElementsAreArray(before));
  EXPECT_EQ(table.slots(), 2);
  table.Weights(1)[2] = 17;
  EXPECT_EQ(Of(table, 99'999'999)[2], 17);
}

TEST(ParameterTableTest, GrowsWithoutMovingOrChangingWhatIsThere) {
  ThreadPool pool(2);
  ParameterTable table(Params(100'000, 20), 3);
  table.SlotOf(7);
  table.FillNewSlots(pool);
  float* const first = table.Weights(0);
  first[0] = 17;
  table.SecondMoments(0)[20] = 18;
  for (int32_t feature = 10; feature < 20'000; ++feature) table.SlotOf(feature);
  table.FillNewSlots(pool);
  EXPECT_EQ(table.Weights(0), first);
  EXPECT_EQ(first[0], 17);
  EXPECT_EQ(table.SecondMoments(0)[20], 18);
  EXPECT_EQ(table.FirstMoments(19'000)[20], 0);
  EXPECT_THAT(Of(table, 19'999), ElementsAreArray(Of(ParameterTable(Params(100'000, 20), 3), 19'999)));
}

TEST(ParameterTableTest, NormalStartsHaveTheirDeviations) {
  FactorizationMachinesParams params = Params(20'000, 1);
  params.factors.sigma = 2;
  params.linear.sigma = 0.5;
  const ParameterTable table(params, 1);
  double factor_squares = 0, linear_squares = 0, products = 0;
  for (int64_t feature = 0; feature < 20'000; ++feature) {
    const std::vector<float> weights = Of(table, feature);
    factor_squares += weights[0] * weights[0];
    linear_squares += weights[1] * weights[1];
    products += weights[0] * weights[1];
  }
  // The mean square's relative deviation is sqrt(2 / 20000) = 1%.
  EXPECT_NEAR(factor_squares / 20'000, 4, 0.2);
  EXPECT_NEAR(linear_squares / 20'000, 0.25, 0.0125);
  EXPECT_NEAR(products / 20'000, 0, 0.04);
}

TEST(ParameterTableTest, UniformAndConstantStarts) {
  FactorizationMachinesParams params = Params(10, 500);
  params.factors.init = ParameterInit::kUniform;
  params.factors.scale = 0.25;
  params.linear.init = ParameterInit::kConstant;
  params.linear.value = -3;
  params.bias.init = ParameterInit::kConstant;
  params.bias.value = 1.5;
  const ParameterTable table(params, 1);
  EXPECT_EQ(table.bias(), 1.5);
  std::vector<float> weights = Of(table, 4);
  EXPECT_EQ(weights.back(), -3);
  weights.pop_back();
  EXPECT_THAT(weights, Each(AllOf(Ge(-0.25F), Le(0.25F))));
  EXPECT_LT(*std::min_element(weights.begin(), weights.end()), -0.2);
  EXPECT_GT(*std::max_element(weights.begin(), weights.end()), 0.2);
}

TEST(ParameterTableTest, OtherSeedsAndFeaturesStartElsewhere) {
  const ParameterTable table(Params(10, 2), 1);
  const ParameterTable other(Params(10, 2), 2);
  EXPECT_NE(Of(table, 0), Of(other, 0));
  EXPECT_NE(Of(table, 0), Of(table, 1));
  EXPECT_NE(table.bias(), other.bias());
}

}  // namespace
}  // namespace sagespark::algo
