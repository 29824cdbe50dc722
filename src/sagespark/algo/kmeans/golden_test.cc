// Against numpy and scikit-learn; tests/goldens/make_kmeans_goldens.py wrote the numbers.
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "sagespark/algo/kmeans/fit.h"
#include "sagespark/algo/kmeans/lloyd.h"
#include "sagespark/algo/kmeans/predict.h"
#include "sagespark/testing/matchers.h"
#include "sagespark/testing/paths.h"

namespace sagespark::algo {
namespace {

using linalg::Matrix;
using testing::DoubleNear;
using testing::Pointwise;

constexpr int64_t kRows = 500, kCols = 5;

class KMeansGoldenTest : public testing::Test {
 protected:
  void SetUp() override {
    std::ifstream file(SourcePath("tests/goldens/kmeans.txt"));
    std::string name;
    int64_t rows = 0, cols = 0;
    while (file >> name >> rows >> cols) {
      std::vector<double>& values = golden_[name];
      values.resize(rows * cols);
      for (double& value : values) file >> value;
    }
    ASSERT_EQ(golden_.size(), 5);
  }

  const std::vector<double>& Golden(const std::string& name) const { return golden_.at(name); }

 private:
  std::map<std::string, std::vector<double>> golden_;
};

Matrix<float> Rows() {
  Matrix<float> rows(kRows, kCols);
  for (int64_t i = 0; i < kRows; ++i) {
    for (int64_t j = 0; j < kCols; ++j) {
      rows(i, j) = static_cast<float>((i * 7919 + j * 104729 + i * i * 31) % 1000) / 8;
    }
  }
  return rows;
}

Matrix<float> ToFloat(const std::vector<double>& values, int64_t cols) {
  const int64_t rows = std::ssize(values) / cols;
  return {rows, cols, std::vector<float>(values.begin(), values.end())};
}

TEST_F(KMeansGoldenTest, TwoEpochsWithHalfLifeGiveTheCentersAndWeightsOfNumpy) {
  ThreadPool pool(2);
  const KMeansParams params = {.k = 4,
                               .feature_dim = kCols,
                               .mini_batch_size = 120,
                               .epochs = 2,
                               .extra_center_factor = 3,
                               .half_life_time_size = 300};
  ASSERT_OK_AND_ASSIGN(KMeansTrainer trainer, KMeansTrainer::Create(params, 42, pool));
  const Matrix<float> rows = Rows();
  for (int epoch = 0; epoch < 2; ++epoch) {
    ASSERT_OK(trainer.Add(rows.view()));
    ASSERT_OK(trainer.EndEpoch());
  }
  EXPECT_THAT(trainer.state().centers.values(), Pointwise(DoubleNear(1e-9), Golden("centers")));
  EXPECT_THAT(trainer.state().weights, Pointwise(DoubleNear(1e-9), Golden("weights")));
}

TEST_F(KMeansGoldenTest, LloydFromGivenCentersEndsWhereScikitLearnDoes) {
  ThreadPool pool(2);
  const Matrix<float> points = ToFloat(Golden("centers"), kCols);
  const Matrix<float> start(4, kCols, {points.values().begin(), points.values().begin() + 4 * kCols});
  const LloydFit fit = FitLloyd(points.view(), Golden("weights"), start, {.max_iterations = 300, .tolerance = 0}, pool);
  EXPECT_THAT(fit.centers.values(), Pointwise(testing::FloatNear(1e-3F), Golden("lloyd_centers")));
  EXPECT_NEAR(fit.objective, Golden("lloyd_objective")[0], 1e-6 * fit.objective);
}

TEST_F(KMeansGoldenTest, ScoresAModelAsNumpyDoes) {
  ThreadPool pool(2);
  const KMeansPredictor predictor({ToFloat(Golden("lloyd_centers"), kCols)});
  KMeansEvaluator evaluator(predictor);
  ASSERT_OK(evaluator.Add(Rows().view(), pool));
  EXPECT_NEAR(evaluator.Score(EvalMetric::kMsd), Golden("msd")[0], 1e-6 * Golden("msd")[0]);
}

}  // namespace
}  // namespace sagespark::algo
