#include "sagespark/linalg/nearest_centers.h"

#include <limits>

#include "sagespark/linalg/random.h"
#include "sagespark/linalg/rows.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::linalg {
namespace {

using testing::ElementsAre;

struct Found {
  std::vector<int32_t> nearest;
  std::vector<double> squared_distances;
};

Found Find(const Matrix<float>& centers, const Matrix<float>& points, int threads = 1) {
  ThreadPool pool(threads);
  Found found{std::vector<int32_t>(points.rows()), std::vector<double>(points.rows())};
  NearestCenters(centers.view()).Find(points.view(), pool, found.nearest, found.squared_distances);
  return found;
}

// The definition, in double.
std::vector<int32_t> FindByDistances(const Matrix<float>& centers, const Matrix<float>& points) {
  std::vector<int32_t> nearest(points.rows());
  for (int64_t row = 0; row < points.rows(); ++row) {
    for (int32_t center = 1; center < centers.rows(); ++center) {
      if (SquaredDistance(points.Row(row), centers.Row(center)) <
          SquaredDistance(points.Row(row), centers.Row(nearest[row]))) {
        nearest[row] = center;
      }
    }
  }
  return nearest;
}

Matrix<float> RandomMatrix(int64_t rows, int64_t cols, float offset, uint64_t stream) {
  RandomStream random(5, stream);
  std::vector<float> values(rows * cols);
  for (float& value : values) value = offset + static_cast<float>(random.NextUniform());
  return {rows, cols, std::move(values)};
}

TEST(NearestCentersTest, FindsTheNearestWithItsSquaredDistance) {
  // By hand: (3, 4) is 5 from the first; (9, 10) is 1 from the second.
  const Found found = Find({2, 2, {0, 0, 10, 10}}, {3, 2, {3, 4, 9, 10, 0, 0}});
  EXPECT_THAT(found.nearest, ElementsAre(0, 1, 0));
  EXPECT_THAT(found.squared_distances, ElementsAre(25, 1, 0));
}

TEST(NearestCentersTest, TakesTheLowestCenterOnTies) {
  EXPECT_THAT(Find({3, 1, {2, -1, 1}}, {2, 1, {0, 1.5}}).nearest, ElementsAre(1, 0));
  EXPECT_THAT(Find({3, 1, {7, 7, 7}}, {1, 1, {3}}).nearest, ElementsAre(0));
}

TEST(NearestCentersTest, AgreesWithTheDefinitionWhateverTheOffset) {
  for (const float offset : {0.0F, 100.0F, 1e6F, -3e7F}) {
    SCOPED_TRACE(offset);
    const Matrix<float> centers = RandomMatrix(37, 21, offset, 1);
    const Matrix<float> points = RandomMatrix(700, 21, offset, 2);
    EXPECT_EQ(Find(centers, points).nearest, FindByDistances(centers, points));
  }
}

TEST(NearestCentersTest, FindsTheSameOnAnyNumberOfThreads) {
  const Matrix<float> centers = RandomMatrix(300, 10, 0, 1);
  const Matrix<float> points = RandomMatrix(2000, 10, 0, 2);
  const Found one = Find(centers, points, 1);
  for (const int threads : {2, 3}) {
    const Found several = Find(centers, points, threads);
    EXPECT_EQ(several.nearest, one.nearest);
    EXPECT_EQ(several.squared_distances, one.squared_distances);
  }
}

TEST(NearestCentersTest, WorksWhereTheProductsOverflow) {
  const float huge = 3e38F;
  const Found found = Find({3, 2, {-huge, -huge, huge, huge, 0, 0}}, {3, 2, {huge, huge, -huge, -huge, 1, 1}});
  EXPECT_THAT(found.nearest, ElementsAre(1, 0, 2));
}

TEST(NearestCentersTest, ReadsRowsThatLieApart) {
  const std::vector<float> points = {1, 99, 9, 99};
  const Matrix<float> centers(2, 1, {0, 10});
  ThreadPool pool(1);
  std::vector<int32_t> nearest(2);
  NearestCenters(centers.view()).Find({points.data(), 2, 1, 2}, pool, nearest);
  EXPECT_THAT(nearest, ElementsAre(0, 1));
}

}  // namespace
}  // namespace sagespark::linalg
