#include "sagespark/linalg/gemm.h"

#include <cmath>
#include <limits>
#include <vector>

#include "sagespark/testing/matchers.h"

namespace sagespark::linalg {
namespace {

TEST(MultiplyTransposedTest, MultipliesRowsWithRows) {
  const Matrix<float> a(2, 3, {1, 2, 3, 4, 5, 6});
  const Matrix<float> b(2, 3, {1, 0, -1, 2, 2, 2});
  Matrix<float> out(2, 2);
  MultiplyTransposed(a.view(), b.view(), out.view());
  // By hand: 1 - 3, 2 + 4 + 6; 4 - 6, 8 + 10 + 12.
  EXPECT_THAT(out.values(), testing::ElementsAre(-2, 12, -2, 30));
}

TEST(MultiplyTransposedTest, StepsOverGapsBetweenRows) {
  const std::vector<float> a = {1, 2, 99, 3, 4, 99};
  const Matrix<float> b(1, 2, {1, 10});
  std::vector<float> out = {0, 7, 0, 7};
  MultiplyTransposed({a.data(), 2, 2, 3}, b.view(), {out.data(), 2, 1, 2});
  EXPECT_THAT(out, testing::ElementsAre(21, 7, 43, 7));
}

TEST(MultiplyTransposedTest, TakesEmptyMatrices) {
  const Matrix<float> none(0, 3);
  const Matrix<float> b(2, 3);
  Matrix<float> out(0, 2);
  MultiplyTransposed(none.view(), b.view(), out.view());
  const Matrix<float> no_columns(1, 0);
  Matrix<float> zero(1, 1, {5});
  MultiplyTransposed(no_columns.view(), no_columns.view(), zero.view());
  EXPECT_THAT(zero.values(), testing::ElementsAre(0));
}

TEST(MultiplyTest, MultipliesByHand) {
  const Matrix<float> a(2, 3, {1, 2, 3, 4, 5, 6});
  const Matrix<float> b(3, 1, {1, 0, -1});
  Matrix<float> out(2, 1);
  Multiply(a.view(), b.view(), out.view());
  EXPECT_THAT(out.values(), testing::ElementsAre(-2, -2));
  const Matrix<float> c(2, 1, {1, -1});
  Matrix<float> transposed(3, 1);
  MultiplyFirstTransposed(a.view(), c.view(), transposed.view());
  EXPECT_THAT(transposed.values(), testing::ElementsAre(-3, -3, -3));
}

TEST(FloatProductErrorTest, CoversTheErrorOfLongProducts) {
  // 0.1 is no float: each of the 5000 products is rounded, and so is each sum.
  const Matrix<float> a(1, 5000, std::vector<float>(5000, 0.1F));
  Matrix<float> out(1, 1);
  MultiplyTransposed(a.view(), a.view(), out.view());
  const double exact = 5000 * static_cast<double>(0.1F) * static_cast<double>(0.1F);
  const double bound = FloatProductError(5000, std::sqrt(exact), std::sqrt(exact));
  EXPECT_LE(std::abs(out(0, 0) - exact), bound);
  EXPECT_LT(bound, 4e-4 * exact);
}

TEST(FloatProductErrorTest, IsInfiniteWhereNothingCanBeSaid) {
  EXPECT_EQ(FloatProductError(int64_t{1} << 23, 1, 1), std::numeric_limits<double>::infinity());
}

}  // namespace
}  // namespace sagespark::linalg
