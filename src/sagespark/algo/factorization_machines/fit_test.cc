#include "sagespark/algo/factorization_machines/fit.h"

#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <vector>

#include "sagespark/algo/factorization_machines/predict.h"
#include "sagespark/linalg/random.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::algo {
namespace {

using linalg::Matrix;
using testing::HasSubstr;

/// Sparse rows with their labels.
struct Rows {
  int64_t cols = 0;
  std::vector<int64_t> ends;
  std::vector<int32_t> indices;
  std::vector<float> values;
  std::vector<float> labels;

  linalg::SparseRowsView view() const { return {cols, ends, indices, values}; }
  linalg::SparseRowsView View(int64_t first, int64_t count) const {
    SAGESPARK_CHECK(first == 0);
    return {cols, std::span(ends).first(count), indices, values};
  }
  Matrix<float> ToDense() const {
    Matrix<float> dense(std::ssize(ends), cols);
    int64_t begin = 0;
    for (int64_t row = 0; row < dense.rows(); begin = ends[row++]) {
      for (int64_t i = begin; i < ends[row]; ++i) dense(row, indices[i]) = values[i];
    }
    return dense;
  }
};

/// Rows with one 1 among the first half of the columns and one among the second: a user and an item.
Rows UsersAndItems(int64_t count, int64_t cols) {
  linalg::RandomStream random(5, 1);
  Rows rows{.cols = cols};
  for (int64_t row = 0; row < count; ++row) {
    const auto user = static_cast<int32_t>(random.NextBelow(cols / 2));
    const auto item = static_cast<int32_t>(random.NextBelow(cols / 2));
    rows.indices.insert(rows.indices.end(), {user, static_cast<int32_t>(cols / 2) + item});
    rows.values.insert(rows.values.end(), {1, 1});
    rows.ends.push_back(std::ssize(rows.values));
    // Users of odd number like items of odd number: nothing that linear weights could say.
    rows.labels.push_back(user % 2 == item % 2 ? 1.0F : 0.0F);
  }
  return rows;
}

FactorizationMachinesParams Params(const Rows& rows) {
  FactorizationMachinesParams params{.feature_dim = rows.cols, .num_factors = 4, .mini_batch_size = 64};
  params.factors.lr = 0.02;
  params.factors.sigma = 0.1;
  return params;
}

std::vector<float> AllWeights(const FactorizationMachinesTrainer& trainer) {
  const FactorizationMachinesWeights& weights = trainer.weights();
  std::vector<float> all = {weights.bias()};
  std::vector<float> scratch(weights.num_factors() + 1);
  for (int64_t feature = 0; feature < weights.feature_dim(); ++feature) {
    const float* const row = weights.Of(feature, scratch.data());
    all.insert(all.end(), row, row + scratch.size());
  }
  return all;
}

using Feed = std::function<Status(FactorizationMachinesTrainer&, const Rows&)>;

Status AddAll(FactorizationMachinesTrainer& trainer, const Rows& rows) { return trainer.Add(rows.view(), rows.labels); }

std::vector<float> Train(const Rows& rows, const FactorizationMachinesParams& params, int threads = 1, uint64_t seed = 0,
                         const Feed& feed = AddAll) {
  ThreadPool pool(threads);
  auto trainer = FactorizationMachinesTrainer::Create(params, seed, pool);
  EXPECT_THAT(trainer.status(), IsOk());
  for (int epoch = 0; epoch < 2; ++epoch) {
    EXPECT_OK(feed(*trainer, rows));
    EXPECT_OK(trainer->EndEpoch());
  }
  return AllWeights(*trainer);
}

TEST(FactorizationMachinesTrainerTest, LearnsInteractionsThatNoLinearModelCould) {
  ThreadPool pool(2);
  const Rows rows = UsersAndItems(4000, 40);
  FactorizationMachinesParams params = Params(rows);
  params.task = FactorizationMachinesTask::kBinaryClassifier;
  ASSERT_OK_AND_ASSIGN(auto trainer, FactorizationMachinesTrainer::Create(params, 0, pool));
  for (int epoch = 0; epoch < 8; ++epoch) {
    ASSERT_OK(trainer.Add(rows.view(), rows.labels));
    ASSERT_OK(trainer.EndEpoch());
  }
  EXPECT_EQ(trainer.rows_seen(), 8 * 4000);
  EXPECT_EQ(trainer.batches_seen(), 8 * 63);  // 62 whole ones and one of 32 rows.
  EXPECT_EQ(trainer.features_seen(), 40);
  EXPECT_EQ(trainer.epoch_scores().rows(), 4000);
  EXPECT_GT(trainer.epoch_scores().Named()[0].value, 0.999);
}

TEST(FactorizationMachinesTrainerTest, TheModelDoesNotDependOnThreadsPiecesOrLayout) {
  const Rows rows = UsersAndItems(1000, 40);
  const FactorizationMachinesParams params = Params(rows);
  const std::vector<float> expected = Train(rows, params);
  EXPECT_EQ(Train(rows, params, 2), expected);
  EXPECT_EQ(Train(rows, params, 3), expected);
  const Matrix<float> dense = rows.ToDense();
  const std::span<const float> labels(rows.labels);
  EXPECT_EQ(Train(rows, params, 2, 0,
                  [&](auto& trainer, const Rows&) { return trainer.Add(dense.view(), labels); }),
            expected);
  EXPECT_EQ(Train(rows, params, 2, 0,
                  [&](auto& trainer, const Rows&) {
                    EXPECT_OK(trainer.Add(rows.View(0, 130), labels.first(130)));
                    for (int64_t first = 130; first < 1000; first += 87) {
                      EXPECT_OK(trainer.Add(dense.view().Rows(first, 87 < 1000 - first ? 87 : 1000 - first),
                                            labels.subspan(first, 87 < 1000 - first ? 87 : 1000 - first)));
                    }
                    return Status::Ok();
                  }),
            expected);
}

TEST(FactorizationMachinesTrainerTest, ZerosThatAreSpelledOutMeanNothing) {
  const Rows rows = UsersAndItems(300, 40);
  Rows spelled{.cols = rows.cols};
  for (size_t row = 0; row < rows.ends.size(); ++row) {
    for (const size_t i : {2 * row, 2 * row + 1}) {
      spelled.indices.insert(spelled.indices.end(), {rows.indices[i], (rows.indices[i] + 7) % 40});
      spelled.values.insert(spelled.values.end(), {rows.values[i], 0});
    }
    spelled.ends.push_back(std::ssize(spelled.values));
  }
  spelled.labels = rows.labels;
  EXPECT_EQ(Train(spelled, Params(rows)), Train(rows, Params(rows)));
}

TEST(FactorizationMachinesTrainerTest, FeaturesThatDoNotOccurRestWhereTheyStarted) {
  ThreadPool pool(1);
  Rows rows = UsersAndItems(200, 10);
  rows.cols = 10'000'000;
  FactorizationMachinesParams params = Params(rows);
  params.num_factors = 64;
  ASSERT_OK_AND_ASSIGN(auto trainer, FactorizationMachinesTrainer::Create(params, 0, pool));
  std::vector<float> start(65), end(65);
  const float* const weights = trainer.weights().Of(9'999'999, start.data());
  EXPECT_EQ(weights, start.data());
  ASSERT_OK(trainer.Add(rows.view(), rows.labels));
  ASSERT_OK(trainer.EndEpoch());
  EXPECT_EQ(trainer.features_seen(), 10);
  trainer.weights().Of(9'999'999, end.data());
  EXPECT_EQ(end, start);
}

TEST(FactorizationMachinesTrainerTest, EveryParameterChangesTheModel) {
  const Rows rows = UsersAndItems(500, 40);
  using Change = std::function<void(FactorizationMachinesParams&)>;
  using P = FactorizationMachinesParams;
  const std::pair<const char*, Change> changes[] = {
      {"num_factors", [](P& p) { p.num_factors = 5; }},
      {"task", [](P& p) { p.task = FactorizationMachinesTask::kBinaryClassifier; }},
      {"mini_batch_size", [](P& p) { p.mini_batch_size = 65; }},
      {"clip_gradient", [](P& p) { p.clip_gradient = 1e-3; }},
      {"eps", [](P& p) { p.eps = 1e-2; }},
      {"rescale_grad", [](P& p) { p.rescale_grad = 1e-3; }},
      {"bias.lr", [](P& p) { p.bias.lr = 0.05; }},
      {"linear.lr", [](P& p) { p.linear.lr = 0.05; }},
      {"factors.lr", [](P& p) { p.factors.lr = 0.05; }},
      {"bias.wd", [](P& p) { p.bias.wd = 0.5; }},
      {"linear.wd", [](P& p) { p.linear.wd = 0.5; }},
      {"factors.wd", [](P& p) { p.factors.wd = 0.5; }},
      {"bias.sigma", [](P& p) { p.bias.sigma = 0.5; }},
      {"linear.sigma", [](P& p) { p.linear.sigma = 0.5; }},
      {"factors.sigma", [](P& p) { p.factors.sigma = 0.5; }},
  };
  const std::vector<float> base = Train(rows, Params(rows));
  EXPECT_NE(Train(rows, Params(rows), 1, 1), base) << "seed";
  for (const auto& [name, change] : changes) {
    FactorizationMachinesParams params = Params(rows);
    change(params);
    EXPECT_NE(Train(rows, params), base) << name;
  }
}

TEST(FactorizationMachinesTrainerTest, StartsEveryEpochsScoresAnew) {
  ThreadPool pool(1);
  const Rows rows = UsersAndItems(100, 10);
  ASSERT_OK_AND_ASSIGN(auto trainer, FactorizationMachinesTrainer::Create(Params(rows), 0, pool));
  ASSERT_OK(trainer.Add(rows.view(), rows.labels));
  EXPECT_EQ(trainer.epoch_scores().rows(), 64);  // The mini-batch that is full.
  ASSERT_OK(trainer.EndEpoch());
  EXPECT_EQ(trainer.epoch_scores().rows(), 100);
  ASSERT_OK(trainer.Add(rows.view(), rows.labels));
  EXPECT_EQ(trainer.epoch_scores().rows(), 64);
}

TEST(FactorizationMachinesTrainerTest, RejectsRowsThatDoNotFit) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  const auto classifier = FactorizationMachinesTask::kBinaryClassifier;
  const auto regressor = FactorizationMachinesTask::kRegressor;
  const struct {
    const char* name;
    FactorizationMachinesTask task;
    Matrix<float> rows;
    std::vector<float> labels;
    ErrorKind kind;
    const char* message;
  } cases[] = {
      {"length", regressor, Matrix<float>(1, 3), {1}, ErrorKind::kInvalidArgument, "another length than feature_dim: 3, feature_dim 2"},
      {"labels", regressor, Matrix<float>(2, 2), {1}, ErrorKind::kInvalidArgument, "not one label each: 2 rows, 1 labels"},
      {"class 2", classifier, Matrix<float>(2, 2), {1, 2}, ErrorKind::kCorruptData,
       "Data has a label that is neither 0 nor 1: row 7, label 2"},
      {"class -1", classifier, Matrix<float>(1, 2), {-1}, ErrorKind::kCorruptData, "neither 0 nor 1: row 6, label -1"},
      {"NaN label", classifier, Matrix<float>(1, 2), {nan}, ErrorKind::kCorruptData, "neither 0 nor 1: row 6, label nan"},
      {"infinite label", regressor, Matrix<float>(1, 2), {infinity}, ErrorKind::kCorruptData, "label that is not finite: row 6, label inf"},
      {"NaN", regressor, Matrix<float>(2, 2, {0, 0, 0, nan}), {1, 1}, ErrorKind::kCorruptData, "not finite: row 6, column 1"},
  };
  for (const auto& test_case : cases) {
    SCOPED_TRACE(test_case.name);
    ThreadPool pool(1);
    const FactorizationMachinesParams params{
        .feature_dim = 2, .num_factors = 2, .task = test_case.task, .mini_batch_size = 3};
    ASSERT_OK_AND_ASSIGN(auto trainer, FactorizationMachinesTrainer::Create(params, 0, pool));
    ASSERT_OK(trainer.Add(Matrix<float>(5, 2).view(), std::vector<float>(5)));
    EXPECT_THAT(trainer.Add(test_case.rows.view(), test_case.labels), IsError(test_case.kind, HasSubstr(test_case.message)));
  }
}

TEST(FactorizationMachinesTrainerTest, RejectsAnEpochWithoutRowsAndParametersOutOfRange) {
  ThreadPool pool(1);
  FactorizationMachinesParams params{.feature_dim = 2, .num_factors = 2};
  ASSERT_OK_AND_ASSIGN(auto trainer, FactorizationMachinesTrainer::Create(params, 0, pool));
  EXPECT_THAT(trainer.EndEpoch(), IsError(ErrorKind::kInvalidArgument, "Training data has no rows"));
  params.num_factors = 0;
  EXPECT_THAT(FactorizationMachinesTrainer::Create(params, 0, pool).status(),
              IsError(ErrorKind::kInvalidArgument, HasSubstr("num_factors")));
}

TEST(FactorizationMachinesTrainerTest, SaysThatTrainingDiverges) {
  ThreadPool pool(1);
  FactorizationMachinesParams params{.feature_dim = 2, .num_factors = 2, .mini_batch_size = 1};
  params.factors.lr = 1e30;
  ASSERT_OK_AND_ASSIGN(auto trainer, FactorizationMachinesTrainer::Create(params, 0, pool));
  const Matrix<float> rows(4, 2, {1, 1, 1, 1, 1, 1, 1, 1});
  EXPECT_THAT(trainer.Add(rows.view(), std::vector<float>(4, 1)),
              IsError(ErrorKind::kInvalidArgument, HasSubstr("Training diverges, the loss is not finite: mini-batch")));
}

}  // namespace
}  // namespace sagespark::algo
