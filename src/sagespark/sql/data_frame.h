#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "sagespark/plan/logical_plan.h"
#include "sagespark/sql/column.h"
#include "sagespark/sql/data_frame_reader.h"
#include "sagespark/sql/data_frame_writer.h"
#include "sagespark/sql/row.h"
#include "sagespark/sql/spark_session.h"
#include "sagespark/sql/types.h"

namespace sagespark::sql {

/// Rows, described by a plan that runs when an action asks for them. Copies are cheap.
///
/// Transformations throw AnalysisException at once (an unknown column, a wrong type); actions throw SparkException
/// (a file that does not parse, a service that fails).
class DataFrame {
 public:
  /// What the other facades build on: `plan` must come from the makers of sagespark/plan.
  DataFrame(SparkSession session, plan::PlanPtr plan) : session_(std::move(session)), plan_(std::move(plan)) {}

  // Transformations.
  template <std::convertible_to<std::string>... Names>
  DataFrame select(const std::string& name, const Names&... names) const {
    return select(std::vector<std::string>{name, std::string(names)...});
  }
  template <std::same_as<Column>... Columns>
  DataFrame select(const Column& column, const Columns&... columns) const {
    return select(std::vector<Column>{column, columns...});
  }
  DataFrame select(const std::vector<std::string>& names) const;
  DataFrame select(const std::vector<Column>& columns) const;
  DataFrame withColumn(const std::string& name, const Column& column) const;
  DataFrame withColumnRenamed(const std::string& existing, const std::string& name) const;
  template <std::convertible_to<std::string>... Names>
  DataFrame drop(const Names&... names) const {
    return drop(std::vector<std::string>{std::string(names)...});
  }
  DataFrame drop(const std::vector<std::string>& names) const;
  DataFrame filter(const Column& condition) const;
  DataFrame where(const Column& condition) const { return filter(condition); }
  DataFrame limit(int64_t count) const;
  DataFrame unionAll(const DataFrame& other) const;
  DataFrame union_(const DataFrame& other) const { return unionAll(other); }  ///< Spark's union, a word of C++.
  DataFrame repartition(int count) const;
  DataFrame coalesce(int count) const;

  /// Each row with probability `fraction`; the same rows for the same seed and partitions.
  DataFrame sample(double fraction, std::optional<int64_t> seed = std::nullopt) const;

  /// Disjoint parts whose sizes are about in the ratio of `weights`.
  std::vector<DataFrame> randomSplit(const std::vector<double>& weights,
                                     std::optional<int64_t> seed = std::nullopt) const;

  // Actions.
  std::vector<Row> collect() const;
  std::vector<Row> take(int64_t count) const;
  std::vector<Row> head(int64_t count) const { return take(count); }

  /// Throws SparkException (kNotFound) when there is no row.
  Row first() const;
  Row head() const { return first(); }
  int64_t count() const;
  bool isEmpty() const { return take(1).empty(); }

  /// Prints the first `rows` rows to standard output as Spark does; cells cut to `truncate` characters (0: not cut).
  void show(int rows = 20, int truncate = 20) const;
  void show(int rows, bool truncate) const { show(rows, truncate ? 20 : 0); }
  void show(bool truncate) const { show(20, truncate); }
  std::string showString(int rows = 20, int truncate = 20) const;

  // What it looks like.
  const StructType& schema() const { return *plan_->schema; }
  std::vector<std::string> columns() const;
  void printSchema() const;

  /// "[label: double, features: vector]".
  std::string toString() const;
  void explain() const;
  Column col(const std::string& name) const;
  Column operator[](const std::string& name) const { return col(name); }

  // Caching.
  const DataFrame& cache() const;
  const DataFrame& persist() const { return cache(); }
  const DataFrame& unpersist() const;
  bool isCached() const;

  DataFrameWriter write() const;

  /// Runs `mapper` over every partition when an action asks: how SageMakerModel.transform calls its endpoint.
  DataFrame mapBatches(std::string name, StructType output, plan::PartitionMapper mapper) const;

  const SparkSession& sparkSession() const { return session_; }
  const plan::PlanPtr& plan() const { return plan_; }

 private:
  SparkSession session_;
  plan::PlanPtr plan_;
};

}  // namespace sagespark::sql
