#include "sagespark/algo/pca/artifact.h"

#include <limits>
#include <string>
#include <vector>

#include "sagespark/testing/matchers.h"

namespace sagespark::algo {
namespace {

using testing::ElementsAre;

struct Array {
  std::string name;
  std::vector<int64_t> shape;
  std::vector<float> values;
};

Result<PcaModel> ModelFrom(const std::vector<Array>& arrays) {
  std::vector<PcaArrayView> views;
  for (const Array& array : arrays) views.push_back({array.name, array.shape, array.values});
  return PcaModelFromArrays(views);
}

const Array kS = {"s", {2}, {1, 2}};
const Array kV = {"v", {3, 2}, {1, 0, 0, 1, 0, 0}};
const Array kMean = {"mean", {1, 3}, {7, 8, 9}};

TEST(PcaModelFromArraysTest, TakesArraysInAnyOrder) {
  ASSERT_OK_AND_ASSIGN(const PcaModel model, ModelFrom({kV, kMean, kS}));
  EXPECT_EQ(model.feature_dim(), 3);
  EXPECT_EQ(model.num_components(), 2);
  EXPECT_THAT(model.singular_values, ElementsAre(1, 2));
  EXPECT_EQ(model.components(1, 1), 1);
  EXPECT_THAT(model.mean, ElementsAre(7, 8, 9));
}

TEST(PcaModelFromArraysTest, TakesAModelWithoutMeanAndVectorsOfOneRowOrColumn) {
  ASSERT_OK_AND_ASSIGN(const PcaModel model, ModelFrom({{"s", {1, 2}, {1, 2}}, kV}));
  EXPECT_THAT(model.mean, testing::IsEmpty());
  EXPECT_OK(ModelFrom({{"s", {2, 1}, {1, 2}}, kV, {"mean", {3}, {7, 8, 9}}}));
  EXPECT_OK(ModelFrom({{"s", {1}, {1}}, {"v", {1, 1}, {1}}, {"mean", {1, 1}, {0}}}));
}

TEST(PcaModelFromArraysTest, NamesWhatIsNoModel) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const struct {
    const char* name;
    std::vector<Array> arrays;
    const char* message;
  } cases[] = {
      {"k-means model", {{"", {2, 2}, {1, 2, 3, 4}}}, "PCA model has an array of another name than s, v and mean: \"\""},
      {"nothing", {}, "PCA model lacks an array: v"},
      {"no s", {kV, kMean}, "PCA model lacks an array: s"},
      {"twice", {kV, kS, kS}, "PCA model has an array twice: s"},
      {"v has one dimension", {kS, {"v", {6}, {1, 2, 3, 4, 5, 6}}},
       "PCA model has an array of another shape than feature_dim x num_components: v has shape (6), 6 values"},
      {"v is cut", {kS, {"v", {3, 2}, {1, 2, 3}}},
       "PCA model has an array of another shape than feature_dim x num_components: v has shape (3, 2), 3 values"},
      {"v is empty", {kS, {"v", {0, 2}, {}}},
       "PCA model has an array of another shape than feature_dim x num_components: v has shape (0, 2), 0 values"},
      {"s has another length", {kV, {"s", {3}, {1, 2, 3}}},
       "PCA model has an array of another shape than num_components = 2: s has shape (3), 3 values"},
      {"mean has another length", {kV, kS, {"mean", {1, 2}, {1, 2}}},
       "PCA model has an array of another shape than 1 x feature_dim = 1 x 3: mean has shape (1, 2), 2 values"},
      {"NaN", {kV, {"s", {2}, {1, nan}}}, "PCA model has a value that is not finite: s, value 1"},
  };
  for (const auto& test_case : cases) {
    SCOPED_TRACE(test_case.name);
    EXPECT_THAT(ModelFrom(test_case.arrays), IsError(ErrorKind::kCorruptData, std::string(test_case.message)));
  }
}

}  // namespace
}  // namespace sagespark::algo
