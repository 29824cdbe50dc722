#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

namespace sagespark::algo {

/// Makes a smooth convex function small, one evaluation a call, by L-BFGS with the last 10 steps and a search that
/// halves steps (or more) until the value falls enough. Vectors are in float, sums in double.
/// Source: Nocedal and Wright 2006, "Numerical optimization", algorithms 3.1 and 7.4.
class LbfgsMinimizer {
 public:
  explicit LbfgsMinimizer(std::vector<float> start) : best_(std::move(start)), next_(best_) {}

  /// The point to evaluate next.
  std::span<const float> next() const { return next_; }

  /// Takes the function's value and gradient there.
  void Tell(double value, std::span<const float> gradient);

  /// The best point so far and its value; the start before the first Tell.
  std::span<const float> best() const { return best_; }
  double best_value() const { return best_value_; }

 private:
  struct Step {
    std::vector<float> moved;   // Of the point.
    std::vector<float> turned;  // Of the gradient.
    double product;             // Of these two, > 0.
  };

  void Accept(double value, std::span<const float> gradient);
  void FindDirection();
  void ShortenStep(double value);

  std::vector<float> best_;
  std::vector<float> next_;
  std::vector<float> gradient_;   // At the best point.
  std::vector<float> direction_;  // From there.
  std::deque<Step> steps_;
  double best_value_ = 0;
  double slope_ = 0;  // Along the direction.
  double step_ = 1;
  bool started_ = false;
};

}  // namespace sagespark::algo
