#include "sagespark/algo/factorization_machines/predict.h"

#include <limits>
#include <vector>

#include "sagespark/testing/matchers.h"

namespace sagespark::algo {
namespace {

using linalg::Matrix;
using testing::ElementsAre;

// Two factors and the linear weight of three features.
FactorizationMachinesModel Model() {
  return {FactorizationMachinesTask::kRegressor, 0.5F, Matrix<float>(3, 3, {1, 2, 10, 3, 4, 20, 5, 6, 30})};
}

TEST(PredictMarginsTest, SumsBiasLinearWeightsAndPairs) {
  ThreadPool pool(1);
  // <v0, v1> = 3 + 8 = 11, <v0, v2> = 5 + 12 = 17, <v1, v2> = 15 + 24 = 39.
  const Matrix<float> rows(4, 3, {0, 0, 0, /**/ 2, 0, 0, /**/ 1, 2, 0, /**/ 1, -1, 2});
  std::vector<double> margins(4);
  ASSERT_OK(PredictMargins(Model(), rows.view(), pool, margins));
  EXPECT_THAT(margins, ElementsAre(0.5, 20.5, 0.5 + 10 + 40 + 22, 0.5 + 10 - 20 + 60 - 11 + 34 - 78));
}

TEST(PredictMarginsTest, SparseRowsScoreAsTheirDenseTwins) {
  ThreadPool pool(2);
  constexpr int64_t kRows = 1000;
  Matrix<float> dense(kRows, 3);
  std::vector<int64_t> ends;
  std::vector<int32_t> indices;
  std::vector<float> values;
  for (int64_t row = 0; row < kRows; ++row) {
    for (int32_t column = 0; column < 3; ++column) {
      if ((row + column) % 3 == 0) continue;
      dense(row, column) = static_cast<float>((row * 7 + column) % 11) - 5;  // Zero at times: spelled out.
      indices.push_back(column);
      values.push_back(dense(row, column));
    }
    ends.push_back(std::ssize(values));
  }
  std::vector<double> expected(kRows), margins(kRows);
  ASSERT_OK(PredictMargins(Model(), std::as_const(dense).view(), pool, expected));
  ASSERT_OK(PredictMargins(Model(), linalg::SparseRowsView{3, ends, indices, values}, pool, margins));
  EXPECT_EQ(margins, expected);
}

TEST(PredictMarginsTest, RejectsRowsThatDoNotFit) {
  ThreadPool pool(1);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  std::vector<double> margins(2);
  const Matrix<float> narrow(2, 2);
  EXPECT_THAT(PredictMargins(Model(), narrow.view(), pool, margins),
              IsError(ErrorKind::kInvalidArgument, "Rows have another length than the model's feature_dim: 2, feature_dim 3"));
  const Matrix<float> not_finite(2, 3, {0, 0, 0, 0, nan, 0});
  EXPECT_THAT(PredictMargins(Model(), not_finite.view(), pool, margins),
              IsError(ErrorKind::kCorruptData, "Data has a value that is not finite: row 1, column 1"));
  const std::vector<int64_t> ends = {0, 1};
  const std::vector<int32_t> indices = {3};
  const std::vector<float> values = {1};
  EXPECT_THAT(PredictMargins(Model(), linalg::SparseRowsView{3, ends, indices, values}, pool, margins),
              IsError(ErrorKind::kCorruptData, "Data has an index outside of the row: row 1, index 3, feature_dim 3"));
}

}  // namespace
}  // namespace sagespark::algo
