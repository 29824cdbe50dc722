#include "sagespark/algo/pca/fit.h"

#include <cmath>
#include <limits>
#include <vector>

#include "sagespark/linalg/random.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::algo {
namespace {

using linalg::Matrix;
using testing::ElementsAre;
using testing::FloatNear;
using testing::Pointwise;

PcaParams ParamsOf(int64_t feature_dim, int64_t num_components) {
  return {.feature_dim = feature_dim, .num_components = num_components, .mini_batch_size = 10};
}

Result<PcaFit> Fit(const linalg::RowsView& rows, const PcaParams& params, int threads = 2, uint64_t seed = 0) {
  ThreadPool pool(threads);
  SAGESPARK_ASSIGN_OR_RETURN(PcaTrainer trainer, PcaTrainer::Create(params, seed, pool));
  for (int64_t epoch = 0; epoch < params.epochs; ++epoch) {
    SAGESPARK_RETURN_IF_ERROR(trainer.Add(rows));
    SAGESPARK_RETURN_IF_ERROR(trainer.EndEpoch());
  }
  return std::move(trainer).Finish();
}

Matrix<float> RandomRows(int64_t rows, int64_t cols) {
  linalg::RandomStream random(5, 6);
  Matrix<float> matrix(rows, cols);
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < cols; ++j) matrix(i, j) = static_cast<float>(random.NextUniform() / (1 + static_cast<double>(j)));
  }
  return matrix;
}

constexpr PcaMode kModes[] = {PcaMode::kRegular, PcaMode::kStable, PcaMode::kRandomized};

TEST(PcaTrainerTest, FindsTheComponentsOfAFewRowsByHand) {
  // About (1, 2): (-4, 0), (4, 0), (0, 3), (0, -3): singular values sqrt(32) along the first axis, sqrt(18) along the second.
  const Matrix<float> rows(4, 2, {-3, 2, 5, 2, 1, 5, 1, -1});
  for (const PcaMode mode : kModes) {
    SCOPED_TRACE(PcaModeName(mode));
    PcaParams params = ParamsOf(2, 2);
    params.algorithm_mode = mode;
    ASSERT_OK_AND_ASSIGN(const PcaFit fit, Fit(rows.view(), params));
    EXPECT_THAT(fit.model.singular_values, ElementsAre(FloatNear(std::sqrt(18.0F), 1e-5F), FloatNear(std::sqrt(32.0F), 1e-5F)));
    EXPECT_THAT(fit.model.components.values(), Pointwise(FloatNear(1e-6F), {0, 1, 1, 0}));
    EXPECT_THAT(fit.model.mean, ElementsAre(1, 2));
    EXPECT_NEAR(fit.explained_variance_ratio, 1, 1e-12);
    params.num_components = 1;
    ASSERT_OK_AND_ASSIGN(const PcaFit one, Fit(rows.view(), params));
    EXPECT_THAT(one.model.components.values(), Pointwise(FloatNear(1e-6F), {1, 0}));
    EXPECT_NEAR(one.explained_variance_ratio, 32.0 / 50, 1e-6);
  }
}

TEST(PcaTrainerTest, TakesSparseRowsAsTheDenseOnesTheyStandFor) {
  const Matrix<float> dense(3, 3, {1, 0, 4, 0, 0, 0, 0, 3, 0});
  const std::vector<int64_t> ends = {2, 2, 3};
  const std::vector<int32_t> indices = {0, 2, 1};
  const std::vector<float> values = {1, 4, 3};
  const linalg::SparseRowsView sparse{.cols = 3, .row_ends = ends, .indices = indices, .values = values};
  for (const PcaMode mode : kModes) {
    PcaParams params = ParamsOf(3, 2);
    params.algorithm_mode = mode;
    ASSERT_OK_AND_ASSIGN(const PcaFit of_dense, Fit(dense.view(), params));
    ASSERT_OK_AND_ASSIGN(const PcaFit of_sparse, Fit(sparse, params));
    EXPECT_EQ(of_sparse.model.components, of_dense.model.components);
    EXPECT_EQ(of_sparse.model.singular_values, of_dense.model.singular_values);
  }
}

TEST(PcaTrainerTest, TheModelDoesNotDependOnTheNumberOfThreads) {
  const Matrix<float> rows = RandomRows(2500, 300);
  for (const PcaMode mode : {PcaMode::kRegular, PcaMode::kRandomized}) {
    PcaParams params = ParamsOf(300, 4);
    params.algorithm_mode = mode;
    ASSERT_OK_AND_ASSIGN(const PcaFit fit, Fit(rows.view(), params, 1));
    for (const int threads : {2, 3}) {
      ASSERT_OK_AND_ASSIGN(const PcaFit other, Fit(rows.view(), params, threads));
      EXPECT_EQ(other.model.components, fit.model.components);
      EXPECT_EQ(other.model.singular_values, fit.model.singular_values);
    }
  }
}

TEST(PcaTrainerTest, RandomNumbersMatterToTheRandomizedModeOnly) {
  const Matrix<float> rows = RandomRows(1200, 60);
  for (const PcaMode mode : kModes) {
    PcaParams params = ParamsOf(60, 3);
    params.algorithm_mode = mode;
    params.extra_components = 0;
    ASSERT_OK_AND_ASSIGN(const PcaFit one, Fit(rows.view(), params, 2, 1));
    ASSERT_OK_AND_ASSIGN(const PcaFit two, Fit(rows.view(), params, 2, 2));
    EXPECT_EQ(one.model.components == two.model.components, mode != PcaMode::kRandomized);
  }
}

TEST(PcaTrainerTest, MoreExtraComponentsAreMorePrecise) {
  const Matrix<float> rows = RandomRows(3000, 80);
  PcaParams params = ParamsOf(80, 5);
  ASSERT_OK_AND_ASSIGN(const PcaFit exact, Fit(rows.view(), params));
  params.algorithm_mode = PcaMode::kRandomized;
  const auto shortfall = [&](int64_t extra) {
    params.extra_components = extra;
    const auto fit = Fit(rows.view(), params);
    EXPECT_OK(fit);
    return exact.explained_variance_ratio - fit->explained_variance_ratio;
  };
  const double with_none = shortfall(0);
  const double with_many = shortfall(40);
  EXPECT_LT(with_many, with_none / 2);
  EXPECT_LT(with_many, 1e-3);
}

TEST(PcaTrainerTest, SingularValuesAreThoseOfOneEpoch) {
  const Matrix<float> rows = RandomRows(500, 6);
  for (const PcaMode mode : kModes) {
    PcaParams params = ParamsOf(6, 2);
    params.algorithm_mode = mode;
    ASSERT_OK_AND_ASSIGN(const PcaFit one, Fit(rows.view(), params));
    params.epochs = 3;
    ASSERT_OK_AND_ASSIGN(const PcaFit three, Fit(rows.view(), params));
    EXPECT_THAT(three.model.singular_values, Pointwise(FloatNear(1e-4F), one.model.singular_values));
    EXPECT_THAT(three.model.components.values(), Pointwise(FloatNear(1e-4F), one.model.components.values()));
  }
}

TEST(PcaTrainerTest, RowsThatAreAllTheSameHaveComponentsWithoutVariance) {
  const Matrix<float> rows(5, 3, std::vector<float>(15, 7));
  for (const PcaMode mode : kModes) {
    PcaParams params = ParamsOf(3, 2);
    params.algorithm_mode = mode;
    ASSERT_OK_AND_ASSIGN(const PcaFit fit, Fit(rows.view(), params));
    EXPECT_THAT(fit.model.singular_values, ElementsAre(0, 0));
    EXPECT_EQ(fit.explained_variance_ratio, 1);
    EXPECT_THAT(fit.model.mean, ElementsAre(7, 7, 7));
  }
}

TEST(PcaTrainerTest, SaysWhatIsWrongWithTheData) {
  const Matrix<float> rows = RandomRows(3, 5);
  ThreadPool pool(1);
  for (const PcaMode mode : kModes) {
    SCOPED_TRACE(PcaModeName(mode));
    PcaParams params = ParamsOf(5, 4);
    params.algorithm_mode = mode;
    EXPECT_THAT(Fit(rows.view(), params),
                IsError(ErrorKind::kInvalidArgument,
                        "Training data has too few rows for the components: 3 rows, num_components = 4"));
    EXPECT_THAT(Fit(Matrix<float>(0, 5).view(), params),
                IsError(ErrorKind::kInvalidArgument, "Training data has no rows"));
    EXPECT_THAT(Fit(Matrix<float>(9, 6).view(), params),
                IsError(ErrorKind::kInvalidArgument,
                        "Training rows have another length than feature_dim: 6, feature_dim 5"));
    Matrix<float> bad = RandomRows(6, 5);
    bad(4, 3) = std::numeric_limits<float>::quiet_NaN();
    EXPECT_THAT(Fit(bad.view(), params), IsError(ErrorKind::kCorruptData, testing::HasSubstr("not finite")));
  }
  EXPECT_THAT(PcaTrainer::Create(ParamsOf(3, 4), 0, pool).status(),
              IsError(ErrorKind::kInvalidArgument, testing::HasSubstr("num_components = \"4\"")));
}

}  // namespace
}  // namespace sagespark::algo
