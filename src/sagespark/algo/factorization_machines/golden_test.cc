// Against numpy; tests/goldens/make_factorization_machines_goldens.py wrote the numbers.
#include <cmath>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "sagespark/algo/factorization_machines/fit.h"
#include "sagespark/algo/factorization_machines/predict.h"
#include "sagespark/testing/matchers.h"
#include "sagespark/testing/paths.h"

namespace sagespark::algo {
namespace {

using testing::DoubleNear;
using testing::Pointwise;

constexpr int64_t kRows = 90, kCols = 8, kFactors = 3, kEpochs = 3;
constexpr uint64_t kSeed = 7;
constexpr double kTolerance = 2e-4;  // The steps are taken in float32, numpy's in float64.

linalg::Matrix<float> Rows() {
  linalg::Matrix<float> rows(kRows, kCols);
  for (int64_t i = 0; i < kRows; ++i) {
    for (int64_t j = 0; j < kCols; ++j) {
      const bool is_zero = (i * 7 + j * 5 + i * j / 4) % 5 > 1 || (j == kCols - 1 && i % 40 != 5);
      const auto digits = static_cast<double>((i * 7919 + j * 104729 + i * i * 31) % 1000);
      rows(i, j) = is_zero ? 0.0F : static_cast<float>(digits / 500 - 1);
    }
  }
  return rows;
}

std::vector<float> Labels(const linalg::Matrix<float>& rows) {
  std::vector<float> labels;
  for (int64_t i = 0; i < rows.rows(); ++i) {
    const auto x = [&](int64_t j) { return static_cast<double>(rows(i, j)); };
    labels.push_back(static_cast<float>(0.5 + x(0) - 2 * x(1) + 3 * x(0) * x(2) - x(3) * x(4)));
  }
  return labels;
}

FactorizationMachinesParams Params(FactorizationMachinesTask task) {
  FactorizationMachinesParams params{
      .feature_dim = kCols, .num_factors = kFactors, .task = task, .mini_batch_size = 16};
  params.linear.init = ParameterInit::kUniform;
  params.linear.scale = 0.1;
  params.factors.sigma = 0.2;
  return params;
}

class FactorizationMachinesGoldenTest : public testing::Test {
 protected:
  void SetUp() override {
    std::ifstream file(SourcePath("tests/goldens/factorization_machines.txt"));
    std::string name;
    int64_t rows = 0, cols = 0;
    while (file >> name >> rows >> cols) {
      std::vector<double>& values = golden_[name];
      values.resize(rows * cols);
      for (double& value : values) file >> value;
    }
    ASSERT_EQ(golden_.size(), 10);
  }

  /// Trains and compares the parameters; the margins of the training rows are in margins_.
  void TrainAndCompare(const std::string& name, const FactorizationMachinesParams& params,
                       const std::vector<float>& labels) {
    ThreadPool pool(2);
    ASSERT_OK_AND_ASSIGN(auto trainer, FactorizationMachinesTrainer::Create(params, kSeed, pool));
    const linalg::Matrix<float> rows = Rows();
    for (int64_t epoch = 0; epoch < kEpochs; ++epoch) {
      ASSERT_OK(trainer.Add(rows.view(), labels));
      ASSERT_OK(trainer.EndEpoch());
    }
    std::vector<double> linear;
    std::vector<double> factors;
    std::vector<float> scratch(kFactors + 1);
    for (int64_t feature = 0; feature < kCols; ++feature) {
      const float* const weights = trainer.weights().Of(feature, scratch.data());
      factors.insert(factors.end(), weights, weights + kFactors);
      linear.push_back(weights[kFactors]);
    }
    EXPECT_NEAR(trainer.weights().bias(), Golden(name + "_w0")[0], kTolerance);
    EXPECT_THAT(linear, Pointwise(DoubleNear(kTolerance), Golden(name + "_w")));
    EXPECT_THAT(factors, Pointwise(DoubleNear(kTolerance), Golden(name + "_v")));
    margins_.resize(kRows);
    ASSERT_OK(PredictMargins(trainer.weights(), rows.view(), pool, margins_));
    for (int64_t row = 0; row < kRows; ++row) scores_.Add(margins_[row], labels[row]);
  }

  const std::vector<double>& Golden(const std::string& name) const { return golden_.at(name); }

  std::vector<double> margins_;
  FactorizationMachinesScores scores_{FactorizationMachinesTask::kRegressor};

 private:
  std::map<std::string, std::vector<double>> golden_;
};

TEST_F(FactorizationMachinesGoldenTest, ARegressorOfThreeEpochsIsThatOfNumpy) {
  FactorizationMachinesParams params = Params(FactorizationMachinesTask::kRegressor);
  params.bias.lr = 0.1, params.linear.lr = 0.05, params.factors.lr = 0.02;
  params.bias.wd = 0.01, params.linear.wd = 0.002, params.factors.wd = 0.001;
  TrainAndCompare("regressor", params, Labels(Rows()));
  EXPECT_THAT(margins_, Pointwise(DoubleNear(kTolerance), Golden("regressor_scores")));
  EXPECT_NEAR(scores_.Named()[0].value, Golden("regressor_rmse")[0], kTolerance);
}

TEST_F(FactorizationMachinesGoldenTest, AClassifierWithCutGradientsIsThatOfNumpy) {
  FactorizationMachinesParams params = Params(FactorizationMachinesTask::kBinaryClassifier);
  params.bias.lr = 0.05, params.linear.lr = 0.1, params.factors.lr = 0.05;
  params.bias.wd = 0, params.linear.wd = 0.01, params.factors.wd = 0;
  params.rescale_grad = 0.5, params.clip_gradient = 0.3, params.eps = 1e-3;
  std::vector<float> labels = Labels(Rows());
  for (float& label : labels) label = label > 0.5F ? 1.0F : 0.0F;
  scores_ = FactorizationMachinesScores(params.task);
  TrainAndCompare("classifier", params, labels);
  std::vector<double> scores;
  for (const double margin : margins_) scores.push_back(LogisticScore(margin));
  EXPECT_THAT(scores, Pointwise(DoubleNear(kTolerance), Golden("classifier_scores")));
  EXPECT_NEAR(scores_.Named()[1].value, Golden("classifier_cross_entropy")[0], kTolerance);
}

}  // namespace
}  // namespace sagespark::algo
