#include "sagespark/algo/factorization_machines/scores.h"

#include <cmath>
#include <limits>

#include "sagespark/testing/matchers.h"

namespace sagespark::algo {
namespace {

TEST(FactorizationMachinesScoresTest, ARegressorsErrorsByHand) {
  FactorizationMachinesScores scores(FactorizationMachinesTask::kRegressor);
  scores.Add(1, 4);   // 3 off.
  scores.Add(0, -4);  // 4 off.
  const auto named = scores.Named();
  ASSERT_EQ(named.size(), 3);
  EXPECT_EQ(named[0].name, "rmse");
  EXPECT_DOUBLE_EQ(named[0].value, std::sqrt(12.5));
  EXPECT_EQ(named[1].name, "mse");
  EXPECT_DOUBLE_EQ(named[1].value, 12.5);
  EXPECT_EQ(named[2].name, "absolute_loss");
  EXPECT_DOUBLE_EQ(named[2].value, 3.5);
  EXPECT_DOUBLE_EQ(scores.loss(), 12.5);  // Half of 9 + 16.
  EXPECT_EQ(scores.rows(), 2);
}

TEST(FactorizationMachinesScoresTest, AClassifiersScoresByHand) {
  FactorizationMachinesScores scores(FactorizationMachinesTask::kBinaryClassifier);
  const double log3 = std::log(3.0);
  scores.Add(log3, 1);   // Probability of 1 is 3/4: found.
  scores.Add(log3, 0);   // Wrongly found.
  scores.Add(-log3, 1);  // Missed.
  scores.Add(-log3, 0);
  scores.Add(0, 1);  // Exactly 0.5 counts as 1.
  const auto named = scores.Named();
  ASSERT_EQ(named.size(), 3);
  EXPECT_EQ(named[0].name, "binary_classification_accuracy");
  EXPECT_FALSE(named[0].is_loss);
  EXPECT_DOUBLE_EQ(named[0].value, 3 / 5.0);
  EXPECT_EQ(named[1].name, "binary_classification_cross_entropy");
  EXPECT_TRUE(named[1].is_loss);
  EXPECT_DOUBLE_EQ(named[1].value, (2 * std::log(4.0 / 3) + 2 * std::log(4.0) + std::log(2.0)) / 5);
  EXPECT_EQ(named[2].name, "binary_f_1.000");
  EXPECT_FALSE(named[2].is_loss);
  EXPECT_DOUBLE_EQ(named[2].value, 2 * 2 / (2 * 2 + 1 + 1.0));  // 2 TP / (2 TP + FP + FN).
}

TEST(FactorizationMachinesScoresTest, TheFScoreWithoutAnyRowOfClassOneIsZero) {
  FactorizationMachinesScores scores(FactorizationMachinesTask::kBinaryClassifier);
  scores.Add(-1, 0);
  EXPECT_EQ(scores.Named()[2].value, 0);
}

TEST(FactorizationMachinesScoresTest, LargeMarginsDoNotOverflow) {
  FactorizationMachinesScores scores(FactorizationMachinesTask::kBinaryClassifier);
  scores.Add(-5000, 1);
  scores.Add(5000, 1);
  EXPECT_DOUBLE_EQ(scores.loss(), 5000);
  EXPECT_EQ(LogisticScore(-5000), 0);
  EXPECT_EQ(LogisticScore(5000), 1);
  scores.Add(std::numeric_limits<double>::infinity(), 0);
  EXPECT_FALSE(std::isfinite(scores.loss()));
}

TEST(LabelOfTest, IsOneFromOneHalfOn) {
  EXPECT_EQ(LabelOf(LogisticScore(0)), 1);
  EXPECT_EQ(LabelOf(0.49999997F), 0);
  EXPECT_EQ(LabelOf(1), 1);
}

}  // namespace
}  // namespace sagespark::algo
