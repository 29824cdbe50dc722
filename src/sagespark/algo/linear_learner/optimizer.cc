#include "sagespark/algo/linear_learner/optimizer.h"

#include <cmath>

#include "sagespark/base/multiversion.h"
#include "sagespark/base/result.h"

namespace sagespark::algo {
namespace {

constexpr float kEpsilon = 1e-8F;
constexpr size_t kLeastTile = 64;

inline float TowardsZero(float w, float distance) {
  const float below = w < -distance ? -distance : w;
  return w - (below > distance ? distance : below);
}

SAGESPARK_MULTIVERSION void UpdateSgd(size_t size, float momentum, const float* __restrict rate,
                                      const float* __restrict wd, const float* __restrict l1, float* __restrict w,
                                      const float* __restrict g, float* __restrict u) {
  for (size_t i = 0; i < size; ++i) {
    u[i] = momentum * u[i] + (g[i] + wd[i] * w[i]);
    w[i] = TowardsZero(w[i] - rate[i] * u[i], rate[i] * l1[i]);
  }
}

SAGESPARK_MULTIVERSION void UpdateAdam(size_t size, float beta_1, float beta_2, const float* __restrict rate,
                                       const float* __restrict wd, const float* __restrict l1, float* __restrict w,
                                       const float* __restrict g, float* __restrict u, float* __restrict v) {
  for (size_t i = 0; i < size; ++i) {
    const float gradient = g[i] + wd[i] * w[i];
    u[i] += (1 - beta_1) * (gradient - u[i]);
    v[i] += (1 - beta_2) * (gradient * gradient - v[i]);
    const float step = rate[i] / (std::sqrt(v[i]) + kEpsilon);
    w[i] = TowardsZero(w[i] - step * u[i], step * l1[i]);
  }
}

SAGESPARK_MULTIVERSION void UpdateRmsProp(size_t size, float beta_2, const float* __restrict rate,
                                          const float* __restrict wd, const float* __restrict l1, float* __restrict w,
                                          const float* __restrict g, float* __restrict v) {
  for (size_t i = 0; i < size; ++i) {
    const float gradient = g[i] + wd[i] * w[i];
    v[i] += (1 - beta_2) * (gradient * gradient - v[i]);
    const float step = rate[i] / (std::sqrt(v[i]) + kEpsilon);
    w[i] = TowardsZero(w[i] - step * gradient, step * l1[i]);
  }
}

std::vector<float> Tiled(std::span<const float> values, size_t tile) {
  std::vector<float> tiled(tile);
  for (size_t i = 0; i < tile; ++i) tiled[i] = values[i % values.size()];
  return tiled;
}

}  // namespace

LinearUpdateRule::LinearUpdateRule(const LinearLearnerParams& params, std::span<const float> wd,
                                   std::span<const float> l1)
    : kind_(params.optimizer.value_or(LinearOptimizer::kAdam)),
      momentum_(static_cast<float>(params.momentum.value_or(0.9))),
      beta_1_(static_cast<float>(params.beta_1.value_or(0.9))),
      beta_2_(static_cast<float>(params.beta_2.value_or(kind_ == LinearOptimizer::kRmsProp ? 0.99 : 0.999))),
      columns_(wd.size()),
      tile_((kLeastTile + columns_ - 1) / columns_ * columns_),
      wd_(Tiled(wd, tile_)),
      l1_(Tiled(l1, tile_)),
      rates_(tile_) {}

void LinearUpdateRule::Start(int64_t t, std::span<const float> rates) {
  rates_ = Tiled(rates, tile_);
  if (kind_ != LinearOptimizer::kAdam) return;
  const double power = static_cast<double>(t);
  const double correction = std::sqrt(1 - std::pow(beta_2_, power)) / (1 - std::pow(beta_1_, power));
  for (float& rate : rates_) rate *= static_cast<float>(correction);
}

void LinearUpdateRule::Update(std::span<float> weights, std::span<const float> gradients, std::span<float> u,
                              std::span<float> v) const {
  SAGESPARK_DCHECK(weights.size() % columns_ == 0 && gradients.size() == weights.size());
  for (size_t start = 0; start < weights.size(); start += tile_) {
    const size_t size = std::min(tile_, weights.size() - start);
    float* const w = weights.data() + start;
    const float* const g = gradients.data() + start;
    switch (kind_) {
      case LinearOptimizer::kSgd:
        UpdateSgd(size, momentum_, rates_.data(), wd_.data(), l1_.data(), w, g, u.data() + start);
        break;
      case LinearOptimizer::kAdam:
        UpdateAdam(size, beta_1_, beta_2_, rates_.data(), wd_.data(), l1_.data(), w, g, u.data() + start,
                   v.data() + start);
        break;
      case LinearOptimizer::kRmsProp:
        UpdateRmsProp(size, beta_2_, rates_.data(), wd_.data(), l1_.data(), w, g, v.data() + start);
        break;
    }
  }
}

}  // namespace sagespark::algo
