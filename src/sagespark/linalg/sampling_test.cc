#include "sagespark/linalg/sampling.h"

#include <algorithm>

#include "sagespark/testing/matchers.h"

namespace sagespark::linalg {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::Gt;
using testing::Lt;

TEST(SampleWithoutReplacementTest, DrawsEachNumberOnce) {
  RandomStream random(1, 0);
  std::vector<int64_t> drawn = SampleWithoutReplacement(50, 50, random);
  EXPECT_FALSE(std::is_sorted(drawn.begin(), drawn.end()));
  std::sort(drawn.begin(), drawn.end());
  for (int64_t i = 0; i < 50; ++i) EXPECT_EQ(drawn[i], i);
}

TEST(SampleWithoutReplacementTest, DrawsAllNumbersAlike) {
  RandomStream random(1, 0);
  std::vector<int> counts(5);
  for (int i = 0; i < 25000; ++i) {
    for (const int64_t number : SampleWithoutReplacement(5, 2, random)) ++counts.at(number);
  }
  EXPECT_THAT(counts, Each(AllOf(Gt(9500), Lt(10500))));
}

TEST(WeightedSampleWithoutReplacementTest, DrawsTheFirstInProportionToTheWeights) {
  RandomStream random(1, 0);
  std::vector<int> counts(4);
  const std::vector<double> weights = {1, 0, 2, 3};
  for (int i = 0; i < 60000; ++i) ++counts.at(WeightedSampleWithoutReplacement(weights, 1, random)[0]);
  EXPECT_NEAR(counts[0], 10000, 500);
  EXPECT_EQ(counts[1], 0);
  EXPECT_NEAR(counts[2], 20000, 500);
  EXPECT_NEAR(counts[3], 30000, 500);
}

TEST(WeightedSampleWithoutReplacementTest, TakesIndicesWithoutWeightLast) {
  RandomStream random(1, 0);
  EXPECT_THAT(WeightedSampleWithoutReplacement(std::vector<double>{0, 0, 5}, 3, random), ElementsAre(2, 0, 1));
}

TEST(ProportionalSamplerTest, DrawsInProportionToTheWeights) {
  const ProportionalSampler sampler(std::vector<double>{0, 1, 0, 3, 0});
  EXPECT_EQ(sampler.total(), 4);
  RandomStream random(1, 0);
  std::vector<int> counts(5);
  for (int i = 0; i < 40000; ++i) ++counts.at(sampler.Sample(random));
  EXPECT_NEAR(counts[1], 10000, 500);
  EXPECT_NEAR(counts[3], 30000, 500);
  EXPECT_EQ(counts[0] + counts[2] + counts[4], 0);
}

}  // namespace
}  // namespace sagespark::linalg
