#include "sagespark/algo/xgboost/labels.h"

#include "sagespark/testing/matchers.h"

namespace sagespark::algo {
namespace {

using testing::HasSubstr;

TEST(CheckXGBoostLabelsTest, NamesTheRowOfALabelOutsideTheClasses) {
  ASSERT_OK_AND_ASSIGN(const XGBoostParams params,
                       ParseXGBoostParams({{"num_round", "1"}, {"objective", "multi:softmax"}, {"num_class", "3"}}));
  EXPECT_OK(CheckXGBoostLabels(params, {0, 1, 2}));
  EXPECT_THAT(CheckXGBoostLabels(params, {0, 1, 3}),
              IsError(ErrorKind::kInvalidArgument,
                      "Label does not fit the objective: row 2 has 3, valid for multi:softmax is an integer in [0, num_class = 3)"));
  EXPECT_THAT(CheckXGBoostLabels(params, {0.5}), IsError(ErrorKind::kInvalidArgument, HasSubstr("row 0 has 0.5")));
  ASSERT_OK_AND_ASSIGN(const XGBoostParams binary, ParseXGBoostParams({{"num_round", "1"}, {"objective", "binary:logistic"}}));
  ASSERT_OK_AND_ASSIGN(const XGBoostParams aft, ParseXGBoostParams({{"num_round", "1"}, {"objective", "survival:aft"}}));
  EXPECT_THAT(CheckXGBoostLabels(aft, {2, -1, 0}), IsError(ErrorKind::kInvalidArgument, HasSubstr("row 2 has 0")));
  EXPECT_THAT(CheckXGBoostLabels(binary, {1, -1}), IsError(ErrorKind::kInvalidArgument, HasSubstr("row 1 has -1")));
}

}  // namespace
}  // namespace sagespark::algo
