#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sagespark/base/cancellation.h"
#include "sagespark/base/result.h"
#include "sagespark/data/batch.h"
#include "sagespark/plan/logical_plan.h"

namespace sagespark::engine {

/// A plan made ready to run: files are listed and split, earlier stages (a repartition) have run. Thread-safe.
class Execution {
 public:
  virtual ~Execution() = default;
  virtual const std::shared_ptr<const data::Schema>& schema() const = 0;
  virtual int num_partitions() const = 0;

  /// Starts partition `task.partition`, from its first row; may be called again, to read it again. The execution must
  /// outlive the stream.
  virtual Result<std::unique_ptr<data::BatchStream>> Open(const plan::TaskContext& task) const = 0;
};

/// Runs plans, partition by partition, as streams of batches with bounded memory. Thread-safe.
class Engine {
 public:
  /// Handles one partition. Returning an error fails the job.
  using Task = std::function<Status(data::BatchStream& rows, const plan::TaskContext& task)>;

  virtual ~Engine() = default;

  /// How many tasks run at a time.
  virtual int parallelism() const = 0;

  virtual Result<std::shared_ptr<const Execution>> Prepare(const plan::PlanPtr& plan,
                                                           const CancellationToken& cancellation = {}) = 0;

  /// Runs `task` on partitions [first, first + count) of `execution`. The first error wins: the other tasks are cancelled through
  /// their token and awaited before the return. The error keeps its kind; its message names the partition and the rows
  /// read before it. Not to be called from within a task.
  virtual Status RunTasks(const Execution& execution, int first, int count, const Task& task,
                          const CancellationToken& cancellation = {}) = 0;

  /// Keeps the rows of `plan`, and of every plan built on it, in memory from their first use on, a partition at a time,
  /// until Uncache or until the plan is gone. Doing so twice changes nothing.
  virtual void Cache(const plan::PlanPtr& plan) = 0;
  virtual void Uncache(const plan::PlanPtr& plan) = 0;
  virtual bool IsCached(const plan::PlanPtr& plan) const = 0;

  /// `rows` as one Parquet file with `metadata` in its footer (snappy; lists in three levels, as Spark writes them): the data of saved
  /// models. Held in memory whole.
  virtual Result<std::string> EncodeParquet(const data::Batch& rows, const std::map<std::string, std::string>& metadata) = 0;

  /// The rows of such a file, from Spark too; a vector column is recognised by its fields. kCorruptData on a broken file.
  virtual Result<data::Batch> DecodeParquet(std::string bytes) = 0;

  /// Prepares and runs `task` on every partition.
  Status Run(const plan::PlanPtr& plan, const Task& task, const CancellationToken& cancellation = {});

  /// All rows, in partition order. The result is held in memory.
  Result<std::vector<data::Batch>> Collect(const plan::PlanPtr& plan, const CancellationToken& cancellation = {});

  /// The first `count` rows: reads the first partition first, then four times as many partitions as before, as Spark does.
  Result<std::vector<data::Batch>> Take(const plan::PlanPtr& plan, int64_t count,
                                        const CancellationToken& cancellation = {});

  Result<int64_t> Count(const plan::PlanPtr& plan, const CancellationToken& cancellation = {});
};

}  // namespace sagespark::engine
