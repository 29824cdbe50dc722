#include "sagespark/engine/local/planner.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "sagespark/engine/local/shuffle.h"
#include "sagespark/engine/local/streams.h"

namespace sagespark::engine::local {
namespace {

using ExecutionPtr = std::shared_ptr<const Execution>;

/// An execution whose partitions `open` opens.
class OpenedByFunction final : public Execution {
 public:
  using OpenFunction = std::function<Result<StreamPtr>(const plan::TaskContext&)>;

  OpenedByFunction(SchemaPtr schema, int num_partitions, OpenFunction open)
      : schema_(std::move(schema)), num_partitions_(num_partitions), open_(std::move(open)) {}

  const SchemaPtr& schema() const override { return schema_; }
  int num_partitions() const override { return num_partitions_; }
  Result<StreamPtr> Open(const plan::TaskContext& task) const override { return open_(task); }

 private:
  SchemaPtr schema_;
  int num_partitions_;
  OpenFunction open_;
};

ExecutionPtr MakeExecution(SchemaPtr schema, int num_partitions, OpenedByFunction::OpenFunction open) {
  return std::make_shared<const OpenedByFunction>(std::move(schema), num_partitions, std::move(open));
}

/// Opens partition `partition` of another execution for the same task.
Result<StreamPtr> OpenOther(const ExecutionPtr& execution, int partition, const plan::TaskContext& task) {
  return execution->Open({.partition = partition, .cancellation = task.cancellation});
}

/// Makes the execution of each kind of node.
class Planner {
 public:
  Planner(SchemaPtr schema, const PlannerContext& context) : schema_(std::move(schema)), context_(context) {}

  Result<ExecutionPtr> operator()(const plan::Scan& scan) const {
    SAGESPARK_ASSIGN_OR_RETURN(std::unique_ptr<source::FormatReader> made,
                               source::MakeFormatReader(scan.format, scan.options));
    SAGESPARK_ASSIGN_OR_RETURN(const auto files, source::ListFiles(*context_.file_systems, scan.paths));
    const std::shared_ptr<const source::FormatReader> reader = std::move(made);
    const auto partitions = std::make_shared<const std::vector<std::vector<source::FileSplit>>>(
        source::MakePartitions(files, reader->splittable(), context_.splits));
    const auto open = [schema = schema_, reader, partitions,
                       file_systems = context_.file_systems](const plan::TaskContext& task) -> Result<StreamPtr> {
      const auto& splits = (*partitions)[task.partition];
      return MakeConcatenation(schema, static_cast<int>(splits.size()),
                               [=, &splits](int index) -> Result<StreamPtr> {
                                 return reader->Open(*file_systems, splits[index], schema);
                               });
    };
    return MakeExecution(schema_, static_cast<int>(partitions->size()), open);
  }

  Result<ExecutionPtr> operator()(const plan::LocalRelation& relation) const {
    using Batches = std::vector<data::Batch>;
    std::vector<std::shared_ptr<const Batches>> partitions;
    for (const Batches& batches : relation.partitions) partitions.push_back(std::make_shared<const Batches>(batches));
    const auto count = static_cast<int>(partitions.size());
    return MakeExecution(schema_, count,
                         [schema = schema_, partitions = std::move(partitions)](const plan::TaskContext& task)
                             -> Result<StreamPtr> { return MakeBatchesStream(schema, partitions[task.partition]); });
  }

  Result<ExecutionPtr> operator()(const plan::Project& project) const {
    return MapStreams(project.input, [schema = schema_, columns = project.columns](StreamPtr input, const auto&) {
      return Result<StreamPtr>(MakeProjectStream(schema, std::move(input), columns));
    });
  }

  Result<ExecutionPtr> operator()(const plan::Filter& filter) const {
    return MapStreams(filter.input, [condition = filter.condition](StreamPtr input, const auto&) {
      return Result<StreamPtr>(MakeFilterStream(std::move(input), condition));
    });
  }

  Result<ExecutionPtr> operator()(const plan::Sample& sample) const {
    return MapStreams(sample.input, [lower = sample.lower, upper = sample.upper, seed = sample.seed](
                                        StreamPtr input, const plan::TaskContext& task) {
      // Spark adds the partition's number to the seed; unsigned, for it may wrap around.
      const auto own = static_cast<int64_t>(static_cast<uint64_t>(seed) + static_cast<uint64_t>(task.partition));
      return Result<StreamPtr>(MakeSampleStream(std::move(input), lower, upper, own));
    });
  }

  Result<ExecutionPtr> operator()(const plan::MapBatches& map) const { return MapStreams(map.input, map.mapper); }

  Result<ExecutionPtr> operator()(const plan::Limit& limit) const {
    SAGESPARK_ASSIGN_OR_RETURN(const ExecutionPtr input, PlanExecution(limit.input, context_));
    return MakeExecution(schema_, 1, [input, count = limit.count](const plan::TaskContext& task) -> Result<StreamPtr> {
      StreamPtr all = MakeConcatenation(input->schema(), input->num_partitions(),
                                        [=](int index) { return OpenOther(input, index, task); });
      return MakeLimitStream(std::move(all), count);
    });
  }

  Result<ExecutionPtr> operator()(const plan::Coalesce& coalesce) const {
    SAGESPARK_ASSIGN_OR_RETURN(const ExecutionPtr input, PlanExecution(coalesce.input, context_));
    const int from = input->num_partitions();
    const int to = std::min(coalesce.count, from);
    return MakeExecution(schema_, to, [=](const plan::TaskContext& task) -> Result<StreamPtr> {
      const auto first = static_cast<int>(int64_t{task.partition} * from / to);
      const auto end = static_cast<int>((int64_t{task.partition} + 1) * from / to);
      return MakeConcatenation(input->schema(), end - first,
                               [=](int index) { return OpenOther(input, first + index, task); });
    });
  }

  Result<ExecutionPtr> operator()(const plan::Union& node) const {
    std::vector<ExecutionPtr> inputs;
    std::vector<std::pair<int, int>> sources;  // Of each partition: the input and its partition there.
    for (const plan::PlanPtr& plan : node.inputs) {
      SAGESPARK_ASSIGN_OR_RETURN(ExecutionPtr input, PlanExecution(plan, context_));
      for (int i = 0; i < input->num_partitions(); ++i) sources.emplace_back(static_cast<int>(inputs.size()), i);
      inputs.push_back(std::move(input));
    }
    const auto count = static_cast<int>(sources.size());
    return MakeExecution(schema_, count,
                         [schema = schema_, inputs = std::move(inputs), sources = std::move(sources)](
                             const plan::TaskContext& task) -> Result<StreamPtr> {
                           const auto [input, partition] = sources[task.partition];
                           return MakeConcatenation(schema, 1, [task, execution = inputs[input], index = partition](int) {
                             return OpenOther(execution, index, task);
                           });
                         });
  }

  Result<ExecutionPtr> operator()(const plan::Repartition& repartition) const {
    SAGESPARK_ASSIGN_OR_RETURN(const ExecutionPtr input, PlanExecution(repartition.input, context_));
    return ShuffleRoundRobin(*input, repartition.count, *context_.runner, context_.cancellation);
  }

 private:
  /// One partition for one of the input's.
  Result<ExecutionPtr> MapStreams(const plan::PlanPtr& input, plan::PartitionMapper mapper) const {
    SAGESPARK_ASSIGN_OR_RETURN(const ExecutionPtr source, PlanExecution(input, context_));
    return MakeExecution(schema_, source->num_partitions(),
                         [source, mapper = std::move(mapper)](const plan::TaskContext& task) -> Result<StreamPtr> {
                           SAGESPARK_ASSIGN_OR_RETURN(StreamPtr rows, source->Open(task));
                           return mapper(std::move(rows), task);
                         });
  }

  SchemaPtr schema_;
  const PlannerContext& context_;
};

}  // namespace

Result<ExecutionPtr> PlanExecution(const plan::PlanPtr& plan, const PlannerContext& context) {
  const auto prepare = [&] { return std::visit(Planner(plan->schema, context), plan->node); };
  SAGESPARK_ASSIGN_OR_RETURN(ExecutionPtr cached, context.cache->Find(plan, prepare));
  if (cached != nullptr) return cached;
  return prepare();
}

}  // namespace sagespark::engine::local
