#include "sagespark/algo/lda/als.h"

#include <cmath>
#include <utility>

#include "sagespark/linalg/random.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::algo {
namespace {

using linalg::Matrix;
using testing::DoubleNear;
using testing::UnorderedElementsAre;

void AddPart(double weight, const std::vector<double>& v, Matrix<double>& tensor) {
  const auto r = std::ssize(v);
  for (int64_t i = 0; i < r; ++i) {
    for (int64_t j = 0; j < r; ++j) {
      for (int64_t k = 0; k < r; ++k) tensor(i, j * r + k) += weight * v[i] * v[j] * v[k];
    }
  }
}

std::array<Matrix<double>, 3> Starts(int64_t parts, int64_t dimensions, uint64_t seed) {
  linalg::RandomStream random(seed, 0);
  std::array<Matrix<double>, 3> starts;
  for (auto& start : starts) {
    start = Matrix<double>(parts, dimensions);
    for (int64_t part = 0; part < parts; ++part) {
      for (double& element : start.Row(part)) element = random.NextUniform() - 0.5;
    }
  }
  return starts;
}

TEST(FitCpTest, FindsTwoPartsAndTheirWeightsUpToOrder) {
  Matrix<double> tensor(2, 4);
  AddPart(3, {1, 0}, tensor);
  AddPart(2, {0.6, 0.8}, tensor);
  ASSERT_OK_AND_ASSIGN(const CpFit fit, FitCp(std::as_const(tensor).view(), Starts(2, 2, 1), {1000, 1e-14}, {}));
  EXPECT_LT(fit.error, 1e-6);
  EXPECT_THAT((std::vector<double>{std::abs(fit.weights[0]), std::abs(fit.weights[1])}),
              UnorderedElementsAre(DoubleNear(3, 1e-5), DoubleNear(2, 1e-5)));
  for (int64_t part = 0; part < 2; ++part) {
    // A vector may point the other way: then its weight is negative.
    const double sign = fit.weights[part] < 0 ? -1 : 1;
    EXPECT_NEAR(sign * fit.vectors(part, 0), std::abs(fit.weights[part]) > 2.5 ? 1 : 0.6, 1e-5);
  }
}

TEST(FitCpTest, FindsMorePartsThanDimensionsWhereTheyAreDetermined) {
  Matrix<double> tensor(4, 16);
  const std::vector<std::vector<double>> parts = {
      {1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}, {0.5, 0.5, 0.5, 0.5}};
  for (const auto& part : parts) AddPart(1, part, tensor);
  ASSERT_OK_AND_ASSIGN(const CpFit fit, FitCp(std::as_const(tensor).view(), Starts(5, 4, 3), {5000, 1e-15}, {}));
  EXPECT_LT(fit.error, 1e-5);
  for (const double weight : fit.weights) EXPECT_NEAR(std::abs(weight), 1, 1e-3);
}

TEST(FitCpTest, StopsAtItsLimits) {
  Matrix<double> tensor(2, 4);
  AddPart(3, {1, 0}, tensor);
  AddPart(2, {0.6, 0.8}, tensor);
  const auto fit = [&](const AlsLimits& limits) { return *FitCp(std::as_const(tensor).view(), Starts(1, 2, 1), limits, {}); };
  EXPECT_EQ(fit({1, 1e-12}).iterations, 1);
  EXPECT_EQ(fit({3, 1e-16}).iterations, 3);
  EXPECT_EQ(fit({1000, 1}).iterations, 2);
  EXPECT_LT(fit({1000, 1e-12}).iterations, 1000);
}

TEST(FitCpTest, TakesAZeroTensorAndStopsWhenCancelled) {
  const Matrix<double> zero(2, 4);
  ASSERT_OK_AND_ASSIGN(const CpFit fit, FitCp(zero.view(), Starts(2, 2, 1), {}, {}));
  EXPECT_EQ(fit.error, 0);
  EXPECT_THAT(fit.weights, testing::ElementsAre(0, 0));
  CancellationSource source;
  source.Cancel();
  EXPECT_THAT(FitCp(zero.view(), Starts(2, 2, 1), {}, source.token()), IsError(ErrorKind::kCancelled, testing::_));
}

}  // namespace
}  // namespace sagespark::algo
