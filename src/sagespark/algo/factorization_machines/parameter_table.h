#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "sagespark/algo/factorization_machines/artifact.h"
#include "sagespark/algo/factorization_machines/params.h"
#include "sagespark/base/thread_pool.h"

namespace sagespark::algo {

/// The parameters of a machine in training with Adam's two moments, for those features only that rows have named: any other one
/// is still what it started from, which is computed anew from the seed whenever it is asked for. So memory goes with the features
/// that occur (4 bytes for each of feature_dim, and 12 (k + 1) + 4 for each that occurs), and no feature's start depends on
/// which others occur.
class ParameterTable final : public FactorizationMachinesWeights {
 public:
  /// `params` are valid.
  ParameterTable(const FactorizationMachinesParams& params, uint64_t seed);

  FactorizationMachinesTask task() const override { return params_.task; }
  int64_t feature_dim() const override { return params_.feature_dim; }
  int64_t num_factors() const override { return params_.num_factors; }
  float bias() const override { return bias_; }
  const float* Of(int64_t feature, float* scratch) const override;

  /// The place of a feature among those that occurred, from 0 in the order of their first calls. A new one has weights after
  /// FillNewSlots only.
  int32_t SlotOf(int32_t feature);
  int64_t slots() const { return static_cast<int64_t>(features_.size()); }
  void FillNewSlots(ThreadPool& pool);

  /// k + 1 floats each, one behind the other.
  float* Weights(int64_t slot) { return Place(slot); }
  float* FirstMoments(int64_t slot) { return Place(slot) + width_; }
  float* SecondMoments(int64_t slot) { return Place(slot) + 2 * width_; }

  float& mutable_bias() { return bias_; }

 private:
  /// Blocks of slots, so that growth moves nothing and takes no memory twice.
  float* Place(int64_t slot) const {
    return blocks_[slot / slots_a_block_].get() + (slot % slots_a_block_) * 3 * width_;
  }
  void Start(int64_t feature, std::span<float> weights) const;

  FactorizationMachinesParams params_;
  uint64_t seed_;
  int64_t width_;
  int64_t slots_a_block_;
  std::vector<int32_t> slot_after_;  // Of each feature its slot + 1, or 0.
  std::vector<int32_t> features_;    // Of each slot its feature.
  int64_t filled_slots_ = 0;
  std::vector<std::unique_ptr<float[]>> blocks_;
  float bias_ = 0;
};

}  // namespace sagespark::algo
