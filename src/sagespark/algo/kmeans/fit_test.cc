#include "sagespark/algo/kmeans/fit.h"

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "sagespark/algo/kmeans/predict.h"
#include "sagespark/linalg/random.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::algo {
namespace {

using linalg::Matrix;
using linalg::SparseRowsView;

using testing::ElementsAre;
using testing::SizeIs;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

// `rows` points around 8 places, so that k-means has something to find.
Matrix<float> Clouds(int64_t rows, int64_t cols) {
  linalg::RandomStream random(3, 0);
  Matrix<float> points(rows, cols);
  for (int64_t row = 0; row < rows; ++row) {
    const auto cloud = static_cast<float>(random.NextBelow(8));
    for (int64_t col = 0; col < cols; ++col) {
      points(row, col) = 4 * std::fmod(cloud * static_cast<float>(col + 1), 8.0F) +
                         2 * static_cast<float>(random.NextUniform());
    }
  }
  return points;
}

struct Trained {
  KMeansState state;
  KMeansFit fit;
};

Result<Trained> Train(const KMeansParams& params, const Matrix<float>& rows, uint64_t seed = 1, int threads = 1) {
  ThreadPool pool(threads);
  SAGESPARK_ASSIGN_OR_RETURN(KMeansTrainer trainer, KMeansTrainer::Create(params, seed, pool));
  for (int64_t epoch = 0; epoch < params.epochs; ++epoch) {
    SAGESPARK_RETURN_IF_ERROR(trainer.Add(rows.view()));
    SAGESPARK_RETURN_IF_ERROR(trainer.EndEpoch());
  }
  SAGESPARK_ASSIGN_OR_RETURN(KMeansFit fit, trainer.Finish());
  return Trained{trainer.state(), std::move(fit)};
}

KMeansParams SmallParams() { return {.k = 5, .feature_dim = 3, .mini_batch_size = 200}; }

TEST(KMeansTrainerTest, OneCenterIsTheMeanOfAllMiniBatches) {
  // By hand: (0 + 2 + 4 + 6) / 4 = 3, mean square 9 + 1 + 1 + 9 over 4.
  const KMeansParams params = {.k = 1, .feature_dim = 1, .mini_batch_size = 2, .extra_center_factor = 1};
  ASSERT_OK_AND_ASSIGN(const Trained trained, Train(params, {4, 1, {0, 2, 4, 6}}));
  EXPECT_THAT(trained.fit.model.centers.values(), ElementsAre(3));
  EXPECT_THAT(trained.state.weights, ElementsAre(4));
  EXPECT_THAT(trained.state.squared_norms, ElementsAre(0 + 4 + 16 + 36));
  EXPECT_EQ(trained.fit.train_msd, 5);
}

TEST(KMeansTrainerTest, OldRowsWeighHalfAfterTheHalfLife) {
  // By hand: center 1 with weight 2, which halves to 1; then (1 * 1 + 4 + 6) / 3.
  const KMeansParams params = {
      .k = 1, .feature_dim = 1, .mini_batch_size = 2, .extra_center_factor = 1, .half_life_time_size = 2};
  ASSERT_OK_AND_ASSIGN(const Trained trained, Train(params, {4, 1, {0, 2, 4, 6}}));
  EXPECT_THAT(trained.state.centers.values(), ElementsAre(testing::DoubleEq(11.0 / 3)));
  EXPECT_THAT(trained.state.weights, ElementsAre(3));
}

TEST(KMeansTrainerTest, TakesAShortLastMiniBatchAndCountsItsWork) {
  ThreadPool pool(1);
  ASSERT_OK_AND_ASSIGN(KMeansTrainer trainer,
                       KMeansTrainer::Create({.k = 1, .feature_dim = 1, .mini_batch_size = 2}, 1, pool));
  EXPECT_EQ(trainer.extra_center_factor(), 0);
  for (int epoch = 0; epoch < 2; ++epoch) {
    ASSERT_OK(trainer.Add(Matrix<float>(3, 1, {0, 3, 9}).view()));
    ASSERT_OK(trainer.EndEpoch());
  }
  EXPECT_EQ(trainer.rows_seen(), 6);
  EXPECT_EQ(trainer.batches_seen(), 4);
  EXPECT_EQ(trainer.first_batch_rows(), 2);
  EXPECT_EQ(trainer.extra_center_factor(), 2);
}

TEST(KMeansTrainerTest, ShrinksToTheCentersOfSeparateGroups) {
  const Matrix<float> rows(8, 1, {0, 100, 2, 102, 0, 100, 2, 102});
  const KMeansParams params = {.k = 2, .feature_dim = 1, .mini_batch_size = 4, .extra_center_factor = 2};
  ASSERT_OK_AND_ASSIGN(const Trained trained, Train(params, rows));
  EXPECT_THAT(trained.fit.model.centers.values(), testing::UnorderedElementsAre(1, 101));
  EXPECT_EQ(trained.fit.shrunk_from, 4);
  EXPECT_EQ(trained.fit.train_msd, 1);
}

TEST(KMeansTrainerTest, TrainsTheSameHoweverTheRowsAreCut) {
  const Matrix<float> rows = Clouds(1030, 3);
  ASSERT_OK_AND_ASSIGN(const Trained whole, Train(SmallParams(), rows));
  for (const int64_t step : {1, 7, 199, 200, 201, 450}) {
    SCOPED_TRACE(step);
    ThreadPool pool(1);
    ASSERT_OK_AND_ASSIGN(KMeansTrainer trainer, KMeansTrainer::Create(SmallParams(), 1, pool));
    for (int64_t row = 0; row < rows.rows(); row += step) {
      ASSERT_OK(trainer.Add(rows.view().Rows(row, std::min(step, rows.rows() - row))));
    }
    ASSERT_OK(trainer.EndEpoch());
    EXPECT_EQ(trainer.state().centers, whole.state.centers);
    EXPECT_EQ(trainer.state().weights, whole.state.weights);
  }
}

TEST(KMeansTrainerTest, TrainsSparseRowsAsTheirDenseSelves) {
  // Rows 0 0 5; 1 0 0; 0 0 0; 0 7 6.
  const std::vector<int64_t> row_ends = {1, 2, 2, 4};
  const std::vector<int32_t> indices = {2, 0, 2, 1};
  const std::vector<float> values = {5, 1, 6, 7};
  const KMeansParams params = {.k = 2, .feature_dim = 3, .mini_batch_size = 3, .extra_center_factor = 1};
  ThreadPool pool(1);
  ASSERT_OK_AND_ASSIGN(KMeansTrainer trainer, KMeansTrainer::Create(params, 1, pool));
  ASSERT_OK(trainer.Add(SparseRowsView{3, row_ends, indices, values}));
  ASSERT_OK(trainer.EndEpoch());
  ASSERT_OK_AND_ASSIGN(const Trained dense, Train(params, {4, 3, {0, 0, 5, 1, 0, 0, 0, 0, 0, 0, 7, 6}}));
  EXPECT_EQ(trainer.state().centers, dense.state.centers);
  EXPECT_EQ(trainer.rows_seen(), 4);
}

TEST(KMeansTrainerTest, TrainsTheSameOnAnyNumberOfThreads) {
  const Matrix<float> rows = Clouds(2500, 17);
  for (const CenterInit init : {CenterInit::kRandom, CenterInit::kKMeansPlusPlus}) {
    const KMeansParams params = {.k = 9, .feature_dim = 17, .mini_batch_size = 1100, .init_method = init};
    ASSERT_OK_AND_ASSIGN(const Trained one, Train(params, rows, 1, 1));
    for (const int threads : {2, 3}) {
      ASSERT_OK_AND_ASSIGN(const Trained several, Train(params, rows, 1, threads));
      EXPECT_EQ(several.fit.model.centers, one.fit.model.centers);
      EXPECT_EQ(several.fit.train_msd, one.fit.train_msd);
    }
  }
}

TEST(KMeansTrainerTest, TheSeedDecides) {
  const Matrix<float> rows = Clouds(1000, 3);
  ASSERT_OK_AND_ASSIGN(const Trained first, Train(SmallParams(), rows, 1));
  ASSERT_OK_AND_ASSIGN(const Trained again, Train(SmallParams(), rows, 1));
  ASSERT_OK_AND_ASSIGN(const Trained other, Train(SmallParams(), rows, 2));
  EXPECT_EQ(first.fit.model.centers, again.fit.model.centers);
  EXPECT_NE(first.fit.model.centers, other.fit.model.centers);
}

TEST(KMeansTrainerTest, EachHyperparameterChangesTheModel) {
  constexpr uint64_t kSeed = 2;  // One whose first trial is not the best: then one trial is not enough.
  const Matrix<float> rows = Clouds(1000, 3);
  ASSERT_OK_AND_ASSIGN(const Trained base, Train(SmallParams(), rows, kSeed));
  ASSERT_GT(base.fit.best_trial, 0);
  const struct {
    const char* name;
    std::function<void(KMeansParams&)> change;
  } cases[] = {
      {"k", [](KMeansParams& p) { p.k = 6; }},
      {"mini_batch_size", [](KMeansParams& p) { p.mini_batch_size = 300; }},
      {"epochs", [](KMeansParams& p) { p.epochs = 2; }},
      {"extra_center_factor", [](KMeansParams& p) { p.extra_center_factor = 9; }},
      {"init_method", [](KMeansParams& p) { p.init_method = CenterInit::kKMeansPlusPlus; }},
      {"half_life_time_size", [](KMeansParams& p) { p.half_life_time_size = 100; }},
      {"local_lloyd_init_method", [](KMeansParams& p) { p.local_lloyd_init_method = CenterInit::kRandom; }},
      {"local_lloyd_max_iter", [](KMeansParams& p) { p.local_lloyd_max_iter = 1; }},
      {"local_lloyd_tol", [](KMeansParams& p) { p.local_lloyd_tol = 1; }},
      {"local_lloyd_num_trials", [](KMeansParams& p) { p.local_lloyd_num_trials = 1; }},
  };
  for (const auto& test_case : cases) {
    SCOPED_TRACE(test_case.name);
    KMeansParams params = SmallParams();
    test_case.change(params);
    ASSERT_OK_AND_ASSIGN(const Trained changed, Train(params, rows, kSeed));
    EXPECT_NE(changed.fit.model.centers, base.fit.model.centers);
  }
}

TEST(KMeansTrainerTest, AutoKeepsTenTimesKCentersWhereTheFirstMiniBatchHasThem) {
  const struct {
    int64_t rows;
    int64_t factor;
  } cases[] = {{200, 10}, {50, 10}, {49, 9}, {9, 1}, {5, 1}};
  for (const auto& test_case : cases) {
    SCOPED_TRACE(test_case.rows);
    ASSERT_OK_AND_ASSIGN(const Trained trained, Train(SmallParams(), Clouds(test_case.rows, 3)));
    EXPECT_EQ(trained.state.centers.rows(), 5 * test_case.factor);
    EXPECT_EQ(trained.fit.model.k(), 5);
  }
}

TEST(KMeansTrainerTest, FactorOneNeedsNoShrinking) {
  KMeansParams params = SmallParams();
  params.extra_center_factor = 1;
  ASSERT_OK_AND_ASSIGN(const Trained trained, Train(params, Clouds(1000, 3)));
  EXPECT_THAT(trained.fit.trials, SizeIs(0));
  EXPECT_EQ(trained.fit.shrunk_from, 5);
  EXPECT_EQ(trained.fit.model.centers(4, 2), static_cast<float>(trained.state.centers(4, 2)));
}

TEST(KMeansTrainerTest, KeepsTheBestOfTheTrials) {
  ASSERT_OK_AND_ASSIGN(const Trained trained, Train(SmallParams(), Clouds(1000, 3)));
  ASSERT_THAT(trained.fit.trials, SizeIs(10));
  for (const LocalLloydTrial& trial : trained.fit.trials) {
    EXPECT_GE(trial.mean_squared_distance, trained.fit.train_msd);
    EXPECT_GE(trial.iterations, 1);
  }
  EXPECT_EQ(trained.fit.trials[trained.fit.best_trial].mean_squared_distance, trained.fit.train_msd);
}

TEST(KMeansTrainerTest, TrainMsdIsCloseToTheMeanSquaredDistanceOfTheRows) {
  const Matrix<float> rows = Clouds(3000, 3);
  ASSERT_OK_AND_ASSIGN(const Trained trained, Train({.k = 8, .feature_dim = 3, .mini_batch_size = 500}, rows));
  const KMeansPredictor predictor(trained.fit.model);
  KMeansEvaluator evaluator(predictor);
  ThreadPool pool(1);
  ASSERT_OK(evaluator.Add(rows.view(), pool));
  EXPECT_GE(trained.fit.train_msd, evaluator.Score(EvalMetric::kMsd));
  EXPECT_LT(trained.fit.train_msd, 1.05 * evaluator.Score(EvalMetric::kMsd));
}

TEST(KMeansTrainerTest, StatesOfTwoHostsShrinkToOneModel) {
  const KMeansParams params = {.k = 2, .feature_dim = 1, .mini_batch_size = 4, .extra_center_factor = 2};
  ASSERT_OK_AND_ASSIGN(const Trained low, Train(params, {4, 1, {0, 1, 2, 3}}));
  ASSERT_OK_AND_ASSIGN(const Trained high, Train(params, {4, 1, {100, 101, 102, 103}}));
  KMeansState both = low.state;
  both.Append(high.state);
  ThreadPool pool(1);
  ASSERT_OK_AND_ASSIGN(const KMeansFit fit, ShrinkKMeans(both, params, 1, pool));
  EXPECT_THAT(fit.model.centers.values(), testing::UnorderedElementsAre(1.5, 101.5));
  EXPECT_EQ(fit.train_msd, 1.25);
  EXPECT_EQ(fit.shrunk_from, 8);
}

TEST(KMeansTrainerTest, GivesKCentersEvenWhenFewerRowsDiffer) {
  for (const CenterInit init : {CenterInit::kRandom, CenterInit::kKMeansPlusPlus}) {
    const KMeansParams params = {.k = 3, .feature_dim = 1, .mini_batch_size = 12, .init_method = init,
                                 .local_lloyd_init_method = init};
    ASSERT_OK_AND_ASSIGN(const Trained trained, Train(params, {12, 1, std::vector<float>(12, 4.0F)}));
    EXPECT_THAT(trained.fit.model.centers.values(), ElementsAre(4, 4, 4));
    EXPECT_EQ(trained.fit.train_msd, 0);
  }
}

TEST(KMeansTrainerTest, NamesTheFirstValueThatIsNotFinite) {
  for (const float bad : {kNan, kInfinity, -kInfinity}) {
    SCOPED_TRACE(bad);
    ThreadPool pool(2);
    ASSERT_OK_AND_ASSIGN(KMeansTrainer trainer, KMeansTrainer::Create(SmallParams(), 1, pool));
    ASSERT_OK(trainer.Add(Clouds(300, 3).view()));
    ASSERT_OK(trainer.EndEpoch());
    Matrix<float> rows = Clouds(3000, 3);
    rows(2750, 0) = bad;
    rows(2600, 2) = bad;
    ASSERT_OK(trainer.Add(rows.view().Rows(0, 100)));
    EXPECT_THAT(trainer.Add(rows.view().Rows(100, 2900)),
                IsError(ErrorKind::kCorruptData,
                        "Training data has a value that is not finite: row 2600, column 2"));
  }
}

TEST(KMeansTrainerTest, RejectsRowsThatDoNotFit) {
  ThreadPool pool(1);
  const std::vector<int64_t> row_ends = {1, 2};
  const std::vector<float> values = {1, 2};
  const auto add_sparse = [&](int64_t cols, std::vector<int32_t> indices, std::vector<float> row_values) {
    auto trainer = KMeansTrainer::Create(SmallParams(), 1, pool);
    return trainer->Add(SparseRowsView{cols, row_ends, indices, row_values});
  };
  EXPECT_THAT(KMeansTrainer::Create(SmallParams(), 1, pool)->Add(Matrix<float>(2, 4).view()),
              IsError(ErrorKind::kInvalidArgument,
                      "Training rows have another length than feature_dim: 4, feature_dim 3"));
  EXPECT_THAT(add_sparse(2, {0, 1}, values),
              IsError(ErrorKind::kInvalidArgument,
                      "Training rows have another length than feature_dim: 2, feature_dim 3"));
  EXPECT_THAT(add_sparse(3, {0, 3}, values),
              IsError(ErrorKind::kCorruptData,
                      "Training data has an index outside of the row: row 1, index 3, feature_dim 3"));
  EXPECT_THAT(add_sparse(3, {-1, 0}, values),
              IsError(ErrorKind::kCorruptData,
                      "Training data has an index outside of the row: row 0, index -1, feature_dim 3"));
  EXPECT_THAT(add_sparse(3, {0, 2}, {1, kNan}),
              IsError(ErrorKind::kCorruptData, "Training data has a value that is not finite: row 1, column 2"));
}

TEST(KMeansTrainerTest, RejectsTooFewRowsForTheCenters) {
  EXPECT_THAT(Train(SmallParams(), Clouds(4, 3)),
              IsError(ErrorKind::kInvalidArgument, "Training data has too few rows for the centers: 4 rows in the "
                                                   "first mini-batch, k * extra_center_factor = 5 * 1"));
  KMeansParams params = SmallParams();
  params.extra_center_factor = 3;
  EXPECT_THAT(Train(params, Clouds(14, 3)),
              IsError(ErrorKind::kInvalidArgument, "Training data has too few rows for the centers: 14 rows in the "
                                                   "first mini-batch, k * extra_center_factor = 5 * 3"));
  EXPECT_THAT(Train(SmallParams(), Clouds(0, 3)),
              IsError(ErrorKind::kInvalidArgument, "Training data has no rows"));
}

TEST(KMeansTrainerTest, RejectsParametersThatAreNotValid) {
  ThreadPool pool(1);
  EXPECT_THAT(Train({.k = 0, .feature_dim = 3}, Clouds(10, 3)),
              IsError(ErrorKind::kInvalidArgument, testing::HasSubstr("k = \"0\"")));
  ASSERT_OK_AND_ASSIGN(const KMeansTrainer unused, KMeansTrainer::Create(SmallParams(), 1, pool));
  EXPECT_THAT(unused.Finish(), IsError(ErrorKind::kInvalidArgument, "K-means has fewer trained centers than k: 0, k 5"));
}

}  // namespace
}  // namespace sagespark::algo
