#include "sagespark/algo/factorization_machines/parameter_table.h"

#include <algorithm>
#include <limits>

#include "sagespark/linalg/random.h"

namespace sagespark::algo {
namespace {

constexpr uint64_t kBiasStream = std::numeric_limits<uint64_t>::max();  // A feature's stream is its number.
constexpr int64_t kBlockFloats = int64_t{1} << 18;                      // 1 MiB.
constexpr int64_t kFeaturesAtOnce = 256;

void Fill(const ParameterGroup& group, linalg::RandomStream& random, std::span<float> values) {
  if (group.init == ParameterInit::kNormal) return random.FillNormal(group.sigma, values);
  const double scale = group.scale.value_or(0);
  const double constant = group.value.value_or(0);
  for (float& value : values) {
    const bool is_uniform = group.init == ParameterInit::kUniform;
    value = static_cast<float>(is_uniform ? scale * (2 * random.NextUniform() - 1) : constant);
  }
}

}  // namespace

ParameterTable::ParameterTable(const FactorizationMachinesParams& params, uint64_t seed)
    : params_(params),
      seed_(seed),
      width_(params.num_factors + 1),
      slots_a_block_(std::max<int64_t>(1, kBlockFloats / (3 * width_))),
      slot_after_(static_cast<size_t>(params.feature_dim)) {
  linalg::RandomStream random(seed, kBiasStream);
  Fill(params.bias, random, std::span(&bias_, 1));
}

const float* ParameterTable::Of(int64_t feature, float* scratch) const {
  const int64_t slot = int64_t{slot_after_[feature]} - 1;
  if (slot >= 0) return Place(slot);
  Start(feature, std::span(scratch, width_));
  return scratch;
}

int32_t ParameterTable::SlotOf(int32_t feature) {
  int32_t& slot_after = slot_after_[feature];
  if (slot_after == 0) {
    features_.push_back(feature);
    slot_after = static_cast<int32_t>(features_.size());
  }
  return slot_after - 1;
}

void ParameterTable::FillNewSlots(ThreadPool& pool) {
  const int64_t first = filled_slots_;
  while (static_cast<int64_t>(blocks_.size()) * slots_a_block_ < slots()) {
    blocks_.push_back(std::make_unique<float[]>(slots_a_block_ * 3 * width_));  // Zeros: so moments start.
  }
  pool.ParallelFor((slots() - first + kFeaturesAtOnce - 1) / kFeaturesAtOnce, [&](int64_t part) {
    const int64_t begin = first + part * kFeaturesAtOnce;
    const int64_t end = std::min(begin + kFeaturesAtOnce, slots());
    for (int64_t slot = begin; slot < end; ++slot) Start(features_[slot], std::span(Place(slot), width_));
  });
  filled_slots_ = slots();
}

void ParameterTable::Start(int64_t feature, std::span<float> weights) const {
  linalg::RandomStream random(seed_, static_cast<uint64_t>(feature));
  Fill(params_.factors, random, weights.first(width_ - 1));
  Fill(params_.linear, random, weights.last(1));
}

}  // namespace sagespark::algo
