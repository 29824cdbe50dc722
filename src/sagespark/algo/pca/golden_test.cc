// Against an SVD by numpy; tests/goldens/make_pca_goldens.py wrote the numbers.
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "sagespark/algo/pca/fit.h"
#include "sagespark/algo/pca/predict.h"
#include "sagespark/testing/matchers.h"
#include "sagespark/testing/paths.h"

namespace sagespark::algo {
namespace {

using linalg::Matrix;
using testing::FloatNear;
using testing::Pointwise;

constexpr int64_t kRows = 1500, kCols = 12, kComponents = 5;

Matrix<float> Rows() {
  Matrix<float> rows(kRows, kCols);
  for (int64_t i = 0; i < kRows; ++i) {
    for (int64_t j = 0; j < kCols; ++j) {
      rows(i, j) = static_cast<float>(
          1000 + static_cast<double>((i * 7919 + j * 104729 + i * i * 31 * (j + 1)) % 1000) / 8 * static_cast<double>(j + 1));
    }
  }
  return rows;
}

class PcaGoldenTest : public testing::TestWithParam<PcaMode> {
 protected:
  void SetUp() override {
    std::ifstream file(SourcePath("tests/goldens/pca.txt"));
    std::string name;
    int64_t rows = 0, cols = 0;
    while (file >> name >> rows >> cols) {
      std::vector<double>& values = golden_[name];
      values.resize(rows * cols);
      for (double& value : values) file >> value;
    }
    ASSERT_EQ(golden_.size(), 9);
  }

  std::vector<float> Golden(const std::string& name) const {
    const std::vector<double>& values = golden_.at(name);
    return {values.begin(), values.end()};
  }

  void ExpectComponents(bool subtract_mean) const {
    ThreadPool pool(2);
    const PcaParams params = {.feature_dim = kCols,
                              .num_components = kComponents,
                              .mini_batch_size = 100,
                              .algorithm_mode = GetParam(),
                              .subtract_mean = subtract_mean};
    ASSERT_OK_AND_ASSIGN(PcaTrainer trainer, PcaTrainer::Create(params, 0, pool));
    const Matrix<float> rows = Rows();
    ASSERT_OK(trainer.Add(rows.view()));
    ASSERT_OK(trainer.EndEpoch());
    ASSERT_OK_AND_ASSIGN(const PcaFit fit, std::move(trainer).Finish());
    const std::string prefix = subtract_mean ? "" : "raw_";
    const std::vector<float> s = Golden(prefix + "s");
    EXPECT_THAT(fit.model.singular_values, Pointwise(FloatNear(1e-5F * s.back()), s));
    EXPECT_THAT(fit.model.components.values(), Pointwise(FloatNear(1e-4F), Golden(prefix + "v")));
    EXPECT_NEAR(fit.explained_variance_ratio, Golden(prefix + "ratio")[0], 1e-6);
    EXPECT_THAT(fit.model.mean, Pointwise(FloatNear(1e-3F), subtract_mean ? Golden("mean") : std::vector<float>()));
    std::vector<float> projections(3 * kComponents);
    ASSERT_OK(PcaPredictor(fit.model).Predict(rows.view().Rows(0, 3), projections));
    EXPECT_THAT(projections, Pointwise(FloatNear(0.5F), Golden(prefix + "projections")));
  }

 private:
  std::map<std::string, std::vector<double>> golden_;
};

TEST_P(PcaGoldenTest, FindsTheComponentsOfNumpysSvd) { ExpectComponents(true); }

TEST_P(PcaGoldenTest, FindsThemAboutZeroWithoutSubtractMean) { ExpectComponents(false); }

// The factor has 12 rows, as many as columns: nothing is left out.
INSTANTIATE_TEST_SUITE_P(Modes, PcaGoldenTest,
                         testing::Values(PcaMode::kRegular, PcaMode::kStable, PcaMode::kRandomized),
                         [](const auto& info) { return std::string(PcaModeName(info.param)); });

}  // namespace
}  // namespace sagespark::algo
