#include "sagespark/linalg/covariance.h"

#include <algorithm>
#include <cmath>

#include "sagespark/testing/matchers.h"

namespace sagespark::linalg {
namespace {

using ::testing::DoubleNear;
using ::testing::Pointwise;

/// x = 1, 2, 6 and y = 1, 5, 0: means 3 and 2; variances 14/2 and 14/2, covariance (2 - 3 - 6) / 2.
const std::vector<std::vector<double>> kRows = {{1, 1}, {2, 5}, {6, 0}};
const std::vector<double> kCovariance = {7, -3.5, -3.5, 7};

void ExpectNear(const std::vector<double>& actual, const std::vector<double>& expected, double tolerance) {
  EXPECT_THAT(actual, Pointwise(DoubleNear(tolerance), expected));
}

TEST(CovarianceTest, DenseRowsGiveTheSampleCovariance) {
  CovarianceAccumulator rows(2);
  for (const auto& row : kRows) rows.AddDense(row);
  ExpectNear(rows.Covariance().values(), kCovariance, 1e-14);
}

TEST(CovarianceTest, SparseRowsGiveTheSame) {
  CovarianceAccumulator rows(2);
  rows.AddSparse(std::vector<int32_t>{0, 1}, std::vector<double>{1, 1});
  rows.AddSparse(std::vector<int32_t>{0, 1}, std::vector<double>{2, 5});
  rows.AddSparse(std::vector<int32_t>{0}, std::vector<double>{6});
  ExpectNear(rows.Covariance().values(), kCovariance, 1e-14);
}

TEST(CovarianceTest, DenseAndSparseRowsMayMixInAnyOrder) {
  CovarianceAccumulator dense_first(2);
  dense_first.AddDense(kRows[0]);
  dense_first.AddSparse(std::vector<int32_t>{0}, std::vector<double>{6});
  dense_first.AddDense(kRows[1]);
  ExpectNear(dense_first.Covariance().values(), kCovariance, 1e-14);
  CovarianceAccumulator sparse_first(2);
  sparse_first.AddSparse(std::vector<int32_t>{0}, std::vector<double>{6});
  sparse_first.AddDense(kRows[1]);
  sparse_first.AddDense(kRows[0]);
  ExpectNear(sparse_first.Covariance().values(), kCovariance, 1e-14);
}

/// Rows i = 0 ... of two columns that are far from zero: 1e8 + i mod 7, and 1e8 - i mod 3.
std::vector<double> FarRow(int i) { return {1e8 + i % 7, 1e8 - i % 3}; }

TEST(CovarianceTest, ColumnsFarFromZeroDoNotCancel) {
  // Over whole cycles of 21 rows: variances 4 and 2/3 times n / (n - 1), and no covariance.
  constexpr int kRowCount = 21 * 40;
  CovarianceAccumulator rows(2);
  for (int i = 0; i < kRowCount; ++i) rows.AddDense(FarRow(i));
  const double unbiased = static_cast<double>(kRowCount) / (kRowCount - 1);
  ExpectNear(rows.Covariance().values(), {4 * unbiased, 0, 0, unbiased * 2 / 3}, 1e-6);
}

TEST(CovarianceTest, PartsMergeIntoTheWhole) {
  CovarianceAccumulator whole(2);
  CovarianceAccumulator merged(2);
  for (int part = 0; part < 5; ++part) {
    CovarianceAccumulator own(2);
    for (int i = 0; i < 100 * part; ++i) {  // The first part has no rows.
      own.AddDense(FarRow(3 * i + part));
      whole.AddDense(FarRow(3 * i + part));
    }
    merged.Merge(own);
  }
  EXPECT_EQ(merged.rows(), 1000);
  ExpectNear(merged.Covariance().values(), whole.Covariance().values(), 1e-6);
}

TEST(CovarianceTest, RowsMayComeAfterAMerge) {
  CovarianceAccumulator rows(2);
  CovarianceAccumulator other(2);
  rows.AddDense(kRows[0]);
  other.AddSparse(std::vector<int32_t>{0}, std::vector<double>{6});
  rows.Merge(other);
  rows.AddSparse(std::vector<int32_t>{0, 1}, std::vector<double>{2, 5});
  ExpectNear(rows.Covariance().values(), kCovariance, 1e-14);
}

}  // namespace
}  // namespace sagespark::linalg
