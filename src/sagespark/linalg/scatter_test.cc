#include "sagespark/linalg/scatter.h"

#include <cmath>
#include <vector>

#include "sagespark/linalg/random.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::linalg {
namespace {

Matrix<float> RandomRows(int64_t rows, int64_t cols, float offset = 0, float scale = 1) {
  RandomStream random(1, 2);
  Matrix<float> matrix(rows, cols);
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < cols; ++j) {
      matrix(i, j) = offset + scale * static_cast<float>(random.NextUniform() * static_cast<double>(j % 7 + 1));
    }
  }
  return matrix;
}

/// By the definition, in long double.
Matrix<double> ScatterByDefinition(const Matrix<float>& rows, bool about_mean) {
  std::vector<long double> mean(rows.cols());
  for (int64_t i = 0; about_mean && i < rows.rows(); ++i) {
    for (int64_t j = 0; j < rows.cols(); ++j) mean[j] += rows(i, j);
  }
  for (long double& value : mean) value /= static_cast<long double>(rows.rows());
  Matrix<double> scatter(rows.cols(), rows.cols());
  for (int64_t a = 0; a < rows.cols(); ++a) {
    for (int64_t b = 0; b <= a; ++b) {
      long double sum = 0;
      for (int64_t i = 0; i < rows.rows(); ++i) sum += (rows(i, a) - mean[a]) * (rows(i, b) - mean[b]);
      scatter(a, b) = static_cast<double>(sum);
    }
  }
  return scatter;
}

/// The largest difference, relative to the largest element.
double Difference(const Matrix<double>& found, const Matrix<double>& expected) {
  double difference = 0, largest = 0;
  for (size_t i = 0; i < expected.values().size(); ++i) {
    difference = std::max(difference, std::abs(found.values()[i] - expected.values()[i]));
    largest = std::max(largest, std::abs(expected.values()[i]));
  }
  return difference / largest;
}

Scatter ScatterOf(const Matrix<float>& rows, ScatterAccumulator::Options options = {}, int threads = 2,
                  int64_t piece = 1 << 20) {
  ThreadPool pool(threads);
  ScatterAccumulator accumulator(rows.cols(), options, pool);
  for (int64_t row = 0; row < rows.rows(); row += piece) {
    accumulator.Add(rows.view().Rows(row, std::min(piece, rows.rows() - row)));
  }
  return std::move(accumulator).Finish();
}

TEST(ScatterAccumulatorTest, AddsUpASmallScatterByHand) {
  // Deviations from (2, 3): (-1, -3), (1, 3).
  const Scatter scatter = ScatterOf(Matrix<float>(2, 2, {1, 0, 3, 6}));
  EXPECT_EQ(scatter.rows, 2);
  EXPECT_THAT(scatter.mean, testing::ElementsAre(2, 3));
  EXPECT_THAT(scatter.sums.values(), testing::ElementsAre(2, 0, 6, 18));
  const Scatter about_zero = ScatterOf(Matrix<float>(2, 2, {1, 0, 3, 6}), {.about_mean = false});
  EXPECT_THAT(about_zero.mean, testing::ElementsAre(0, 0));
  EXPECT_THAT(about_zero.sums.values(), testing::ElementsAre(10, 0, 18, 36));
}

TEST(ScatterAccumulatorTest, AgreesWithTheDefinitionOverManyBlocksAndPanels) {
  const Matrix<float> rows = RandomRows(2500, 230);
  for (const bool about_mean : {true, false}) {
    SCOPED_TRACE(about_mean);
    const Matrix<double> expected = ScatterByDefinition(rows, about_mean);
    EXPECT_LT(Difference(ScatterOf(rows, {.about_mean = about_mean}).sums, expected), 1e-6);
    EXPECT_LT(Difference(ScatterOf(rows, {.about_mean = about_mean, .products = Precision::kDouble}).sums, expected), 1e-13);
  }
}

TEST(ScatterAccumulatorTest, KeepsItsPrecisionFarFromZero) {
  // The spread is a 100,000th of the offset, so that squares about zero agree in their first ten digits.
  const Matrix<float> rows = RandomRows(3000, 5, 1e5F);
  EXPECT_LT(Difference(ScatterOf(rows).sums, ScatterByDefinition(rows, true)), 1e-6);
}

TEST(ScatterAccumulatorTest, KeepsItsPrecisionWhereTheMeanMoves) {
  // The first block is far away from all others: its mean is of no use to them.
  Matrix<float> rows = RandomRows(6 * 1024, 3);
  for (int64_t row = 0; row < 1024; ++row) rows(row, 1) += 1e6F;
  EXPECT_LT(Difference(ScatterOf(rows).sums, ScatterByDefinition(rows, true)), 1e-6);
}

TEST(ScatterAccumulatorTest, TakesTinyAndHugeValues) {
  for (const float scale : {1e-36F, 1e36F}) {
    SCOPED_TRACE(scale);
    const Matrix<float> rows = RandomRows(1500, 4, 0, scale);
    EXPECT_LT(Difference(ScatterOf(rows).sums, ScatterByDefinition(rows, true)), 1e-6);
  }
  EXPECT_THAT(ScatterOf(Matrix<float>(3, 2)).sums.values(), testing::Each(0.0));
}

TEST(ScatterAccumulatorTest, DependsNeitherOnThreadsNorOnPieces) {
  const Matrix<float> rows = RandomRows(2100, 400);
  const Matrix<double> expected = ScatterOf(rows).sums;
  EXPECT_EQ(ScatterOf(rows, {}, 1).sums, expected);
  EXPECT_EQ(ScatterOf(rows, {}, 3, 700).sums, expected);
}

TEST(ScatterAccumulatorTest, TakesSparseRowsAsTheDenseOnesTheyStandFor) {
  const std::vector<int64_t> ends = {2, 2, 3};
  const std::vector<int32_t> indices = {0, 2, 1};
  const std::vector<float> values = {1, 4, 3};
  ThreadPool pool(1);
  ScatterAccumulator accumulator(3, {}, pool);
  accumulator.Add(SparseRowsView{.cols = 3, .row_ends = ends, .indices = indices, .values = values});
  EXPECT_EQ(std::move(accumulator).Finish().sums, ScatterOf(Matrix<float>(3, 3, {1, 0, 4, 0, 0, 0, 0, 3, 0})).sums);
}

}  // namespace
}  // namespace sagespark::linalg
