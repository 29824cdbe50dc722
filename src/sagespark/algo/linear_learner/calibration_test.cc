#include "sagespark/algo/linear_learner/calibration.h"

#include <vector>

#include "sagespark/testing/matchers.h"

namespace sagespark::algo {
namespace {

// In falling order of value: labels 1, 1, 0, 1, 0, 0.
const std::vector<float> kValues = {-1, 3, 0.5F, 2, -2, 1};
const std::vector<float> kLabels = {0, 1, 1, 1, 0, 0};

LinearLearnerParams With(SelectionCriterion criterion) {
  LinearLearnerParams params;
  params.criterion = criterion;
  return params;
}

TEST(CalibrateThresholdTest, FindsTheMostAccurateThresholdNearestToTheNaturalOne) {
  // Above 1.5: one of six is wrong; above -0.25 ... 0.5: one too, and 0 lies in that gap.
  const Calibration found = CalibrateThreshold(kValues, kLabels, 0, With(SelectionCriterion::kAccuracy));
  EXPECT_EQ(found.threshold, 0);
  EXPECT_DOUBLE_EQ(found.criterion, 5.0 / 6);
  EXPECT_EQ(found.counts.false_positives, 1);
}

TEST(CalibrateThresholdTest, LiesHalfwayBetweenTwoValues) {
  const Calibration found = CalibrateThreshold(kValues, kLabels, 5, With(SelectionCriterion::kAccuracy));
  EXPECT_DOUBLE_EQ(found.threshold, 1.5);
}

TEST(CalibrateThresholdTest, MakesFBetaLargest) {
  LinearLearnerParams params = With(SelectionCriterion::kFBeta);
  params.criterion_beta = 2;
  // All three positives and one negative: 5 * 3 / (5 * 3 + 4 * 0 + 1).
  EXPECT_DOUBLE_EQ(CalibrateThreshold(kValues, kLabels, 0, params).criterion, 15.0 / 16);
  params.criterion_beta = 0.1;
  // Two positives, no negative.
  EXPECT_DOUBLE_EQ(CalibrateThreshold(kValues, kLabels, 0, params).criterion, 2.02 / 2.03);
}

TEST(CalibrateThresholdTest, MakesPrecisionLargestAtTheTargetRecall) {
  LinearLearnerParams params = With(SelectionCriterion::kPrecisionAtTargetRecall);
  params.target_recall = 0.9;
  const Calibration all = CalibrateThreshold(kValues, kLabels, 0, params);
  EXPECT_DOUBLE_EQ(all.criterion, 0.75);
  EXPECT_EQ(all.counts.recall(), 1);
  params.target_recall = 0.6;
  EXPECT_DOUBLE_EQ(CalibrateThreshold(kValues, kLabels, 0, params).threshold, 1.5);
}

TEST(CalibrateThresholdTest, MakesRecallLargestAtTheTargetPrecision) {
  LinearLearnerParams params = With(SelectionCriterion::kRecallAtTargetPrecision);
  params.target_precision = 0.9;
  EXPECT_DOUBLE_EQ(CalibrateThreshold(kValues, kLabels, 0, params).criterion, 2.0 / 3);
  params.target_precision = 0.7;
  EXPECT_DOUBLE_EQ(CalibrateThreshold(kValues, kLabels, 0, params).criterion, 1);
}

TEST(CalibrateThresholdTest, ComesAsNearToAnUnreachableTargetAsItCan) {
  LinearLearnerParams params = With(SelectionCriterion::kRecallAtTargetPrecision);
  params.target_precision = 0.9;
  // The upper value's label is 0: the best precision is a half.
  const std::vector<float> values = {1, 2};
  const std::vector<float> labels = {1, 0};
  const Calibration found = CalibrateThreshold(values, labels, 0, params);
  EXPECT_EQ(found.counts.precision(), 0.5);
  EXPECT_EQ(found.threshold, 0);
}

TEST(CalibrateThresholdTest, KeepsTiedValuesTogetherAndTakesOneClass) {
  const std::vector<float> tied = {1, 1, 1};
  const Calibration found =
      CalibrateThreshold(tied, std::vector<float>{1, 0, 0}, 0, With(SelectionCriterion::kAccuracy));
  EXPECT_GT(found.threshold, 1);
  EXPECT_DOUBLE_EQ(found.criterion, 2.0 / 3);
  EXPECT_EQ(CalibrateThreshold(tied, std::vector<float>{1, 1, 1}, 0, With(SelectionCriterion::kAccuracy)).threshold, 0);
}

}  // namespace
}  // namespace sagespark::algo
