#include "sagespark/linalg/cholesky.h"

#include <limits>
#include <vector>

#include "sagespark/testing/matchers.h"

namespace sagespark::linalg {
namespace {

using testing::DoubleNear;
using testing::Pointwise;

TEST(CholeskyFactorTest, SolvesBySymmetryFromTheLowerTriangle) {
  // [[4, 2, 0], [2, 5, 1], [0, 1, 3]] times (1, -2, 3) is (0, -5, 7); what stands above the diagonal is not read.
  const auto factor = CholeskyFactor::Of(Matrix<double>(3, 3, {4, 99, 99, 2, 5, 99, 0, 1, 3}));
  ASSERT_TRUE(factor.has_value());
  EXPECT_EQ(factor->size(), 3);
  std::vector<double> x = {0, -5, 7};
  factor->Solve(x);
  EXPECT_THAT(x, Pointwise(DoubleNear(1e-14), {1.0, -2.0, 3.0}));
}

TEST(CholeskyFactorTest, RefusesWhatIsNotPositiveDefinite) {
  EXPECT_FALSE(CholeskyFactor::Of(Matrix<double>(2, 2, {1, 0, 2, 1})).has_value());
  EXPECT_FALSE(CholeskyFactor::Of(Matrix<double>(2, 2, {1, 0, 0, 0})).has_value());
  for (const double value : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    EXPECT_FALSE(CholeskyFactor::Of(Matrix<double>(2, 2, {value, 0, 0, 1})).has_value());
    EXPECT_FALSE(CholeskyFactor::Of(Matrix<double>(2, 2, {1, 0, value, 1})).has_value());
  }
}

}  // namespace
}  // namespace sagespark::linalg
