#include "sagespark/linalg/low_rank_scatter.h"

#include <cmath>
#include <numeric>
#include <vector>

#include "sagespark/linalg/random.h"
#include "sagespark/linalg/scatter.h"
#include "sagespark/linalg/symmetric_eigen.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::linalg {
namespace {

/// Rows with a spectrum that falls slowly: direction j has the standard deviation 1 / (1 + j / 8), turned so that no column is one.
Matrix<float> SlowlyFallingRows(int64_t rows, int64_t cols, float offset = 0) {
  RandomStream random(3, 4);
  Matrix<float> matrix(rows, cols);
  std::vector<double> along(cols);
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < cols; ++j) along[j] = (random.NextUniform() - 0.5) / (1 + static_cast<double>(j) / 8);
    for (int64_t j = 0; j < cols; ++j) {  // The discrete Hartley transform is orthogonal.
      double sum = 0;
      for (int64_t t = 0; t < cols; ++t) {
        const double angle = 2 * M_PI * static_cast<double>(j * t % cols) / static_cast<double>(cols);
        sum += along[t] * (std::cos(angle) + std::sin(angle));
      }
      matrix(i, j) = offset + static_cast<float>(sum / std::sqrt(static_cast<double>(cols)));
    }
  }
  return matrix;
}

LowRankFactor FactorOf(const Matrix<float>& rows, LowRankScatter::Options options, int threads = 2,
                       int64_t piece = 1 << 20) {
  ThreadPool pool(threads);
  LowRankScatter accumulator(rows.cols(), options, pool);
  for (int64_t row = 0; row < rows.rows(); row += piece) {
    EXPECT_OK(accumulator.Add(rows.view().Rows(row, std::min(piece, rows.rows() - row))));
  }
  auto factor = std::move(accumulator).Finish();
  EXPECT_OK(factor);
  return *std::move(factor);
}

Matrix<double> ExactScatter(const Matrix<float>& rows, bool about_mean) {
  ThreadPool pool(2);
  ScatterAccumulator accumulator(rows.cols(), {.about_mean = about_mean, .products = Precision::kDouble}, pool);
  accumulator.Add(rows.view());
  Matrix<double> sums = std::move(accumulator).Finish().sums;
  for (int64_t i = 0; i < sums.rows(); ++i) {
    for (int64_t j = 0; j < i; ++j) sums(j, i) = sums(i, j);
  }
  return sums;
}

/// The part of the variance of the best `count` directions that the factor's last `count` capture.
double Captured(const LowRankFactor& factor, const Matrix<double>& scatter, int64_t count) {
  double captured = 0;
  for (int64_t i = factor.vectors.rows() - count; i < factor.vectors.rows(); ++i) {
    const std::span<const double> v = factor.vectors.Row(i);
    for (int64_t a = 0; a < scatter.rows(); ++a) {
      for (int64_t b = 0; b < scatter.cols(); ++b) captured += v[a] * scatter(a, b) * v[b];
    }
  }
  const auto best = LargestEigenpairs(scatter, count);
  return captured / std::accumulate(best->values.begin(), best->values.end(), 0.0);
}

TEST(LowRankScatterTest, IsExactWhereNothingIsLeftOut) {
  // (0, 0), (2, 2), (4, 4) about (2, 2): one direction, (1, 1) / sqrt(2), with singular value sqrt(16) = 4.
  const LowRankFactor factor = FactorOf(Matrix<float>(3, 2, {0, 0, 2, 2, 4, 4}), {.rank = 2});
  EXPECT_EQ(factor.rows, 3);
  EXPECT_THAT(factor.mean, testing::ElementsAre(2, 2));
  ASSERT_EQ(factor.values.size(), 2);
  EXPECT_NEAR(factor.values[0], 0, 1e-7);
  EXPECT_NEAR(factor.values[1], 4, 1e-12);
  EXPECT_NEAR(std::abs(factor.vectors(1, 0) + factor.vectors(1, 1)), std::sqrt(2), 1e-12);
  EXPECT_NEAR(factor.total, 16, 1e-12);
}

TEST(LowRankScatterTest, CapturesNearlyAllThatAnyDirectionsOfThatNumberCan) {
  const Matrix<float> rows = SlowlyFallingRows(3000, 120, 50);
  const Matrix<double> scatter = ExactScatter(rows, true);
  const LowRankFactor factor = FactorOf(rows, {.rank = 20});
  EXPECT_EQ(factor.rows, 3000);
  const double captured = Captured(factor, scatter, 10);
  EXPECT_GT(captured, 0.99);
  EXPECT_LE(captured, 1 + 1e-9);
  double trace = 0;
  for (int64_t i = 0; i < scatter.rows(); ++i) trace += scatter(i, i);
  EXPECT_NEAR(factor.total, trace, 1e-9 * trace);
}

TEST(LowRankScatterTest, FollowsAMeanThatMovesFromBlockToBlock) {
  Matrix<float> rows = SlowlyFallingRows(4 * 1024, 40);
  for (int64_t row = 0; row < 1024; ++row) rows(row, 7) += 1000;
  const LowRankFactor factor = FactorOf(rows, {.rank = 6});
  EXPECT_GT(Captured(factor, ExactScatter(rows, true), 3), 0.999);
  // A quarter of the rows stand 1000 away: n p (1 - p) 1000^2.
  EXPECT_NEAR(factor.values.back(), std::sqrt(4096 * 0.25 * 0.75) * 1000, 30);
}

TEST(LowRankScatterTest, TakesTheScatterAboutZeroWhenAsked) {
  const Matrix<float> rows = SlowlyFallingRows(1500, 30, 5);
  const LowRankFactor factor = FactorOf(rows, {.rank = 4, .about_mean = false});
  EXPECT_THAT(factor.mean, testing::Each(0.0));
  EXPECT_GT(Captured(factor, ExactScatter(rows, false), 1), 0.9999);
}

TEST(LowRankScatterTest, DependsOnTheSeedAndNeitherOnThreadsNorOnPieces) {
  const Matrix<float> rows = SlowlyFallingRows(1300, 64);
  const LowRankFactor factor = FactorOf(rows, {.rank = 8});
  EXPECT_EQ(FactorOf(rows, {.rank = 8}, 1, 100).vectors, factor.vectors);
  EXPECT_EQ(FactorOf(rows, {.rank = 8}, 3, 999).values, factor.values);
  EXPECT_FALSE(FactorOf(rows, {.rank = 8, .seed = 1}).vectors == factor.vectors);
}

TEST(LowRankScatterTest, GivesAnOrthonormalBasisWhenRowsSpanLess) {
  const LowRankFactor factor = FactorOf(Matrix<float>(5, 4, std::vector<float>(20, 3)), {.rank = 3});
  ASSERT_EQ(factor.vectors.rows(), 3);
  EXPECT_THAT(factor.values, testing::Each(testing::DoubleNear(0, 1e-12)));
  for (int64_t i = 0; i < 3; ++i) {
    for (int64_t j = 0; j <= i; ++j) {
      double dot = 0;
      for (int64_t col = 0; col < 4; ++col) dot += factor.vectors(i, col) * factor.vectors(j, col);
      EXPECT_NEAR(dot, i == j ? 1 : 0, 1e-12);
    }
  }
}

}  // namespace
}  // namespace sagespark::linalg
