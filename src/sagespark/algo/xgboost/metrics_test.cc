#include "sagespark/algo/xgboost/metrics.h"

#include "sagespark/testing/matchers.h"

namespace sagespark::algo {
namespace {

TEST(OwnMetricTest, ComparesClassesAsScikitLearnDoes) {
  // sklearn.metrics of labels and of the classes 0 1 1 0 1 0; precision_score(...) and its kin.
  const std::vector<float> labels = {0, 1, 0, 0, 1, 1};
  const XGBoostPredictions probabilities{.num_rows = 6, .values = {0.2f, 0.9f, 0.6f, 0.4f, 0.7f, 0.5f}};
  const auto of = [&](std::string_view metric) { return OwnMetric(metric, "binary:logistic", labels, probabilities); };
  EXPECT_DOUBLE_EQ(of("accuracy"), 4.0 / 6);
  EXPECT_DOUBLE_EQ(of("precision"), 2.0 / 3);
  EXPECT_DOUBLE_EQ(of("recall"), 2.0 / 3);
  EXPECT_DOUBLE_EQ(of("f1_binary"), 2.0 / 3);
}

TEST(OwnMetricTest, TakesTheMeanOverTheClasses) {
  // Classes 0 2 1 2 of rows labelled 0 1 1 0. Class 0: 1 of 1 right, 1 of 2 found; class 1: 1 of 1, 1 of 2; class 2: 0 of 2, never there.
  const std::vector<float> labels = {0, 1, 1, 0};
  const XGBoostPredictions probabilities{
      .num_rows = 4, .width = 3, .values = {.8f, .1f, .1f, .2f, .3f, .5f, 0, 1, 0, .1f, .2f, .7f}};
  const auto of = [&](std::string_view metric) { return OwnMetric(metric, "multi:softprob", labels, probabilities); };
  EXPECT_DOUBLE_EQ(of("accuracy"), 0.5);
  EXPECT_DOUBLE_EQ(of("precision_micro"), 0.5);
  EXPECT_DOUBLE_EQ(of("recall_micro"), 0.5);
  EXPECT_DOUBLE_EQ(of("precision_macro"), 2.0 / 3);
  EXPECT_DOUBLE_EQ(of("recall_macro"), 1.0 / 3);
  EXPECT_DOUBLE_EQ(of("f1_macro"), (2.0 / 3 + 2.0 / 3 + 0) / 3);
  EXPECT_DOUBLE_EQ(of("f1"), of("f1_macro"));
  EXPECT_DOUBLE_EQ(of("balanced_accuracy"), 0.5);  // Classes that are no label do not count.
}

TEST(OwnMetricTest, ComparesNumbers) {
  const std::vector<float> labels = {1, 2, 3};
  const XGBoostPredictions predictions{.num_rows = 3, .values = {1, 2, 5}};
  EXPECT_DOUBLE_EQ(OwnMetric("mse", "reg:squarederror", labels, predictions), 4.0 / 3);
  EXPECT_DOUBLE_EQ(OwnMetric("r2", "reg:squarederror", labels, predictions), 1 - 4.0 / 2);
}

}  // namespace
}  // namespace sagespark::algo
