#include "sagespark/engine/local/local_engine.h"

#include <charconv>
#include <string>
#include <thread>
#include <utility>

#include "sagespark/base/thread_pool.h"
#include "sagespark/engine/local/arrow_bridge.h"
#include "sagespark/engine/local/cache.h"
#include "sagespark/engine/local/parquet_table.h"
#include "sagespark/engine/local/planner.h"
#include "sagespark/engine/local/task_runner.h"

namespace sagespark::engine::local {
namespace {

/// Counts the rows that a task has read, and stops it when its job is cancelled.
class WatchedStream final : public data::BatchStream {
 public:
  WatchedStream(std::unique_ptr<data::BatchStream> input, CancellationToken cancellation)
      : input_(std::move(input)), cancellation_(std::move(cancellation)) {}

  const std::shared_ptr<const data::Schema>& schema() const override { return input_->schema(); }
  int64_t rows() const { return rows_; }

  Result<std::optional<data::Batch>> Next() override {
    SAGESPARK_RETURN_IF_ERROR(cancellation_.Check());
    SAGESPARK_ASSIGN_OR_RETURN(std::optional<data::Batch> batch, input_->Next());
    if (batch.has_value()) rows_ += batch->num_rows();
    return batch;
  }

 private:
  std::unique_ptr<data::BatchStream> input_;
  CancellationToken cancellation_;
  int64_t rows_ = 0;
};

Status RunTask(const Execution& execution, const Engine::Task& task, const plan::TaskContext& context) {
  const std::string where = "Task failed in partition " + std::to_string(context.partition);
  auto opened = execution.Open(context);
  if (!opened.ok()) return opened.error().WithContext(where);
  WatchedStream rows(*std::move(opened), context.cancellation);
  Status status = task(rows, context);
  if (status.ok()) return status;
  return status.error().WithContext(where + " after " + std::to_string(rows.rows()) + " rows");
}

class LocalEngine final : public Engine {
 public:
  LocalEngine(std::shared_ptr<const io::FileSystems> file_systems, const LocalEngineSettings& settings)
      : file_systems_(std::move(file_systems)), splits_(settings.splits), runner_(settings.parallelism) {
    splits_.parallelism = settings.parallelism;
  }

  int parallelism() const override { return runner_.slots(); }

  Result<std::shared_ptr<const Execution>> Prepare(const plan::PlanPtr& plan,
                                                   const CancellationToken& cancellation) override {
    return PlanExecution(plan, {.file_systems = file_systems_,
                                .splits = splits_,
                                .runner = &runner_,
                                .cache = &cache_,
                                .cancellation = cancellation});
  }

  Status RunTasks(const Execution& execution, int first, int count, const Task& task,
                  const CancellationToken& cancellation) override {
    const auto run = [&](int partition, const CancellationToken& token) {
      return RunTask(execution, task, {.partition = partition, .cancellation = token});
    };
    return runner_.Run(first, count, run, cancellation);
  }

  void Cache(const plan::PlanPtr& plan) override { cache_.Add(plan); }
  void Uncache(const plan::PlanPtr& plan) override { cache_.Remove(plan); }
  bool IsCached(const plan::PlanPtr& plan) const override { return cache_.Contains(plan); }

  Result<std::string> EncodeParquet(const data::Batch& rows, const std::map<std::string, std::string>& metadata) override {
    return EncodeParquetTable(rows, metadata);
  }
  Result<data::Batch> DecodeParquet(std::string bytes) override { return DecodeParquetTable(std::move(bytes)); }

 private:
  std::shared_ptr<const io::FileSystems> file_systems_;
  source::SplitSettings splits_;
  TaskRunner runner_;
  CacheRegistry cache_;
};

}  // namespace

std::unique_ptr<Engine> MakeLocalEngine(std::shared_ptr<const io::FileSystems> file_systems,
                                        LocalEngineSettings settings) {
  InitializeArrow();
  return std::make_unique<LocalEngine>(std::move(file_systems), settings);
}

Result<int> ParseLocalMaster(std::string_view master) {
  if (master == "local") return 1;
  if (master == "local[*]") return ThreadPool::AvailableProcessors();
  int count = 0;
  if (master.starts_with("local[") && master.ends_with("]")) {
    const std::string_view number = master.substr(6, master.size() - 7);
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), count);
    if (error == std::errc() && end == number.data() + number.size() && count > 0) return count;
  }
  return InvalidArgument("Master is none of local, local[N] and local[*]: \"" + std::string(master) + "\"");
}

}  // namespace sagespark::engine::local
