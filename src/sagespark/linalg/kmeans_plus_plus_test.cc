#include "sagespark/linalg/kmeans_plus_plus.h"

#include <algorithm>

#include "sagespark/testing/matchers.h"

namespace sagespark::linalg {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

std::vector<int64_t> Pick(const Matrix<float>& points, const std::vector<double>& weights, int64_t k,
                          uint64_t seed, int threads = 1) {
  ThreadPool pool(threads);
  RandomStream random(seed, 0);
  return PickKMeansPlusPlus(points.view(), weights, k, random, pool);
}

TEST(PickKMeansPlusPlusTest, PicksOneOfEachFarGroup) {
  // Pairs at 0, 1000 and 2000: a second pick in the same pair has a chance of about one in a million.
  const Matrix<float> points(6, 1, {0, 1, 1000, 1001, 2000, 2001});
  for (uint64_t seed = 0; seed < 20; ++seed) {
    std::vector<int64_t> groups = Pick(points, {1, 1, 1, 1, 1, 1}, 3, seed);
    for (int64_t& row : groups) row /= 2;
    EXPECT_THAT(groups, UnorderedElementsAre(0, 1, 2)) << seed;
  }
}

TEST(PickKMeansPlusPlusTest, DrawsTheFirstInProportionToTheWeights) {
  const Matrix<float> points(3, 1, {0, 1, 2});
  std::vector<int> counts(3);
  for (uint64_t seed = 0; seed < 4000; ++seed) ++counts.at(Pick(points, {1, 0, 3}, 1, seed)[0]);
  EXPECT_NEAR(counts[0], 1000, 150);
  EXPECT_EQ(counts[1], 0);
}

TEST(PickKMeansPlusPlusTest, NeverPicksARowWithoutWeightWhileOthersAreLeft) {
  const Matrix<float> points(4, 1, {0, 1000, 1, 2});
  for (uint64_t seed = 0; seed < 20; ++seed) {
    EXPECT_THAT(Pick(points, {1, 0, 1, 1}, 3, seed), UnorderedElementsAre(0, 2, 3)) << seed;
  }
}

TEST(PickKMeansPlusPlusTest, KeepsTheDrawThatLowersTheSumMost) {
  // From the first pick 0, both 10 and 11 are likely draws; with three of them the middle of the group (11) wins over
  // its ends far more often than the third of the time that a single draw would give it.
  const Matrix<float> points(4, 1, {0, 10, 11, 12});
  int middle = 0;
  for (uint64_t seed = 0; seed < 300; ++seed) middle += Pick(points, {1000000, 1, 1, 1}, 2, seed)[1] == 2;
  EXPECT_GT(middle, 150);
}

TEST(PickKMeansPlusPlusTest, FillsUpWithTheLowestRowsWhenAllLieOnPickedOnes) {
  const Matrix<float> points(4, 1, {5, 5, 5, 5});
  const std::vector<int64_t> rows = Pick(points, {0, 0, 1, 0}, 4, 0);
  EXPECT_THAT(rows, ElementsAre(2, 0, 1, 3));
}

TEST(PickKMeansPlusPlusTest, MovingAllPointsChangesNothing) {
  // Integers, so that the distances are exactly the same; far from zero float32 products are off by more than these.
  RandomStream random(9, 9);
  std::vector<float> values(1500), moved(1500);
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<float>(random.NextBelow(100));
    moved[i] = values[i] + 1048576;
  }
  const std::vector<double> weights(500, 1.0);
  EXPECT_EQ(Pick({500, 3, values}, weights, 30, 1), Pick({500, 3, moved}, weights, 30, 1));
}

TEST(PickKMeansPlusPlusTest, WorksWhereTheProductsOverflow) {
  const float huge = 3e38F;
  const Matrix<float> points(6, 2, {huge, huge, huge, huge, -huge, -huge, -huge, -huge, huge, -huge, huge, -huge});
  for (uint64_t seed = 0; seed < 10; ++seed) {
    std::vector<int64_t> groups = Pick(points, {1, 1, 1, 1, 1, 1}, 3, seed);
    for (int64_t& row : groups) row /= 2;
    EXPECT_THAT(groups, UnorderedElementsAre(0, 1, 2)) << seed;
  }
}

TEST(PickKMeansPlusPlusTest, PicksTheSameOnAnyNumberOfThreads) {
  RandomStream random(9, 9);
  std::vector<float> values(3000);
  for (float& value : values) value = static_cast<float>(random.NextUniform());
  const Matrix<float> points(1000, 3, std::move(values));
  const std::vector<double> weights(1000, 1.0);
  EXPECT_EQ(Pick(points, weights, 20, 1, 1), Pick(points, weights, 20, 1, 3));
}

}  // namespace
}  // namespace sagespark::linalg
