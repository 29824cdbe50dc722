#include "sagespark/algo/linear_learner/losses.h"

#include <cmath>
#include <vector>

#include "sagespark/testing/matchers.h"

namespace sagespark::algo {
namespace {

struct ValueCase {
  LinearLossFunction function;
  std::vector<float> scores;
  float label;
  double value;
};

// By hand, from the formulas in losses.h.
const std::vector<ValueCase>& ValueCases() {
  static const std::vector<ValueCase> cases = {
      {{.loss = LinearLoss::kLogistic}, {0}, 1, std::log(2)},
      {{.loss = LinearLoss::kLogistic}, {200}, 0, 200},
      {{.loss = LinearLoss::kHinge, .margin = 2}, {0.5}, 1, 1.5},
      {{.loss = LinearLoss::kHinge, .margin = 2}, {0.5}, 0, 2.5},
      {{.loss = LinearLoss::kHinge, .margin = 2}, {2.5}, 1, 0},
      {{.loss = LinearLoss::kSoftmax}, {0, 0, 0, 0}, 2, std::log(4)},
      {{.loss = LinearLoss::kSoftmax}, {0, 300, 0}, 0, 300},
      {{.loss = LinearLoss::kMulticlassHinge, .margin = 1}, {2, 1.5, -3}, 0, 0.5},
      {{.loss = LinearLoss::kMulticlassHinge, .margin = 1}, {2, 1.5, -3}, 2, 6},
      {{.loss = LinearLoss::kMulticlassHinge, .margin = 0.25}, {2, 1.5, -3}, 0, 0},
      {{.loss = LinearLoss::kSquared}, {3}, 1, 4},
      {{.loss = LinearLoss::kAbsolute}, {-1}, 1, 2},
      {{.loss = LinearLoss::kEpsInsensitiveSquared, .loss_insensitivity = 0.5}, {3}, 1, 2.25},
      {{.loss = LinearLoss::kEpsInsensitiveSquared, .loss_insensitivity = 0.5}, {1.25}, 1, 0},
      {{.loss = LinearLoss::kEpsInsensitiveAbsolute, .loss_insensitivity = 0.5}, {-1}, 1, 1.5},
      {{.loss = LinearLoss::kQuantile, .quantile = 0.9}, {0}, 1, 0.9},
      {{.loss = LinearLoss::kQuantile, .quantile = 0.9}, {3}, 1, 0.2},
      {{.loss = LinearLoss::kHuber, .huber_delta = 2}, {2}, 1, 0.5},
      {{.loss = LinearLoss::kHuber, .huber_delta = 2}, {-5}, 1, 10},
  };
  return cases;
}

TEST(LinearLossFunctionTest, HasTheValuesOfItsFormulas) {
  for (const ValueCase& c : ValueCases()) {
    SCOPED_TRACE(testing::Message() << LinearLossName(c.function.loss) << " of " << c.scores[0] << ", " << c.label);
    EXPECT_NEAR(c.function.Value(c.scores, c.label), c.value, 1e-6 * std::max(1.0, c.value));
    std::vector<float> scores = c.scores;
    EXPECT_NEAR(c.function.ValueAndGradient(scores, c.label, 1), c.value, 1e-6 * std::max(1.0, c.value));
  }
}

TEST(LinearLossFunctionTest, GradientsAreThoseOfTheValuesTimesTheWeight) {
  constexpr float kStep = 1.0F / 64;
  for (const ValueCase& c : ValueCases()) {
    std::vector<float> gradient = c.scores;
    c.function.ValueAndGradient(gradient, c.label, 3);
    for (size_t i = 0; i < c.scores.size(); ++i) {
      SCOPED_TRACE(testing::Message() << LinearLossName(c.function.loss) << " of " << c.scores[0] << ", " << c.label);
      std::vector<float> above = c.scores;
      std::vector<float> below = c.scores;
      above[i] += kStep;
      below[i] -= kStep;
      const double slope = (c.function.Value(above, c.label) - c.function.Value(below, c.label)) / (2 * kStep);
      EXPECT_NEAR(gradient[i], 3 * slope, 2e-3);
    }
  }
}

TEST(LinearLossFunctionTest, CurvaturesAreTheirSecondDerivativesOrAboveThem) {
  struct Case {
    LinearLossFunction function;
    std::vector<float> scores;
    float label;
    double curvature;
  };
  const double p = 1 / (1 + std::exp(-2.0));
  const std::vector<Case> cases = {
      {{.loss = LinearLoss::kLogistic}, {-2}, 1, p * (1 - p)},
      {{.loss = LinearLoss::kLogistic}, {2}, 1, p * (1 - p)},
      {{.loss = LinearLoss::kLogistic}, {-2000}, 1, 0},
      {{.loss = LinearLoss::kSoftmax}, {7, 7, 7, 7}, 2, 0.25 * 0.75},
      {{.loss = LinearLoss::kSoftmax}, {1000, 0}, 2, 0},
      {{.loss = LinearLoss::kSquared}, {3}, 1, 2},
      {{.loss = LinearLoss::kEpsInsensitiveSquared, .loss_insensitivity = 0.5}, {3}, 1, 1.5},
      {{.loss = LinearLoss::kEpsInsensitiveSquared, .loss_insensitivity = 0.5}, {1.25}, 1, 0},
      {{.loss = LinearLoss::kHuber, .huber_delta = 2}, {2}, 1, 1},
      {{.loss = LinearLoss::kHuber, .huber_delta = 2}, {-3}, 1, 0.5},
      {{.loss = LinearLoss::kHinge}, {-3}, 1, 0},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(testing::Message() << LinearLossName(c.function.loss) << " of " << c.scores[0] << ", " << c.label);
    EXPECT_NEAR(c.function.Curvature(c.scores, c.label), c.curvature, 1e-12);
  }
}

}  // namespace
}  // namespace sagespark::algo
