#include "sagespark/linalg/rows.h"

#include <limits>
#include <numeric>
#include <vector>

#include "sagespark/testing/matchers.h"

namespace sagespark::linalg {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

// 1, 2 ... size: squares add up to size (size + 1) (2 size + 1) / 6.
std::vector<float> CountUp(int size) {
  std::vector<float> values(size);
  std::iota(values.begin(), values.end(), 1.0F);
  return values;
}

TEST(RowsTest, SumsAreExactForSmallIntegersOfAnyLength) {
  for (const int size : {0, 1, 15, 16, 17, 100}) {
    SCOPED_TRACE(size);
    const double squares = size * (size + 1.0) * (2 * size + 1) / 6;
    const std::vector<float> a = CountUp(size);
    const std::vector<float> zeros(size);
    EXPECT_EQ(SquaredNorm(a), squares);
    EXPECT_EQ(DotProduct(a, a), squares);
    EXPECT_EQ(SquaredDistance(a, zeros), squares);
    EXPECT_EQ(SquaredDistance(a, a), 0);
  }
}

TEST(RowsTest, SquaredDistanceKeepsSmallDifferencesOfLargeValues) {
  const std::vector<float> a(20, 16777216), b(20, 16777214);
  EXPECT_EQ(SquaredDistance(a, b), 80);
}

TEST(RowsTest, AddsRowsToSums) {
  std::vector<double> sums = {1, 1, 1};
  AddTo(std::vector<float>{1, 2, 3}, sums);
  AddScaled(0.5, std::vector<float>{2, 4, 6}, sums);
  EXPECT_THAT(sums, testing::ElementsAre(3, 5, 7));
}

TEST(RowsTest, MinimumLooksAtEveryPlace) {
  for (int place = 0; place < 37; ++place) {
    std::vector<float> values(37, 2);
    values[place] = -1;
    EXPECT_EQ(Minimum(values), -1) << place;
  }
}

TEST(RowsTest, FindsTheFirstValueThatIsNotFinite) {
  EXPECT_EQ(FirstNotFinite(CountUp(40)), std::nullopt);
  EXPECT_EQ(FirstNotFinite(std::vector<float>{std::numeric_limits<float>::max(), -0.0F, 1e-45F}), std::nullopt);
  for (const float bad : {kNan, -kNan, kInfinity, -kInfinity}) {
    std::vector<float> values = CountUp(40);
    values[33] = bad;
    values[39] = bad;
    EXPECT_EQ(FirstNotFinite(values), 33) << bad;
  }
}

}  // namespace
}  // namespace sagespark::linalg
