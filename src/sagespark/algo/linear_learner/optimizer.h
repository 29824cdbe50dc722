#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sagespark/algo/linear_learner/params.h"

namespace sagespark::algo {

/// The update of weights of many models at once: a block of weights is a run of rows of `columns` weights, one for
/// each linear function, whose rates and penalties may differ. For a weight w with the gradient g of the loss, at
/// update t:
///   g += wd w
///   sgd      u = momentum u + g                                     step = rate,              w -= step u
///   adam     u = beta_1 u + (1 - beta_1) g
///            v = beta_2 v + (1 - beta_2) g^2     step = rate sqrt(1 - beta_2^t) / (1 - beta_1^t) / (sqrt(v) + 1e-8), w -= step u
///   rmsprop  v = beta_2 v + (1 - beta_2) g^2                         step = rate / (sqrt(v) + 1e-8),  w -= step g
/// and then, for l1, w is moved towards 0 by step l1, and stays there (a proximal step in the update's own metric).
/// Sources: Kingma and Ba 2015; Tieleman and Hinton 2012; Duchi and Singer 2009 ("FOBOS").
class LinearUpdateRule {
 public:
  LinearUpdateRule(const LinearLearnerParams& params, std::span<const float> wd, std::span<const float> l1);

  /// Starts update `t`, from 1, with each column's learning rate.
  void Start(int64_t t, std::span<const float> rates);

  /// Whole rows of all columns, weights with their gradients and what the rule remembers of them (zeros at first).
  void Update(std::span<float> weights, std::span<const float> gradients, std::span<float> u, std::span<float> v) const;

  bool remembers_v() const { return kind_ != LinearOptimizer::kSgd; }

 private:
  LinearOptimizer kind_;
  float momentum_;
  float beta_1_;
  float beta_2_;
  size_t columns_;
  size_t tile_;  // A multiple of the columns, long enough for vector registers.
  std::vector<float> wd_;
  std::vector<float> l1_;
  std::vector<float> rates_;
};

}  // namespace sagespark::algo
