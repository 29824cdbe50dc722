#include "sagespark/algo/kmeans/lloyd.h"

#include <vector>

#include "sagespark/testing/matchers.h"

namespace sagespark::algo {
namespace {

using linalg::Matrix;
using testing::ElementsAre;

LloydFit Fit(const Matrix<float>& points, const std::vector<double>& weights, const Matrix<float>& centers,
             const LloydLimits& limits = {}) {
  ThreadPool pool(1);
  return FitLloyd(points.view(), weights, centers, limits, pool);
}

TEST(FitLloydTest, FindsTheMeansOfTwoSeparateGroups) {
  // By hand: {0, 2} and {10, 12} have means 1 and 11; objective 4 * 1^2. The second move changes nothing.
  const LloydFit fit = Fit({4, 1, {0, 2, 10, 12}}, {1, 1, 1, 1}, {2, 1, {0, 12}});
  EXPECT_THAT(fit.centers.values(), ElementsAre(1, 11));
  EXPECT_EQ(fit.objective, 4);
  EXPECT_EQ(fit.iterations, 2);
}

TEST(FitLloydTest, WeighsThePoints) {
  // By hand: (0 * 3 + 4 * 1) / 4 = 1; objective 3 * 1 + 1 * 9.
  const LloydFit fit = Fit({2, 1, {0, 4}}, {3, 1}, {1, 1, {2}});
  EXPECT_THAT(fit.centers.values(), ElementsAre(1));
  EXPECT_EQ(fit.objective, 12);
}

TEST(FitLloydTest, IgnoresPointsWithoutWeight) {
  const LloydFit fit = Fit({3, 1, {0, 2, 1000}}, {1, 1, 0}, {1, 1, {5}});
  EXPECT_THAT(fit.centers.values(), ElementsAre(1));
  EXPECT_EQ(fit.objective, 2);
}

TEST(FitLloydTest, StopsAtTheLargestNumberOfIterations) {
  // From 0 and 1, point 1 and then point 2 change sides one move after the other: more than one move is needed.
  const Matrix<float> points(4, 1, {0, 1, 2, 30});
  const Matrix<float> start(2, 1, {0, 1});
  EXPECT_EQ(Fit(points, {1, 1, 1, 1}, start, {.max_iterations = 1}).iterations, 1);
  EXPECT_THAT(Fit(points, {1, 1, 1, 1}, start, {.max_iterations = 1}).centers.values(), ElementsAre(0, 11));
  EXPECT_THAT(Fit(points, {1, 1, 1, 1}, start).centers.values(), ElementsAre(1, 30));
}

TEST(FitLloydTest, StopsWhenTheObjectiveFallsTooLittle) {
  const Matrix<float> points(4, 1, {0, 1, 2, 30});
  const LloydFit fit = Fit(points, {1, 1, 1, 1}, {2, 1, {0, 1}}, {.max_iterations = 300, .tolerance = 1});
  EXPECT_EQ(fit.iterations, 1);
}

TEST(FitLloydTest, MovesACenterWithoutPointsToTheCostliestOne) {
  // All points are nearer to 0 than to -100. 12 costs most, so the second center goes there.
  const LloydFit fit = Fit({3, 1, {0, 2, 12}}, {1, 1, 1}, {2, 1, {0, -100}});
  EXPECT_THAT(fit.centers.values(), ElementsAre(1, 12));
  EXPECT_EQ(fit.objective, 2);
}

TEST(FitLloydTest, MovesSeveralSuchCentersToDifferentPoints) {
  const LloydFit fit = Fit({3, 1, {0, 10, 20}}, {1, 1, 1}, {3, 1, {0, -100, -100}});
  EXPECT_EQ(fit.objective, 0);
}

TEST(FitLloydTest, LeavesCentersAloneWhenNoPointCostsAnything) {
  const LloydFit fit = Fit({2, 1, {5, 5}}, {1, 1}, {2, 1, {5, -7}});
  EXPECT_THAT(fit.centers.values(), ElementsAre(5, -7));
}

}  // namespace
}  // namespace sagespark::algo
