// What a model answers, how it is scored, and how it is put together from a file's arrays.
#include <cmath>
#include <vector>

#include "sagespark/algo/linear_learner/metrics.h"
#include "sagespark/algo/linear_learner/predict.h"
#include "sagespark/algo/linear_learner/testing/job.h"

namespace sagespark::algo {
namespace {

using linalg::Matrix;
using testing::ElementsAre;
using testing::FloatNear;

LinearModel ModelOf(PredictorType type, LinearLoss loss, Matrix<float> weights, std::vector<float> bias,
                    double threshold) {
  return {type, {.loss = loss}, std::move(weights), std::move(bias), threshold};
}

// Answers the first columns of a row as they are.
LinearPredictor Identity(PredictorType type, LinearLoss loss, int64_t outputs, double threshold) {
  Matrix<float> weights(outputs, outputs);
  for (int64_t i = 0; i < outputs; ++i) weights(i, i) = 1;
  return LinearPredictor(ModelOf(type, loss, weights, std::vector<float>(static_cast<size_t>(outputs)), threshold));
}

TEST(LinearPredictorTest, AnswersDenseAndSparseRows) {
  const LinearPredictor predictor(
      ModelOf(PredictorType::kRegressor, LinearLoss::kSquared, Matrix<float>(1, 3, {1, -2, 0.5}), {10}, 0));
  const Matrix<float> rows(2, 3, {1, 0, 4, 0, 3, 0});
  ThreadPool pool(1);
  ASSERT_OK_AND_ASSIGN(const Matrix<double> dense, predictor.Values(rows.view(), pool));
  EXPECT_THAT(dense.values(), ElementsAre(13, 4));
  const SparseCopy sparse(rows.view());
  ASSERT_OK_AND_ASSIGN(const Matrix<double> same, predictor.Values(sparse.view(), pool));
  EXPECT_EQ(same, dense);
}

TEST(LinearPredictorTest, RefusesRowsOfAnotherLength) {
  const LinearPredictor predictor = Identity(PredictorType::kRegressor, LinearLoss::kSquared, 1, 0);
  const Matrix<float> rows(1, 2);
  ThreadPool pool(1);
  EXPECT_THAT(predictor.Values(rows.view(), pool),
              IsError(ErrorKind::kInvalidArgument,
                      "Rows have another length than the model's: 2 features, the model has 1"));
}

TEST(LinearPredictorTest, ScoresAreProbabilitiesOfTheLogisticAndTheSoftmaxLoss) {
  float score = 0;
  const LinearPredictor logistic = Identity(PredictorType::kBinaryClassifier, LinearLoss::kLogistic, 1, 0.25);
  logistic.Scores(std::vector<double>{-std::log(3)}, std::span(&score, 1));
  EXPECT_FLOAT_EQ(score, 0.25);
  EXPECT_EQ(logistic.PredictedLabel(std::vector<double>{-1.0}), 1);
  EXPECT_EQ(logistic.PredictedLabel(std::vector<double>{-1.2}), 0);

  const LinearPredictor hinge = Identity(PredictorType::kBinaryClassifier, LinearLoss::kHinge, 1, -0.5);
  hinge.Scores(std::vector<double>{-0.5}, std::span(&score, 1));
  EXPECT_EQ(score, -0.5);
  EXPECT_EQ(hinge.PredictedLabel(std::vector<double>{-0.5}), 1);
  EXPECT_EQ(hinge.PredictedLabel(std::vector<double>{-0.75}), 0);

  std::vector<float> scores(3);
  const LinearPredictor softmax = Identity(PredictorType::kMulticlassClassifier, LinearLoss::kSoftmax, 3, 0);
  softmax.Scores(std::vector<double>{1000, 1000 + std::log(2), 1000}, scores);
  EXPECT_THAT(scores, ElementsAre(FloatNear(0.25, 1e-6), FloatNear(0.5, 1e-6), FloatNear(0.25, 1e-6)));
  EXPECT_EQ(softmax.PredictedLabel(std::vector<double>{1, 3, 3}), 1);
}

std::vector<double> ValuesOf(const std::vector<LinearMetric>& metrics) {
  std::vector<double> values;
  for (const LinearMetric& metric : metrics) values.push_back(metric.value);
  return values;
}

TEST(LinearEvaluatorTest, ScoresBinaryAnswersAsScikitLearnDoes) {
  const LinearPredictor predictor = Identity(PredictorType::kBinaryClassifier, LinearLoss::kHinge, 1, 0.25);
  LinearLearnerParams params;
  params.f_beta = 2;
  LinearEvaluator evaluator(predictor, params);
  ThreadPool pool(2);
  const std::span<const float> z = Goldens().List("scores_z");
  const linalg::MatrixView<const float> rows(z.data(), static_cast<int64_t>(z.size()), 1);
  ASSERT_OK(evaluator.Add(rows.Rows(0, 100), Goldens().List("binary").first(100), pool));
  ASSERT_OK(evaluator.Add(rows.Rows(100, rows.rows() - 100), Goldens().List("binary").subspan(100), pool));
  std::vector<double> values = ValuesOf(evaluator.Metrics());
  values.erase(values.begin());
  const auto expected = Goldens().List("scores_binary");
  ASSERT_EQ(values.size(), expected.size());
  for (size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(values[i], expected[i], i == 4 ? 2e-4 : 1e-6) << i;
  EXPECT_EQ(evaluator.Metrics()[2].name, "binary_f_2.000");
}

TEST(LinearEvaluatorTest, ScoresClassesAsScikitLearnDoes) {
  const LinearPredictor predictor = Identity(PredictorType::kMulticlassClassifier, LinearLoss::kSoftmax, 4, 0);
  LinearLearnerParams params;
  params.predictor_type = PredictorType::kMulticlassClassifier;
  params.num_classes = 4;
  params.accuracy_top_k = 2;
  LinearEvaluator evaluator(predictor, params);
  ThreadPool pool(1);
  ASSERT_OK(evaluator.Add(Goldens().Matrix("scores_class_z").view(), Goldens().List("classes"), pool));
  std::vector<double> values = ValuesOf(evaluator.Metrics());
  values.erase(values.begin());
  EXPECT_THAT(values, testing::Pointwise(testing::DoubleNear(1e-6), Goldens().List("scores_classes")));
  EXPECT_EQ(evaluator.Metrics()[2].name, "multiclass_top_k_accuracy_2");
}

TEST(LinearEvaluatorTest, ScoresNumbersInTheLabelsUnits) {
  const LinearPredictor predictor = Identity(PredictorType::kRegressor, LinearLoss::kHuber, 1, 0);
  LinearLearnerParams params;
  params.predictor_type = PredictorType::kRegressor;
  LinearEvaluator evaluator(predictor, params);
  ThreadPool pool(1);
  const Matrix<float> rows(2, 1, {3, 5});
  ASSERT_OK(evaluator.Add(rows.view(), std::vector<float>{0, 6}, pool));
  // Errors 3 and -1: huber 1 * (3 - 1/2) and 1/2.
  EXPECT_THAT(evaluator.Metrics(), ElementsAre(LinearMetric{"huber_loss_objective", true, 1.5}, LinearMetric{"mse", true, 5},
                                               LinearMetric{"rmse", true, std::sqrt(5)},
                                               LinearMetric{"absolute_loss", true, 2}));
}

TEST(RocCurveTest, OfOneClassIsAHalf) {
  RocCurve curve;
  curve.Add(1, true);
  EXPECT_EQ(curve.Area(), 0.5);
  curve.Add(-1, false);
  EXPECT_EQ(curve.Area(), 1);
  curve.Add(1, false);
  EXPECT_EQ(curve.Area(), 0.75);
}

TEST(LinearModelFromArraysTest, RefusesWhatDoesNotFitTogether) {
  struct Case {
    PredictorType type;
    std::vector<int64_t> shape;
    std::vector<float> weights;
    std::vector<int64_t> bias_shape;
    std::vector<float> bias;
    std::string message;
  };
  const std::vector<Case> cases = {
      {PredictorType::kRegressor, {2}, {1, 2}, {1}, {0}, "no outputs x features weights"},
      {PredictorType::kRegressor, {1, 3}, {1, 2}, {1}, {0}, "no outputs x features weights"},
      {PredictorType::kRegressor, {1, 2}, {1, 2}, {2}, {0, 0}, "no outputs x features weights"},
      {PredictorType::kRegressor, {1, 2}, {1, 2}, {1}, {}, "no outputs x features weights"},
      {PredictorType::kRegressor, {2, 1}, {1, 2}, {2}, {0, 0}, "does not go with its predictor_type: 2, regressor"},
      {PredictorType::kMulticlassClassifier, {2, 1}, {1, 2}, {2}, {0, 0},
       "does not go with its predictor_type: 2, multiclass_classifier"},
      {PredictorType::kRegressor, {1, 2}, {1, NAN}, {1}, {0}, "weight that is not finite: output 0, feature 1"},
      {PredictorType::kRegressor, {1, 2}, {1, 2}, {1}, {INFINITY}, "bias that is not finite: output 0"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.message);
    EXPECT_THAT(LinearModelFromArrays(c.type, {}, 0, c.shape, c.weights, c.bias_shape, c.bias),
                IsError(ErrorKind::kCorruptData, testing::HasSubstr(c.message)));
  }
  EXPECT_THAT(LinearModelFromArrays(PredictorType::kBinaryClassifier, {}, NAN, std::vector<int64_t>{1, 1},
                                    std::vector<float>{1}, std::vector<int64_t>{1}, std::vector<float>{0}),
              IsError(ErrorKind::kCorruptData, testing::HasSubstr("threshold that is not finite")));
}

}  // namespace
}  // namespace sagespark::algo
