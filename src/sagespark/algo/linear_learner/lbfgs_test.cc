#include "sagespark/algo/linear_learner/lbfgs.h"

#include <cmath>
#include <limits>

#include "sagespark/testing/matchers.h"

namespace sagespark::algo {
namespace {

// Evaluates f = sum_i scale_i (x_i - i)^2 / 2 and tells it.
double TellParabola(LbfgsMinimizer& minimizer, const std::vector<float>& scales) {
  double value = 0;
  std::vector<float> gradient(scales.size());
  for (size_t i = 0; i < scales.size(); ++i) {
    const float difference = minimizer.next()[i] - static_cast<float>(i);
    value += 0.5 * scales[i] * difference * difference;
    gradient[i] = scales[i] * difference;
  }
  minimizer.Tell(value, gradient);
  return value;
}

TEST(LbfgsMinimizerTest, FindsTheLowestPointOfALongValley) {
  const std::vector<float> scales = {1000, 100, 10, 1, 0.1F};
  LbfgsMinimizer minimizer(std::vector<float>(5, 10.0F));
  for (int i = 0; i < 60; ++i) TellParabola(minimizer, scales);
  for (size_t i = 0; i < 5; ++i) EXPECT_NEAR(minimizer.best()[i], i, 1e-2);
  EXPECT_LT(minimizer.best_value(), 1e-5);
}

TEST(LbfgsMinimizerTest, BestValueNeverRises) {
  const std::vector<float> scales = {1000, 3};
  LbfgsMinimizer minimizer({-3, 40});
  double last = std::numeric_limits<double>::infinity();
  for (int i = 0; i < 30; ++i) {
    TellParabola(minimizer, scales);
    EXPECT_LE(minimizer.best_value(), last);
    last = minimizer.best_value();
  }
}

TEST(LbfgsMinimizerTest, ComesBackFromWhereTheFunctionIsInfinite) {
  // 10 x - log(x): no number from x = 0 down, where the first step from 0.5 goes; lowest at 0.1.
  LbfgsMinimizer minimizer({0.5F});
  for (int i = 0; i < 40; ++i) {
    const double x = minimizer.next()[0];
    const double value = x > 0 ? 10 * x - std::log(x) : std::numeric_limits<double>::quiet_NaN();
    minimizer.Tell(value, std::vector<float>{static_cast<float>(10 - 1 / x)});
  }
  EXPECT_NEAR(minimizer.best()[0], 0.1, 1e-3);
}

LbfgsMinimizer::InverseCurvature InverseOf(const std::vector<float>& scales) {
  return [scales](std::span<float> gradient) {
    for (size_t i = 0; i < gradient.size(); ++i) gradient[i] /= scales[i];
  };
}

TEST(LbfgsMinimizerTest, OneStepIsEnoughWhereTheCurvatureIsTold) {
  const std::vector<float> scales = {1000, 100, 10, 1, 0.125F};
  LbfgsMinimizer minimizer(std::vector<float>(5, 16.0F));
  minimizer.UseCurvature(InverseOf(scales));
  TellParabola(minimizer, scales);
  TellParabola(minimizer, scales);
  for (size_t i = 0; i < 5; ++i) EXPECT_NEAR(minimizer.best()[i], i, 1e-4);
}

TEST(LbfgsMinimizerTest, PredictsTheGainOfAStepOnAParabola) {
  const std::vector<float> scales = {1000, 100, 10, 1, 0.125F};
  LbfgsMinimizer minimizer(std::vector<float>(5, 16.0F));
  EXPECT_EQ(minimizer.predicted_gain(), std::numeric_limits<double>::infinity());
  minimizer.UseCurvature(InverseOf(scales));
  const double before = TellParabola(minimizer, scales);
  const double predicted = minimizer.predicted_gain();
  const double after = TellParabola(minimizer, scales);
  EXPECT_NEAR(predicted, before - after, 1e-5 * before);
  EXPECT_LT(minimizer.predicted_gain(), 1e-5 * before);
  minimizer.Restart();
  EXPECT_EQ(minimizer.predicted_gain(), std::numeric_limits<double>::infinity());
}

TEST(LbfgsMinimizerTest, FindsTheScaleOfACurvatureThatIsTenTimesTooLarge) {
  const std::vector<float> scales = {1000, 100, 10, 1, 0.125F};
  std::vector<float> ten_times = scales;
  for (float& scale : ten_times) scale *= 10;
  LbfgsMinimizer minimizer(std::vector<float>(5, 16.0F));
  minimizer.UseCurvature(InverseOf(ten_times));
  for (int i = 0; i < 3; ++i) TellParabola(minimizer, scales);
  for (size_t i = 0; i < 5; ++i) EXPECT_NEAR(minimizer.best()[i], i, 1e-3);
}

TEST(LbfgsMinimizerTest, RestartGoesOnWithTheCurvatureOnAnotherFunction) {
  const std::vector<float> scales = {1000, 1};
  LbfgsMinimizer minimizer({16, 16});
  minimizer.UseCurvature(InverseOf(scales));
  TellParabola(minimizer, scales);
  minimizer.Restart();
  const std::vector<float> larger = {1100, 1.5F};
  const double value = TellParabola(minimizer, larger);
  EXPECT_EQ(minimizer.best_value(), value);
  for (int i = 0; i < 4; ++i) TellParabola(minimizer, larger);
  EXPECT_NEAR(minimizer.best()[1], 1, 1e-3);
}

}  // namespace
}  // namespace sagespark::algo
