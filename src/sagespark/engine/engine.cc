#include "sagespark/engine/engine.h"

#include <algorithm>
#include <atomic>
#include <utility>

namespace sagespark::engine {
namespace {

using BatchesByPartition = std::vector<std::vector<data::Batch>>;

/// Reads at most `limit` rows of a partition.
Result<std::vector<data::Batch>> ReadUpTo(data::BatchStream& rows, int64_t limit) {
  std::vector<data::Batch> batches;
  while (limit > 0) {
    SAGESPARK_ASSIGN_OR_RETURN(std::optional<data::Batch> batch, rows.Next());
    if (!batch.has_value()) break;
    const int64_t count = std::min(limit, batch->num_rows());
    batches.push_back(count == batch->num_rows() ? *std::move(batch) : batch->Slice(0, count));
    limit -= count;
  }
  return batches;
}


}  // namespace

Status Engine::Run(const plan::PlanPtr& plan, const Task& task, const CancellationToken& cancellation) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto execution, Prepare(plan, cancellation));
  return RunTasks(*execution, 0, execution->num_partitions(), task, cancellation);
}

Result<std::vector<data::Batch>> Engine::Collect(const plan::PlanPtr& plan, const CancellationToken& cancellation) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto execution, Prepare(plan, cancellation));
  BatchesByPartition partitions(execution->num_partitions());
  const Task collect = [&](data::BatchStream& rows, const plan::TaskContext& task) -> Status {
    SAGESPARK_ASSIGN_OR_RETURN(partitions[task.partition], ReadUpTo(rows, INT64_MAX));
    return Status::Ok();
  };
  SAGESPARK_RETURN_IF_ERROR(RunTasks(*execution, 0, execution->num_partitions(), collect, cancellation));
  std::vector<data::Batch> all;
  for (auto& batches : partitions) std::move(batches.begin(), batches.end(), std::back_inserter(all));
  return all;
}

Result<std::vector<data::Batch>> Engine::Take(const plan::PlanPtr& plan, int64_t count,
                                              const CancellationToken& cancellation) {
  constexpr int kScaleUpFactor = 4;  // spark.sql.limit.scaleUpFactor.
  SAGESPARK_ASSIGN_OR_RETURN(const auto execution, Prepare(plan, cancellation));
  std::vector<data::Batch> taken;
  for (int first = 0, width = 1; count > 0 && first < execution->num_partitions(); width = first * kScaleUpFactor) {
    width = std::min(width, execution->num_partitions() - first);
    BatchesByPartition partitions(width);
    const Task take = [&](data::BatchStream& rows, const plan::TaskContext& task) -> Status {
      SAGESPARK_ASSIGN_OR_RETURN(partitions[task.partition - first], ReadUpTo(rows, count));
      return Status::Ok();
    };
    SAGESPARK_RETURN_IF_ERROR(RunTasks(*execution, first, width, take, cancellation));
    for (const auto& batches : partitions) {
      for (const data::Batch& batch : batches) {
        const int64_t rows = std::min(count, batch.num_rows());
        if (rows == 0) continue;
        taken.push_back(batch.Slice(0, rows));
        count -= rows;
      }
    }
    first += width;
  }
  return taken;
}

Result<int64_t> Engine::Count(const plan::PlanPtr& plan, const CancellationToken& cancellation) {
  std::atomic<int64_t> total = 0;
  const Task count = [&](data::BatchStream& rows, const plan::TaskContext&) -> Status {
    for (;;) {
      SAGESPARK_ASSIGN_OR_RETURN(const std::optional<data::Batch> batch, rows.Next());
      if (!batch.has_value()) return Status::Ok();
      total += batch->num_rows();
    }
  };
  SAGESPARK_RETURN_IF_ERROR(Run(plan, count, cancellation));
  return total.load();
}

}  // namespace sagespark::engine
