#include "sagespark/algo/linear_learner/lbfgs.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sagespark/linalg/rows.h"

namespace sagespark::algo {
namespace {

constexpr size_t kSteps = 10;
constexpr double kSufficientFall = 1e-4;

}  // namespace

void LbfgsMinimizer::Tell(double value, std::span<const float> gradient) {
  const bool falls = std::isfinite(value) && value <= best_value_ + kSufficientFall * step_ * slope_;
  if (!started_ || falls) {
    Accept(value, gradient);
  } else {
    ShortenStep(value);
  }
  offered_ = nullptr;
  for (size_t i = 0; i < next_.size(); ++i) {
    next_[i] = static_cast<float>(best_[i] + step_ * direction_[i]);
  }
}

double LbfgsMinimizer::predicted_gain() const {
  return started_ && step_ == 1 ? -slope_ / 2 : std::numeric_limits<double>::infinity();
}

void LbfgsMinimizer::Restart() {
  best_ = next_;
  steps_.clear();
  started_ = false;
}

void LbfgsMinimizer::Accept(double value, std::span<const float> gradient) {
  if (started_) {
    Step step{.moved = next_, .turned = {gradient.begin(), gradient.end()}, .product = 0};
    for (size_t i = 0; i < next_.size(); ++i) {
      step.moved[i] -= best_[i];
      step.turned[i] -= gradient_[i];
    }
    step.product = linalg::DotProduct(step.moved, step.turned);
    // Rounding alone can turn the gradient back where the function is nearly flat.
    if (step.product > 1e-9 * linalg::SquaredNorm(step.turned)) steps_.push_back(std::move(step));
    if (steps_.size() > kSteps) steps_.pop_front();
  }
  if (offered_) {
    inverse_ = std::move(offered_);
    steps_.clear();
  }
  started_ = true;
  best_ = next_;
  best_value_ = value;
  gradient_.assign(gradient.begin(), gradient.end());
  FindDirection();
}

// The start of the inverse, scaled to what the last step saw.
void LbfgsMinimizer::ApplyInverse(std::vector<double>& sums) {
  if (inverse_) {
    inverse_(direction_);
    sums.assign(direction_.begin(), direction_.end());
  }
  if (!steps_.empty()) {
    const Step& last = steps_.back();
    std::vector<float> turned = last.turned;
    if (inverse_) inverse_(turned);
    const double scale = last.product / linalg::DotProduct(last.turned, turned);
    for (double& sum : sums) sum *= scale;
  }
  direction_.assign(sums.begin(), sums.end());
}

// The two loops of algorithm 7.4.
void LbfgsMinimizer::FindDirection() {
  std::vector<double> sums(gradient_.size());
  linalg::AddScaled(-1, gradient_, sums);
  direction_.assign(sums.begin(), sums.end());
  std::vector<double> shares(steps_.size());
  for (size_t k = steps_.size(); k-- > 0;) {
    shares[k] = linalg::DotProduct(steps_[k].moved, direction_) / steps_[k].product;
    linalg::AddScaled(-shares[k], steps_[k].turned, sums);
    direction_.assign(sums.begin(), sums.end());
  }
  ApplyInverse(sums);
  for (size_t k = 0; k < steps_.size(); ++k) {
    const double share = linalg::DotProduct(steps_[k].turned, direction_) / steps_[k].product;
    linalg::AddScaled(shares[k] - share, steps_[k].moved, sums);
    direction_.assign(sums.begin(), sums.end());
  }
  slope_ = linalg::DotProduct(gradient_, direction_);
  if (slope_ > 0) {  // By rounding: start anew.
    steps_.clear();
    for (size_t i = 0; i < direction_.size(); ++i) direction_[i] = -gradient_[i];
    if (inverse_) inverse_(direction_);
    slope_ = linalg::DotProduct(gradient_, direction_);
  }
  step_ = steps_.empty() && !inverse_ ? 1 / std::max(1.0, std::sqrt(-slope_)) : 1;
}

// To where a parabola through the value there, the best one and its slope is lowest, within bounds.
void LbfgsMinimizer::ShortenStep(double value) {
  const double rise = value - best_value_ - step_ * slope_;
  const double lowest = -slope_ * step_ * step_ / (2 * rise);
  step_ = std::isfinite(lowest) ? std::clamp(lowest, 0.1 * step_, 0.5 * step_) : 0.1 * step_;
}

}  // namespace sagespark::algo
