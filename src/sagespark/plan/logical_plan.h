#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "sagespark/base/cancellation.h"
#include "sagespark/base/options.h"
#include "sagespark/base/result.h"
#include "sagespark/data/batch.h"
#include "sagespark/data/schema.h"
#include "sagespark/plan/expression.h"

namespace sagespark::plan {

struct LogicalPlan;

/// Shared and immutable. Its address is its identity: what Engine::Cache remembers.
using PlanPtr = std::shared_ptr<const LogicalPlan>;

/// Reads files; listed anew by every run.
struct Scan {
  std::string format;  ///< "libsvm".
  Options options;
  std::vector<std::string> paths;  ///< Files, folders or globs, as the user wrote them.
};

/// Rows in memory, `partitions` of them, each a list of batches.
struct LocalRelation {
  std::vector<std::vector<data::Batch>> partitions;
};

struct Project {
  PlanPtr input;
  std::vector<ExpressionPtr> columns;  ///< Resolved.
};

/// Rows whose condition is true (neither false nor null).
struct Filter {
  PlanPtr input;
  ExpressionPtr condition;  ///< Resolved, boolean.
};

/// The first `count` rows in partition order; one partition.
struct Limit {
  PlanPtr input;
  int64_t count = 0;
};

/// Rows whose random number, drawn by Spark's generator from `seed` plus the partition's number, lies in [lower, upper).
/// randomSplit is several of these with the same seed.
struct Sample {
  PlanPtr input;
  double lower = 0;
  double upper = 1;
  int64_t seed = 0;
};

/// Deals rows to `count` partitions in turn.
struct Repartition {
  PlanPtr input;
  int count = 1;
};

/// Joins neighbouring partitions to at most `count`, without moving rows between them.
struct Coalesce {
  PlanPtr input;
  int count = 1;
};

/// The partitions of each input, in order.
struct Union {
  std::vector<PlanPtr> inputs;
};

/// What a task knows of itself.
struct TaskContext {
  int partition = 0;
  CancellationToken cancellation;
};

/// Turns one partition's stream into another, on the task's thread: pulls from `input` as far as it likes (several requests
/// in flight, say) and yields batches of the node's schema. Called once a partition and run, from several threads at a time.
using PartitionMapper = std::function<Result<std::unique_ptr<data::BatchStream>>(
    std::unique_ptr<data::BatchStream> input, const TaskContext& task)>;

struct MapBatches {
  PlanPtr input;
  std::string name;  ///< For explain: "SageMakerModel.transform".
  PartitionMapper mapper;
};

struct LogicalPlan {
  std::shared_ptr<const data::Schema> schema;
  std::variant<Scan, LocalRelation, Project, Filter, Limit, Sample, Repartition, Coalesce, Union, MapBatches> node;
};

/// The makers check at once, as classic Spark does when a DataFrame is made, and fail in Spark's words: kSchemaMismatch for
/// columns and types, kInvalidArgument for counts and ranges.
PlanPtr MakeScan(Scan scan, data::Schema schema);
Result<PlanPtr> MakeLocalRelation(std::shared_ptr<const data::Schema> schema,
                                  std::vector<std::vector<data::Batch>> partitions);

/// `columns` unresolved; a star stands for every column.
Result<PlanPtr> MakeProject(PlanPtr input, const std::vector<ExpressionPtr>& columns);
Result<PlanPtr> MakeFilter(PlanPtr input, const ExpressionPtr& condition);
Result<PlanPtr> MakeLimit(PlanPtr input, int64_t count);
Result<PlanPtr> MakeSample(PlanPtr input, double lower, double upper, int64_t seed);
Result<PlanPtr> MakeRepartition(PlanPtr input, int count);
Result<PlanPtr> MakeCoalesce(PlanPtr input, int count);

/// By position, as Spark's union; the names are the first input's. Numbers are widened.
Result<PlanPtr> MakeUnion(PlanPtr left, PlanPtr right);
PlanPtr MakeMapBatches(PlanPtr input, std::string name, data::Schema output, PartitionMapper mapper);

/// The plan as an indented tree, root first. Options are not printed: they may hold secrets.
std::string Explain(const PlanPtr& plan);

}  // namespace sagespark::plan
