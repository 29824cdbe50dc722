#include "sagespark/algo/lda/artifact.h"

#include <limits>
#include <string>

#include "sagespark/testing/matchers.h"

namespace sagespark::algo {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Shape = std::vector<int64_t>;
using Values = std::vector<float>;

Result<LdaModel> FromArrays(const Shape& alpha_shape, const Values& alpha, const Shape& beta_shape, const Values& beta) {
  const LdaArray arrays[] = {{alpha_shape, alpha}, {beta_shape, beta}};
  return LdaModelFromArrays(arrays);
}

TEST(LdaModelFromArraysTest, TakesAlphaAndBeta) {
  ASSERT_OK_AND_ASSIGN(const LdaModel model, FromArrays({2}, {0.25, 0.5}, {2, 3}, {1, 0, 0, 0.25, 0.25, 0.5}));
  EXPECT_EQ(model.num_topics(), 2);
  EXPECT_EQ(model.feature_dim(), 3);
  EXPECT_THAT(model.alpha, ElementsAre(0.25, 0.5));
  EXPECT_EQ(model.beta(1, 2), 0.5);
}

TEST(LdaModelFromArraysTest, RejectsArraysOfSomethingElse) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  const struct {
    const char* name;
    Shape alpha_shape;
    Values alpha;
    Shape beta_shape;
    Values beta;
    const char* message;
  } cases[] = {
      {"other k", {1}, {1}, {2, 2}, {1, 0, 0, 1}, "is no alpha of k and beta of k x V: shapes (1) and (2, 2)"},
      {"matrix alpha", {1, 1}, {1}, {1, 1}, {1}, "is no alpha of k"},
      {"no topics", {0}, {}, {0, 3}, {}, "is no alpha of k"},
      {"no words", {1}, {1}, {1, 0}, {}, "is no alpha of k"},
      {"flat beta", {1}, {1}, {2}, {1, 0}, "is no alpha of k"},
      {"fewer values", {2}, {1, 1}, {2, 2}, {1, 0, 1}, "is no alpha of k"},
      {"overflow", {2}, {1, 1}, {2, int64_t{1} << 62}, {1, 0}, "is no alpha of k"},
      {"alpha 0", {1}, {0}, {1, 1}, {1}, "weight that is not above 0: topic 0"},
      {"alpha nan", {1}, {kNan}, {1, 1}, {1}, "weight that is not above 0: topic 0"},
      {"negative", {1}, {1}, {1, 2}, {1.5, -0.5}, "probability outside of [0, 1]: topic 0, word 0, 1.5"},
      {"nan", {1}, {1}, {1, 2}, {1, kNan}, "probability outside of [0, 1]: topic 0, word 1"},
      {"sum", {2}, {1, 1}, {2, 2}, {1, 0, 0.5, 0.25}, "does not sum to 1: topic 1, sum 0.75"},
  };
  for (const auto& test_case : cases) {
    SCOPED_TRACE(test_case.name);
    EXPECT_THAT(FromArrays(test_case.alpha_shape, test_case.alpha, test_case.beta_shape, test_case.beta),
                IsError(ErrorKind::kCorruptData, HasSubstr(test_case.message)));
  }
}

TEST(LdaModelFromArraysTest, RejectsAnotherNumberOfArrays) {
  EXPECT_THAT(LdaModelFromArrays({}), IsError(ErrorKind::kCorruptData, HasSubstr("0 arrays")));
}

}  // namespace
}  // namespace sagespark::algo
