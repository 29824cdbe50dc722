#include "sagespark/linalg/symmetric_eigen.h"

#include <cmath>
#include <limits>
#include <vector>

#include "sagespark/testing/matchers.h"

namespace sagespark::linalg {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::Pointwise;

double Dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

void ExpectOrthonormalRows(const Matrix<double>& rows) {
  for (int64_t i = 0; i < rows.rows(); ++i) {
    for (int64_t j = 0; j <= i; ++j) EXPECT_NEAR(Dot(rows.Row(i), rows.Row(j)), i == j ? 1 : 0, 1e-12);
  }
}

TEST(LargestEigenpairsTest, FindsThePairsOfASmallMatrixByItsLowerTriangle) {
  // [[2, 1], [1, 2]] has 1 for (1, -1) and 3 for (1, 1); what stands above the diagonal is not read.
  ASSERT_OK_AND_ASSIGN(const EigenPairs pairs, LargestEigenpairs(Matrix<double>(2, 2, {2, 99, 1, 2}), 2));
  EXPECT_THAT(pairs.values, Pointwise(DoubleNear(1e-14), {1.0, 3.0}));
  const double half = std::sqrt(0.5);
  EXPECT_NEAR(std::abs(Dot(pairs.vectors.Row(0), std::vector<double>{half, -half})), 1, 1e-14);
  EXPECT_NEAR(std::abs(Dot(pairs.vectors.Row(1), std::vector<double>{half, half})), 1, 1e-14);
}

TEST(LargestEigenpairsTest, LeavesTheSmallPairsOut) {
  Matrix<double> diagonal(5, 5);
  for (int64_t i = 0; i < 5; ++i) diagonal(i, i) = static_cast<double>((i * 3) % 5);  // 0, 3, 1, 4, 2
  ASSERT_OK_AND_ASSIGN(const EigenPairs pairs, LargestEigenpairs(diagonal, 2));
  EXPECT_THAT(pairs.values, ElementsAre(3, 4));
  EXPECT_EQ(std::abs(pairs.vectors(0, 1)), 1);
  EXPECT_EQ(std::abs(pairs.vectors(1, 3)), 1);
  ASSERT_OK_AND_ASSIGN(const EigenPairs none, LargestEigenpairs(diagonal, 0));
  EXPECT_TRUE(none.values.empty());
}

TEST(LargestEigenpairsTest, GivesOrthonormalVectorsWhereEigenvaluesAreEqual) {
  constexpr int64_t kSize = 60;
  for (const double scale : {0.0, 1.0, 1e-200, 1e200}) {
    SCOPED_TRACE(scale);
    Matrix<double> identity(kSize, kSize);
    for (int64_t i = 0; i < kSize; ++i) identity(i, i) = scale;
    ASSERT_OK_AND_ASSIGN(const EigenPairs pairs, LargestEigenpairs(identity, 40));
    ExpectOrthonormalRows(pairs.vectors);
    for (const double value : pairs.values) EXPECT_DOUBLE_EQ(value, scale);
  }
  // Rank 1: 1 1^T has 60 once, and 0 59 times.
  ASSERT_OK_AND_ASSIGN(const EigenPairs pairs,
                       LargestEigenpairs(Matrix<double>(kSize, kSize, std::vector<double>(kSize * kSize, 1)), 30));
  ExpectOrthonormalRows(pairs.vectors);
  EXPECT_NEAR(pairs.values[29], 60, 1e-10);
  EXPECT_NEAR(pairs.values[28], 0, 1e-10);
}

TEST(LargestEigenpairsTest, RefusesWhatItCannotDecompose) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(LargestEigenpairs(Matrix<double>(2, 2, {1, 0, nan, 1}), 1),
              IsError(ErrorKind::kCorruptData, testing::HasSubstr("NaN or infinity")));
}

}  // namespace
}  // namespace sagespark::linalg
