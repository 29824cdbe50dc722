#include "sagespark/engine/local/cache.h"

#include <utility>
#include <vector>

#include "sagespark/engine/local/streams.h"

namespace sagespark::engine::local {
namespace {

using data::Batch;

class CachedExecution final : public Execution {
 public:
  explicit CachedExecution(std::shared_ptr<const Execution> source)
      : source_(std::move(source)), slots_(source_->num_partitions()) {}

  const SchemaPtr& schema() const override { return source_->schema(); }
  int num_partitions() const override { return source_->num_partitions(); }

  Result<StreamPtr> Open(const plan::TaskContext& task) const override {
    Slot& slot = slots_[task.partition];
    const std::lock_guard lock(slot.mutex);
    if (slot.batches == nullptr) {
      SAGESPARK_ASSIGN_OR_RETURN(slot.batches, Fill(task));
    }
    return MakeBatchesStream(schema(), slot.batches);
  }

 private:
  using Batches = std::shared_ptr<const std::vector<Batch>>;
  struct Slot {
    std::mutex mutex;
    Batches batches;
  };

  Result<Batches> Fill(const plan::TaskContext& task) const {
    SAGESPARK_ASSIGN_OR_RETURN(const StreamPtr rows, source_->Open(task));
    auto batches = std::make_shared<std::vector<Batch>>();
    for (;;) {
      SAGESPARK_RETURN_IF_ERROR(task.cancellation.Check());
      SAGESPARK_ASSIGN_OR_RETURN(std::optional<Batch> batch, rows->Next());
      if (!batch.has_value()) return Batches(std::move(batches));
      batches->push_back(*std::move(batch));
    }
  }

  std::shared_ptr<const Execution> source_;
  mutable std::vector<Slot> slots_;
};

}  // namespace

struct CacheRegistry::Entry {
  std::weak_ptr<const plan::LogicalPlan> plan;
  std::mutex mutex;
  std::shared_ptr<const Execution> execution;  ///< Made on first use.
};

void CacheRegistry::Add(const plan::PlanPtr& plan) {
  const std::lock_guard lock(mutex_);
  DropExpired();
  if (entries_.contains(plan.get())) return;
  auto entry = std::make_shared<Entry>();
  entry->plan = plan;
  entries_.emplace(plan.get(), std::move(entry));
}

void CacheRegistry::Remove(const plan::PlanPtr& plan) {
  const std::lock_guard lock(mutex_);
  DropExpired();
  entries_.erase(plan.get());
}

bool CacheRegistry::Contains(const plan::PlanPtr& plan) const { return Lookup(plan) != nullptr; }

Result<std::shared_ptr<const Execution>> CacheRegistry::Find(
    const plan::PlanPtr& plan, const std::function<Result<std::shared_ptr<const Execution>>()>& prepare) {
  const std::shared_ptr<Entry> entry = Lookup(plan);
  if (entry == nullptr) return std::shared_ptr<const Execution>();
  const std::lock_guard lock(entry->mutex);
  if (entry->execution == nullptr) {
    SAGESPARK_ASSIGN_OR_RETURN(auto source, prepare());
    entry->execution = std::make_shared<const CachedExecution>(std::move(source));
  }
  return entry->execution;
}

std::shared_ptr<CacheRegistry::Entry> CacheRegistry::Lookup(const plan::PlanPtr& plan) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(plan.get());
  // A new plan may stand at the address of one that is gone.
  return found != entries_.end() && found->second->plan.lock() == plan ? found->second : nullptr;
}

void CacheRegistry::DropExpired() {
  std::erase_if(entries_, [](const auto& entry) { return entry.second->plan.expired(); });
}

}  // namespace sagespark::engine::local
