#include "sagespark/algo/linear_learner/losses.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "sagespark/base/multiversion.h"

namespace sagespark::algo {
namespace {

// exp(x) to about 1e-7, for x <= 0, in a form that the compiler turns into vector code: 2^n times a polynomial of the
// rest (Cephes, expf).
inline float ExpOfNegative(float x) {
  const float bounded = x < -87.0F ? -87.0F : x;
  const float n = static_cast<float>(static_cast<int32_t>(bounded * 1.44269504F - 0.5F));
  const float r = (bounded - n * 0.693359375F) + n * 2.12194440e-4F;
  float p = 1.9875691500e-4F;
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * r * r + r + 1.0F;
  return p * std::bit_cast<float>((static_cast<int32_t>(n) + 127) << 23);
}

// Replaces values by exp(value - their maximum) and returns the maximum.
SAGESPARK_MULTIVERSION float ExpBelowMaximum(float* values, size_t size) {
  float maximum = values[0];
  for (size_t i = 1; i < size; ++i) maximum = values[i] > maximum ? values[i] : maximum;
  for (size_t i = 0; i < size; ++i) values[i] = ExpOfNegative(values[i] - maximum);
  return maximum;
}

double SoftmaxValueAndGradient(std::span<float> scores, size_t label, float weight) {
  const double own = scores[label];
  const double maximum = ExpBelowMaximum(scores.data(), scores.size());
  double sum = 0;
  for (const float value : scores) sum += value;
  const float scale = weight / static_cast<float>(sum);
  for (float& value : scores) value *= scale;
  scores[label] -= weight;
  return std::log(sum) + maximum - own;
}

double SoftmaxValue(std::span<const float> scores, size_t label) {
  const double maximum = *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (const float value : scores) sum += std::exp(static_cast<double>(value) - maximum);
  return std::log(sum) + maximum - scores[label];
}

// The mean of p (1 - p) over the classes' probabilities p.
double SoftmaxCurvature(std::span<const float> scores) {
  const double maximum = *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  double squares = 0;
  for (const float value : scores) {
    const double share = std::exp(static_cast<double>(value) - maximum);
    sum += share;
    squares += share * share;
  }
  return (1 - squares / (sum * sum)) / static_cast<double>(scores.size());
}

size_t LargestOther(std::span<const float> scores, size_t label) {
  size_t best = label == 0 ? 1 : 0;
  for (size_t c = best + 1; c < scores.size(); ++c) {
    if (c != label && scores[c] > scores[best]) best = c;
  }
  return best;
}

struct Slope {
  double value;
  double slope;
};

// log(1 + exp(-t)) without overflow.
double LogOnePlusExpOfMinus(double t) { return std::max(0.0, -t) + std::log1p(std::exp(-std::abs(t))); }

double Sign(double r) { return r > 0 ? 1 : r < 0 ? -1 : 0; }

// Of the losses of one output.
Slope SingleOutput(const LinearLossFunction& f, double z, double y) {
  const double s = 2 * y - 1;
  const double r = z - y;
  const double excess = std::max(0.0, std::abs(r) - f.loss_insensitivity);
  switch (f.loss) {
    case LinearLoss::kLogistic:
      return {LogOnePlusExpOfMinus(s * z), -s / (1 + std::exp(s * z))};
    case LinearLoss::kHinge:
      return s * z < f.margin ? Slope{f.margin - s * z, -s} : Slope{0, 0};
    case LinearLoss::kSquared:
      return {r * r, 2 * r};
    case LinearLoss::kAbsolute:
      return {std::abs(r), Sign(r)};
    case LinearLoss::kEpsInsensitiveSquared:
      return {excess * excess, 2 * excess * Sign(r)};
    case LinearLoss::kEpsInsensitiveAbsolute:
      return {excess, excess > 0 ? Sign(r) : 0};
    case LinearLoss::kQuantile:
      return r > 0 ? Slope{(1 - f.quantile) * r, 1 - f.quantile} : Slope{-f.quantile * r, r < 0 ? -f.quantile : 0};
    case LinearLoss::kHuber:
      return std::abs(r) <= f.huber_delta
                 ? Slope{r * r / 2, r}
                 : Slope{f.huber_delta * (std::abs(r) - f.huber_delta / 2), f.huber_delta * Sign(r)};
    default:
      SAGESPARK_CHECK(false);
  }
  return {};
}

}  // namespace

double LinearLossFunction::Value(std::span<const float> scores, float label) const {
  const auto target = static_cast<size_t>(label);
  if (loss == LinearLoss::kSoftmax) return SoftmaxValue(scores, target);
  if (loss == LinearLoss::kMulticlassHinge) {
    const double other = scores[LargestOther(scores, target)];
    return std::max(0.0, margin + other - scores[target]);
  }
  return SingleOutput(*this, scores[0], label).value;
}

double LinearLossFunction::ValueAndGradient(std::span<float> scores, float label, float weight) const {
  const auto target = static_cast<size_t>(label);
  if (loss == LinearLoss::kSoftmax) return SoftmaxValueAndGradient(scores, target, weight);
  if (loss == LinearLoss::kMulticlassHinge) {
    const size_t other = LargestOther(scores, target);
    const double value = std::max(0.0, margin + scores[other] - scores[target]);
    std::fill(scores.begin(), scores.end(), 0.0F);
    if (value > 0) {
      scores[other] = weight;
      scores[target] = -weight;
    }
    return value;
  }
  const Slope slope = SingleOutput(*this, scores[0], label);
  scores[0] = weight * static_cast<float>(slope.slope);
  return slope.value;
}

double LinearLossFunction::Curvature(std::span<const float> scores, float label) const {
  const double size = std::abs(static_cast<double>(scores[0]) - label);
  switch (loss) {
    case LinearLoss::kLogistic: {
      const double probability = 1 / (1 + std::exp(-std::abs(static_cast<double>(scores[0]))));
      return probability * (1 - probability);
    }
    case LinearLoss::kSoftmax:
      return SoftmaxCurvature(scores);
    case LinearLoss::kSquared:
      return 2;
    case LinearLoss::kEpsInsensitiveSquared:
      return size > loss_insensitivity ? 2 * (size - loss_insensitivity) / size : 0;
    case LinearLoss::kHuber:
      return size <= huber_delta ? 1 : huber_delta / size;
    default:
      return 0;
  }
}

bool IsSmooth(LinearLoss loss) {
  return loss == LinearLoss::kLogistic || loss == LinearLoss::kSoftmax || loss == LinearLoss::kSquared ||
         loss == LinearLoss::kEpsInsensitiveSquared || loss == LinearLoss::kHuber;
}

bool IsClassLabel(LinearLoss loss) {
  return loss == LinearLoss::kLogistic || loss == LinearLoss::kHinge || loss == LinearLoss::kSoftmax ||
         loss == LinearLoss::kMulticlassHinge;
}

}  // namespace sagespark::algo
