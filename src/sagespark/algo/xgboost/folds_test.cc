#include "sagespark/algo/xgboost/folds.h"

#include <gmock/gmock.h>

#include <set>

namespace sagespark::algo {
namespace {

using testing::ElementsAre;

int64_t CountOf(const std::vector<int32_t>& fold, const std::vector<float>& classes, float value) {
  return std::count_if(fold.begin(), fold.end(), [&](int32_t row) { return classes[static_cast<size_t>(row)] == value; });
}

TEST(DealFoldsTest, EveryRowIsInOneFoldAndEveryClassInAllAlike) {
  std::vector<float> classes;
  for (int row = 0; row < 103; ++row) classes.push_back(row % 5 == 0 ? 1.0f : row % 7 == 0 ? 2.0f : 0.0f);
  const auto folds = DealFolds(classes, 4, 0);
  ASSERT_EQ(folds.size(), 4u);
  std::set<int32_t> seen;
  for (const auto& fold : folds) {
    seen.insert(fold.begin(), fold.end());
    EXPECT_TRUE(std::is_sorted(fold.begin(), fold.end()));
    EXPECT_THAT(fold.size(), testing::AnyOf(25u, 26u));
    for (const float value : {0.0f, 1.0f, 2.0f}) {
      const int64_t all = std::count(classes.begin(), classes.end(), value);
      EXPECT_THAT(CountOf(fold, classes, value), testing::AllOf(testing::Ge(all / 4), testing::Le(all / 4 + 1)));
    }
  }
  EXPECT_EQ(seen.size(), classes.size());
}

TEST(DealFoldsTest, FoldsDependOnTheSeedOnly) {
  const std::vector<float> classes(50, 0.0f);
  EXPECT_EQ(DealFolds(classes, 3, 7), DealFolds(classes, 3, 7));
  EXPECT_NE(DealFolds(classes, 3, 7), DealFolds(classes, 3, 8));
  const std::vector<std::vector<int32_t>> in_order = {{0, 3, 6, 9}, {1, 4, 7}, {2, 5, 8}};
  EXPECT_NE(DealFolds(std::vector<float>(10, 0.0f), 3, 0), in_order);
}

TEST(RowsBesideTest, AreAllOthers) {
  EXPECT_THAT(RowsBeside({0, 3}, 5), ElementsAre(1, 2, 4));
  EXPECT_THAT(RowsBeside({}, 2), ElementsAre(0, 1));
}

}  // namespace
}  // namespace sagespark::algo
