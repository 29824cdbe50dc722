#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "sagespark/engine/engine.h"

namespace sagespark::engine::local {

/// Remembers which plans are to be kept in memory, and their rows. Thread-safe. A plan that is gone is forgotten at the next call.
class CacheRegistry {
 public:
  void Add(const plan::PlanPtr& plan);
  void Remove(const plan::PlanPtr& plan);
  bool Contains(const plan::PlanPtr& plan) const;

  /// The execution that reads `plan` from memory, filling it from `prepare()`'s execution on first use, one partition at a
  /// time and each once; null when the plan is not to be kept.
  Result<std::shared_ptr<const Execution>> Find(
      const plan::PlanPtr& plan, const std::function<Result<std::shared_ptr<const Execution>>()>& prepare);

 private:
  struct Entry;
  std::shared_ptr<Entry> Lookup(const plan::PlanPtr& plan) const;
  void DropExpired();

  mutable std::mutex mutex_;
  std::map<const plan::LogicalPlan*, std::shared_ptr<Entry>> entries_;
};

}  // namespace sagespark::engine::local
