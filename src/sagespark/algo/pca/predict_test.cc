#include "sagespark/algo/pca/predict.h"

#include <vector>

#include "sagespark/testing/matchers.h"

namespace sagespark::algo {
namespace {

using linalg::Matrix;
using testing::ElementsAre;

PcaModel ModelOf(std::vector<float> mean) {
  return {.singular_values = {1, 2}, .components = Matrix<float>(3, 2, {0, 1, 0, 0, 1, 0}), .mean = std::move(mean)};
}

TEST(PcaPredictorTest, ProjectsDenseAndSparseRowsLessTheMean) {
  const Matrix<float> dense(2, 3, {4, 5, 6, 0, 0, 7});
  const std::vector<int64_t> ends = {3, 4};
  const std::vector<int32_t> indices = {0, 1, 2, 2};
  const std::vector<float> values = {4, 5, 6, 7};
  const linalg::SparseRowsView sparse{.cols = 3, .row_ends = ends, .indices = indices, .values = values};
  std::vector<float> projections(4);
  const PcaPredictor predictor(ModelOf({1, 1, 2}));
  ASSERT_OK(predictor.Predict(dense.view(), projections));
  // The first component is the third column, the second the first.
  EXPECT_THAT(projections, ElementsAre(4, 3, 5, -1));
  std::vector<float> of_sparse(4);
  ASSERT_OK(predictor.Predict(sparse, of_sparse));
  EXPECT_EQ(of_sparse, projections);
  ASSERT_OK(PcaPredictor(ModelOf({})).Predict(dense.view(), projections));
  EXPECT_THAT(projections, ElementsAre(6, 4, 7, 0));
}

TEST(PcaPredictorTest, ProjectsMoreRowsThanOneBlockAndNone) {
  Matrix<float> rows(700, 3);
  for (int64_t row = 0; row < rows.rows(); ++row) rows(row, 2) = static_cast<float>(row);
  std::vector<float> projections(1400);
  const PcaPredictor predictor(ModelOf({}));
  ASSERT_OK(predictor.Predict(rows.view(), projections));
  for (int64_t row = 0; row < rows.rows(); ++row) ASSERT_EQ(projections[2 * row], static_cast<float>(row));
  EXPECT_OK(predictor.Predict(Matrix<float>(0, 3).view(), {}));
}

TEST(PcaPredictorTest, RefusesRowsOfAnotherLength) {
  std::vector<float> projections(2);
  EXPECT_THAT(PcaPredictor(ModelOf({})).Predict(Matrix<float>(1, 4).view(), projections),
              IsError(ErrorKind::kInvalidArgument,
                      "Rows have another length than the model's feature_dim: 4, feature_dim 3"));
}

TEST(PcaEvaluatorTest, AddsUpWhatTheComponentsExplain) {
  const PcaPredictor predictor(ModelOf({1, 1, 2}));
  PcaEvaluator evaluator(predictor);
  EXPECT_EQ(evaluator.ExplainedVarianceRatio(), 1);
  // Less the mean: (3, 4, 0) with 9 of 25, (0, 0, 5) with 25 of 25.
  ASSERT_OK(evaluator.Add(Matrix<float>(1, 3, {4, 5, 2}).view()));
  ASSERT_OK(evaluator.Add(Matrix<float>(1, 3, {1, 1, 7}).view()));
  EXPECT_EQ(evaluator.rows(), 2);
  EXPECT_DOUBLE_EQ(evaluator.ExplainedVarianceRatio(), 34.0 / 50);
}

}  // namespace
}  // namespace sagespark::algo
