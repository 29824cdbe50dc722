#include "sagespark/algo/xgboost/held_out.h"

#include <gmock/gmock.h>

namespace sagespark::algo {
namespace {

XGBoostPredictions Column(std::vector<float> values) {
  return {.num_rows = static_cast<int64_t>(values.size()), .values = std::move(values)};
}

TEST(HeldOutPredictionsTest, AreMeansWithoutClasses) {
  HeldOutPredictions predictions({.objective = "reg:squarederror"}, {1.5, -2});
  predictions.Add({1}, Column({4}));
  predictions.Add({0, 1}, Column({1, 5}));
  EXPECT_EQ(predictions.Csv(), "1.500000,1.000000\n-2.000000,4.500000\n");
}

TEST(HeldOutPredictionsTest, HaveTheClassThatMostTimesPredicted) {
  HeldOutPredictions binary({.objective = "binary:logistic"}, {1});
  for (const float probability : {0.25f, 0.75f, 0.625f}) binary.Add({0}, Column({probability}));
  EXPECT_EQ(binary.Csv(), "1.000000,0.541667,1.000000\n");
  HeldOutPredictions softprob({.objective = "multi:softprob", .num_class = 3}, {2, 0});
  softprob.Add({0, 1}, {.num_rows = 2, .width = 3, .values = {0.125, 0.25, 0.625, 0.5, 0.25, 0.25}});
  softprob.Add({0, 1}, {.num_rows = 2, .width = 3, .values = {0.125, 0.5, 0.375, 0.75, 0.125, 0.125}});
  EXPECT_EQ(softprob.Csv(), "2.000000,0.562500,1.000000\n0.000000,0.625000,0.000000\n");
}

}  // namespace
}  // namespace sagespark::algo
