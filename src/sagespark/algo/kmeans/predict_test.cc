#include "sagespark/algo/kmeans/predict.h"

#include <limits>
#include <vector>

#include "sagespark/testing/matchers.h"

namespace sagespark::algo {
namespace {

using linalg::Matrix;
using testing::ElementsAre;

KMeansModel TwoCenters() { return {Matrix<float>(2, 2, {0, 0, 10, 10})}; }

TEST(KMeansPredictorTest, GivesTheClosestClusterAndTheDistanceNotItsSquare) {
  const KMeansPredictor predictor(TwoCenters());
  ThreadPool pool(2);
  // By hand: (3, 4) is 5 from the first; (10, 8) is 2 from the second; (5, 5) is as far from both: the lower one.
  const Matrix<float> rows(3, 2, {3, 4, 10, 8, 5, 5});
  std::vector<float> clusters(3), distances(3);
  ASSERT_OK(predictor.Predict(rows.view(), pool, clusters, distances));
  EXPECT_THAT(clusters, ElementsAre(0, 1, 0));
  EXPECT_THAT(distances, ElementsAre(5, 2, testing::FloatEq(7.0710678F)));
}

TEST(KMeansPredictorTest, StaysValidWhenMoved) {
  KMeansPredictor first(TwoCenters());
  const KMeansPredictor predictor(std::move(first));
  ThreadPool pool(1);
  const Matrix<float> row(1, 2, {9, 9});
  std::vector<float> cluster(1), distance(1);
  ASSERT_OK(predictor.Predict(row.view(), pool, cluster, distance));
  EXPECT_EQ(cluster[0], 1);
}

TEST(KMeansPredictorTest, PredictsNothingForNoRows) {
  ThreadPool pool(1);
  EXPECT_OK(KMeansPredictor(TwoCenters()).Predict(Matrix<float>(0, 2).view(), pool, {}, {}));
}

TEST(KMeansPredictorTest, RejectsRowsThatDoNotFit) {
  const float infinity = std::numeric_limits<float>::infinity();
  const KMeansPredictor predictor(TwoCenters());
  ThreadPool pool(1);
  std::vector<float> clusters(2), distances(2);
  EXPECT_THAT(predictor.Predict(Matrix<float>(2, 3).view(), pool, clusters, distances),
              IsError(ErrorKind::kInvalidArgument,
                      "Rows have another length than the model's feature_dim: 3, feature_dim 2"));
  EXPECT_THAT(predictor.Predict(Matrix<float>(2, 2, {1, 2, 3, infinity}).view(), pool, clusters, distances),
              IsError(ErrorKind::kCorruptData, "Data has a value that is not finite: row 1, column 1"));
}

TEST(KMeansEvaluatorTest, AddsUpSquaredDistances) {
  const KMeansPredictor predictor(TwoCenters());
  KMeansEvaluator evaluator(predictor);
  ThreadPool pool(1);
  ASSERT_OK(evaluator.Add(Matrix<float>(2, 2, {3, 4, 10, 8}).view(), pool));
  ASSERT_OK(evaluator.Add(Matrix<float>(2, 2, {0, 1, 10, 10}).view(), pool));
  // By hand: 25 + 4 + 1 + 0.
  EXPECT_EQ(evaluator.rows(), 4);
  EXPECT_EQ(evaluator.Score(EvalMetric::kSsd), 30);
  EXPECT_EQ(evaluator.Score(EvalMetric::kMsd), 7.5);
}

TEST(KMeansEvaluatorTest, SaysWhereARowIsBad) {
  const KMeansPredictor predictor(TwoCenters());
  KMeansEvaluator evaluator(predictor);
  ThreadPool pool(1);
  ASSERT_OK(evaluator.Add(Matrix<float>(2, 2).view(), pool));
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(evaluator.Add(Matrix<float>(1, 2, {nan, 0}).view(), pool),
              IsError(ErrorKind::kCorruptData, "After 2 test rows: Data has a value that is not finite: row 0, column 0"));
}

}  // namespace
}  // namespace sagespark::algo
