#include "sagespark/algo/xgboost/metric_names.h"

#include <gtest/gtest.h>

namespace sagespark::algo {
namespace {

TEST(IsMaximizedTest, KnowsWhichMetricsGrow) {
  for (const char* metric : {"auc", "aucpr", "ndcg", "ndcg@5-", "map", "map@3", "interval-regression-accuracy", "f1", "r2"}) {
    EXPECT_TRUE(IsMaximized(metric)) << metric;
  }
  for (const char* metric : {"rmse", "mape", "error@0.7", "merror", "mlogloss", "mse"}) EXPECT_FALSE(IsMaximized(metric)) << metric;
}

}  // namespace
}  // namespace sagespark::algo
