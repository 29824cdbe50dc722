#include "sagespark/algo/kmeans/artifact.h"

#include <limits>
#include <string>
#include <vector>

#include "sagespark/testing/matchers.h"

namespace sagespark::algo {
namespace {

TEST(KMeansModelFromArrayTest, TakesKRowsOfCenters) {
  ASSERT_OK_AND_ASSIGN(const KMeansModel model,
                       KMeansModelFromArray(std::vector<int64_t>{2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(model.k(), 2);
  EXPECT_EQ(model.feature_dim(), 3);
  EXPECT_EQ(model.centers(1, 0), 4);
}

TEST(KMeansModelFromArrayTest, RejectsWhatIsNoModel) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const struct {
    const char* name;
    std::vector<int64_t> shape;
    std::vector<float> values;
    const char* message;
  } cases[] = {
      {"one dimension", {2}, {1, 2}, "K-means model is no array of k x d centers: shape (2), 2 values"},
      {"three dimensions", {1, 1, 2}, {1, 2}, "K-means model is no array of k x d centers: shape (1, 1, 2), 2 values"},
      {"no dimension", {}, {}, "K-means model is no array of k x d centers: shape (), 0 values"},
      {"no centers", {0, 2}, {}, "K-means model is no array of k x d centers: shape (0, 2), 0 values"},
      {"no columns", {2, 0}, {}, "K-means model is no array of k x d centers: shape (2, 0), 0 values"},
      {"negative", {-1, -2}, {1, 2}, "K-means model is no array of k x d centers: shape (-1, -2), 2 values"},
      {"cut", {2, 2}, {1, 2, 3}, "K-means model is no array of k x d centers: shape (2, 2), 3 values"},
      {"too long", {2, 2}, {1, 2, 3, 4, 5, 6}, "K-means model is no array of k x d centers: shape (2, 2), 6 values"},
      {"product overflows",
       {int64_t{1} << 62, 8},
       {},
       "K-means model is no array of k x d centers: shape (4611686018427387904, 8), 0 values"},
      {"NaN", {2, 2}, {1, 2, nan, 4}, "K-means model has a value that is not finite: center 1, column 0"},
  };
  for (const auto& test_case : cases) {
    SCOPED_TRACE(test_case.name);
    EXPECT_THAT(KMeansModelFromArray(test_case.shape, test_case.values),
                IsError(ErrorKind::kCorruptData, std::string(test_case.message)));
  }
}

}  // namespace
}  // namespace sagespark::algo
