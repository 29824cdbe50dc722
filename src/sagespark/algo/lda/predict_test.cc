#include "sagespark/algo/lda/predict.h"

#include <cmath>

#include "sagespark/testing/matchers.h"

namespace sagespark::algo {
namespace {

using linalg::Matrix;
using testing::ElementsAre;
using testing::FloatNear;

LdaCorpus Documents(const Matrix<float>& rows) {
  LdaCorpus corpus(rows.cols());
  SAGESPARK_CHECK(corpus.Add(rows.view()).ok());
  return corpus;
}

// Two topics without common words.
LdaModel TwoTopics() { return {{0.75, 0.25}, Matrix<float>(2, 3, {0.5, 0.5, 0, 0, 0, 1})}; }

TEST(LdaPredictorTest, AnswersTheMeanOfThePosterior) {
  const LdaPredictor predictor(TwoTopics());
  ThreadPool pool(2);
  std::vector<float> mixtures(6);
  // By hand: (0.75 + 3, 0.25 + 0) / 4; (0.75 + 1, 0.25 + 6) / 8; the prior.
  ASSERT_OK(predictor.Predict(Documents({3, 3, {2, 1, 0, 1, 0, 6, 0, 0, 0}}), pool, mixtures));
  EXPECT_THAT(mixtures, ElementsAre(FloatNear(0.9375F, 1e-4F), FloatNear(0.0625F, 1e-4F), FloatNear(0.21875F, 1e-4F),
                                    FloatNear(0.78125F, 1e-4F), 0.75F, 0.25F));
}

TEST(LdaPredictorTest, RejectsAnotherVocabulary) {
  const LdaPredictor predictor(TwoTopics());
  ThreadPool pool(1);
  EXPECT_THAT(predictor.Predict(LdaCorpus(2), pool, {}),
              IsError(ErrorKind::kInvalidArgument,
                      "Documents have another length than the model's feature_dim: 2, feature_dim 3"));
}

TEST(LdaEvaluatorTest, IsTheMeanLogarithmOfTheProbabilitiesOfTheWords) {
  const LdaPredictor predictor(TwoTopics());
  LdaEvaluator evaluator(predictor);
  ThreadPool pool(1);
  ASSERT_OK(evaluator.Add(Documents({2, 3, {2, 1, 0, 0, 0, 0}}), pool));
  ASSERT_OK(evaluator.Add(Documents({1, 3, {1, 0, 6}}), pool));
  EXPECT_EQ(evaluator.documents(), 3);
  EXPECT_EQ(evaluator.words(), 10);
  const double sum = 3 * std::log(0.9375 * 0.5) + std::log(0.21875 * 0.5) + 6 * std::log(0.78125);
  EXPECT_NEAR(evaluator.PerWordLogLikelihood(), sum / 10, 1e-4);
}

TEST(LdaEvaluatorTest, AWordThatNoTopicHasCostsALimitedAmount) {
  const LdaPredictor predictor({{1}, Matrix<float>(1, 2, {1, 0})});
  LdaEvaluator evaluator(predictor);
  ThreadPool pool(1);
  ASSERT_OK(evaluator.Add(Documents({1, 2, {0, 1}}), pool));
  EXPECT_NEAR(evaluator.PerWordLogLikelihood(), std::log(1e-10), 1e-9);
}

}  // namespace
}  // namespace sagespark::algo
