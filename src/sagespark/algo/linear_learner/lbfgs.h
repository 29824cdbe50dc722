#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <utility>
#include <vector>

namespace sagespark::algo {

/// Makes a smooth convex function small, one evaluation a call, by L-BFGS with the last 10 steps and a search that
/// halves steps (or more) until the value falls enough. Vectors are in float, sums in double. Whoever knows about the function's
/// curvature can tell, and saves it most of its steps.
/// Source: Nocedal and Wright 2006, "Numerical optimization", algorithms 3.1 and 7.4.
class LbfgsMinimizer {
 public:
  explicit LbfgsMinimizer(std::vector<float> start) : best_(std::move(start)), next_(best_) {}

  /// The point to evaluate next.
  std::span<const float> next() const { return next_; }

  /// Replaces a gradient by an estimate of the inverse of the second derivatives times it; positive definite.
  using InverseCurvature = std::function<void(std::span<float>)>;

  /// Takes the curvature at next(), before its value is told; it is used from then on if the step there is accepted, and steps
  /// before are forgotten.
  void UseCurvature(InverseCurvature inverse) { offered_ = std::move(inverse); }

  /// Takes the function's value and gradient there.
  void Tell(double value, std::span<const float> gradient);

  /// Starts anew from next(), with the curvature it has: for a function that has changed.
  void Restart();

  /// The best point so far and its value; the start before the first Tell.
  std::span<const float> best() const { return best_; }
  double best_value() const { return best_value_; }

  /// How far below it next() will be, by the parabola along the step; infinity while steps are not whole or nothing is known.
  double predicted_gain() const;

 private:
  struct Step {
    std::vector<float> moved;   // Of the point.
    std::vector<float> turned;  // Of the gradient.
    double product;             // Of these two, > 0.
  };

  void Accept(double value, std::span<const float> gradient);
  void FindDirection();
  void ApplyInverse(std::vector<double>& sums);
  void ShortenStep(double value);

  std::vector<float> best_;
  std::vector<float> next_;
  std::vector<float> gradient_;   // At the best point.
  std::vector<float> direction_;  // From there.
  std::deque<Step> steps_;
  InverseCurvature inverse_;  // None: the identity.
  InverseCurvature offered_;
  double best_value_ = 0;
  double slope_ = 0;  // Along the direction.
  double step_ = 1;
  bool started_ = false;
};

}  // namespace sagespark::algo
