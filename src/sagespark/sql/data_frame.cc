#include "sagespark/sql/data_frame.h"

#include <algorithm>
#include <iostream>
#include <numeric>
#include <random>
#include <utility>

#include "sagespark/sql/show.h"

namespace sagespark::sql {
namespace {

using Expressions = std::vector<plan::ExpressionPtr>;

bool SameName(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](unsigned char a, unsigned char b) {
    return std::tolower(a) == std::tolower(b);
  });
}

/// Column `index` of `schema`, already resolved: names may repeat.
plan::ExpressionPtr ColumnAt(const StructType& schema, size_t index) {
  const StructField& field = schema.fields()[index];
  auto column = std::make_shared<plan::Expression>();
  column->kind = plan::ExpressionKind::kColumn;
  column->name = field.name;
  column->column_index = index;
  column->type = field.type;
  column->nullable = field.nullable;
  return column;
}

std::vector<Row> RowsOf(const std::vector<data::Batch>& batches, const std::shared_ptr<const StructType>& schema) {
  std::vector<Row> rows;
  for (const data::Batch& batch : batches) {
    for (int64_t i = 0; i < batch.num_rows(); ++i) rows.emplace_back(data::RowOf(batch, i), schema);
  }
  return rows;
}

int64_t RandomSeed() {
  std::random_device random;
  return static_cast<int64_t>((uint64_t{random()} << 32) | random());
}

}  // namespace

DataFrame DataFrame::select(const std::vector<std::string>& names) const {
  std::vector<Column> columns;
  for (const std::string& name : names) columns.push_back(sql::col(name));
  return select(columns);
}

DataFrame DataFrame::select(const std::vector<Column>& columns) const {
  Expressions expressions;
  for (const Column& column : columns) expressions.push_back(column.expression());
  return {session_, OrThrowAnalysis(plan::MakeProject(plan_, expressions))};
}

DataFrame DataFrame::withColumn(const std::string& name, const Column& column) const {
  Expressions expressions;
  bool replaced = false;
  for (size_t i = 0; i < schema().size(); ++i) {
    const bool same = SameName(schema().fields()[i].name, name);
    expressions.push_back(same ? plan::Alias(column.expression(), name) : ColumnAt(schema(), i));
    replaced = replaced || same;
  }
  if (!replaced) expressions.push_back(plan::Alias(column.expression(), name));
  return {session_, OrThrowAnalysis(plan::MakeProject(plan_, expressions))};
}

DataFrame DataFrame::withColumnRenamed(const std::string& existing, const std::string& name) const {
  Expressions expressions;
  for (size_t i = 0; i < schema().size(); ++i) {
    auto column = std::make_shared<plan::Expression>(*ColumnAt(schema(), i));
    if (SameName(column->name, existing)) column->name = name;
    expressions.push_back(std::move(column));
  }
  return {session_, OrThrowAnalysis(plan::MakeProject(plan_, expressions))};
}

DataFrame DataFrame::drop(const std::vector<std::string>& names) const {
  Expressions expressions;
  for (size_t i = 0; i < schema().size(); ++i) {
    const std::string& own = schema().fields()[i].name;
    const bool dropped = std::any_of(names.begin(), names.end(), [&](const auto& name) { return SameName(own, name); });
    if (!dropped) expressions.push_back(ColumnAt(schema(), i));
  }
  return {session_, OrThrowAnalysis(plan::MakeProject(plan_, expressions))};
}

DataFrame DataFrame::filter(const Column& condition) const {
  return {session_, OrThrowAnalysis(plan::MakeFilter(plan_, condition.expression()))};
}

DataFrame DataFrame::limit(int64_t count) const { return {session_, OrThrowAnalysis(plan::MakeLimit(plan_, count))}; }

DataFrame DataFrame::unionAll(const DataFrame& other) const {
  return {session_, OrThrowAnalysis(plan::MakeUnion(plan_, other.plan_))};
}

DataFrame DataFrame::repartition(int count) const {
  return {session_, OrThrowAnalysis(plan::MakeRepartition(plan_, count))};
}

DataFrame DataFrame::coalesce(int count) const { return {session_, OrThrowAnalysis(plan::MakeCoalesce(plan_, count))}; }

DataFrame DataFrame::sample(double fraction, std::optional<int64_t> seed) const {
  return {session_, OrThrowAnalysis(plan::MakeSample(plan_, 0, fraction, seed.value_or(RandomSeed())))};
}

std::vector<DataFrame> DataFrame::randomSplit(const std::vector<double>& weights, std::optional<int64_t> seed) const {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::string text;
  for (const double weight : weights) text += (text.empty() ? "" : ",") + data::JavaText(weight);
  if (std::any_of(weights.begin(), weights.end(), [](double weight) { return !(weight >= 0); })) {
    throw AnalysisException(InvalidArgument("requirement failed: Weights must be nonnegative, but got [" + text + "]"));
  }
  if (!(sum > 0)) {
    throw AnalysisException(InvalidArgument("requirement failed: Sum of weights must be positive, but got [" + text + "]"));
  }
  const int64_t shared_seed = seed.value_or(RandomSeed());
  std::vector<DataFrame> parts;
  double lower = 0;
  for (const double weight : weights) {
    const double upper = lower + weight / sum;
    parts.emplace_back(session_, OrThrowAnalysis(plan::MakeSample(plan_, lower, upper, shared_seed)));
    lower = upper;
  }
  return parts;
}

std::vector<Row> DataFrame::collect() const { return RowsOf(OrThrow(session_.engine().Collect(plan_)), plan_->schema); }

std::vector<Row> DataFrame::take(int64_t count) const {
  return RowsOf(OrThrow(session_.engine().Take(plan_, count)), plan_->schema);
}

Row DataFrame::first() const {
  std::vector<Row> rows = take(1);
  if (rows.empty()) throw SparkException(NotFound("DataFrame has no rows"));
  return std::move(rows.front());
}

int64_t DataFrame::count() const { return OrThrow(session_.engine().Count(plan_)); }

std::string DataFrame::showString(int rows, int truncate) const {
  constexpr int kMostRows = INT32_MAX - 1;
  const auto wanted = static_cast<size_t>(std::clamp(rows, 0, kMostRows));
  std::vector<Row> taken = take(static_cast<int64_t>(wanted) + 1);
  const bool has_more = taken.size() > wanted;
  if (has_more) taken.pop_back();
  std::vector<std::vector<std::string>> cells;
  for (const Row& row : taken) {
    auto& line = cells.emplace_back();
    for (size_t i = 0; i < row.size(); ++i) line.push_back(row[i].ToString(schema().fields()[i].type));
  }
  return ShowTable(columns(), cells, truncate, has_more);
}

void DataFrame::show(int rows, int truncate) const { std::cout << showString(rows, truncate) << std::endl; }

std::vector<std::string> DataFrame::columns() const {
  std::vector<std::string> names;
  for (const StructField& field : schema().fields()) names.push_back(field.name);
  return names;
}

void DataFrame::printSchema() const { std::cout << schema().TreeString() << std::endl; }

std::string DataFrame::toString() const {
  std::string text;
  for (const StructField& field : schema().fields()) {
    text += (text.empty() ? "" : ", ") + field.name + ": " + field.type.ToString();
  }
  return "[" + text + "]";
}

void DataFrame::explain() const { std::cout << "== Plan ==\n" << plan::Explain(plan_) << std::endl; }

Column DataFrame::col(const std::string& name) const {
  Column column(name);
  if (name != "*") OrThrowAnalysis(plan::Resolve(column.expression(), schema()));
  return column;
}

const DataFrame& DataFrame::cache() const {
  session_.engine().Cache(plan_);
  return *this;
}

const DataFrame& DataFrame::unpersist() const {
  session_.engine().Uncache(plan_);
  return *this;
}

bool DataFrame::isCached() const { return session_.engine().IsCached(plan_); }

DataFrameWriter DataFrame::write() const { return DataFrameWriter(session_, plan_); }

DataFrame DataFrame::mapBatches(std::string name, StructType output, plan::PartitionMapper mapper) const {
  return {session_, plan::MakeMapBatches(plan_, std::move(name), std::move(output), std::move(mapper))};
}

}  // namespace sagespark::sql
