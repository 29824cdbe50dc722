#include "sagespark/plan/logical_plan.h"

#include <algorithm>

namespace sagespark::plan {
namespace {

using data::Field;
using data::Schema;
using data::TypeId;

template <typename Node>
PlanPtr MakePlan(std::shared_ptr<const Schema> schema, Node node) {
  return std::make_shared<const LogicalPlan>(LogicalPlan{std::move(schema), std::move(node)});
}

std::string Counted(size_t count) { return std::to_string(count) + " columns"; }

/// The name of a union's column i with a type that both inputs fit; an error when there is none.
Result<Field> UnionField(const Field& left, const Field& right, size_t index) {
  Field field = left;
  field.nullable = left.nullable || right.nullable;
  if (left.type == right.type) return field;
  if (left.type.is_numeric() && right.type.is_numeric()) {
    field.type = std::max(left.type.id(), right.type.id());
    return field;
  }
  return SchemaMismatch("[INCOMPATIBLE_COLUMN_TYPE] UNION can only be performed on tables with compatible column types. "
                        "Column " + std::to_string(index + 1) + " of the second table is \"" + SqlTypeName(right.type) +
                        "\" type which is not compatible with \"" + SqlTypeName(left.type) +
                        "\" at the same column of the first table. SQLSTATE: 42825");
}

/// `input` with its columns cast to `schema`'s types, or itself when they fit.
Result<PlanPtr> CastColumns(const PlanPtr& input, const Schema& schema) {
  std::vector<ExpressionPtr> columns;
  bool same = true;
  for (size_t i = 0; i < schema.size(); ++i) {
    const Field& from = input->schema->fields()[i];
    auto column = std::make_shared<Expression>();
    column->kind = ExpressionKind::kColumn;
    column->name = from.name;
    column->column_index = i;
    column->type = from.type;
    column->nullable = from.nullable;
    if (from.type == schema.fields()[i].type) {
      columns.push_back(std::move(column));
      continue;
    }
    same = false;
    auto cast = std::make_shared<Expression>();
    cast->kind = ExpressionKind::kCast;
    cast->children = {std::move(column)};
    cast->type = schema.fields()[i].type;
    cast->nullable = from.nullable;
    columns.push_back(std::move(cast));
  }
  if (same) return input;
  return MakePlan(std::make_shared<const Schema>(schema), Project{input, std::move(columns)});
}

/// One line of Explain, and the inputs below it.
struct Description {
  std::string line;
  std::vector<PlanPtr> inputs;
};

std::string ListOf(const std::vector<ExpressionPtr>& expressions) {
  std::string text;
  for (const ExpressionPtr& expression : expressions) text += (text.empty() ? "" : ", ") + expression->ToString();
  return "[" + text + "]";
}

struct Describe {
  Description operator()(const Scan& node) const {
    std::string paths;
    for (const std::string& path : node.paths) paths += (paths.empty() ? "" : ", ") + path;
    return {"Scan " + node.format + " [" + paths + "]", {}};
  }
  Description operator()(const LocalRelation&) const { return {"LocalRelation", {}}; }
  Description operator()(const Project& node) const { return {"Project " + ListOf(node.columns), {node.input}}; }
  Description operator()(const Filter& node) const { return {"Filter " + node.condition->ToString(), {node.input}}; }
  Description operator()(const Limit& node) const { return {"Limit " + std::to_string(node.count), {node.input}}; }
  Description operator()(const Sample& node) const {
    return {"Sample " + data::JavaText(node.lower) + ", " + data::JavaText(node.upper) + ", false, " +
                std::to_string(node.seed),
            {node.input}};
  }
  Description operator()(const Repartition& node) const {
    return {"Repartition " + std::to_string(node.count) + ", true", {node.input}};
  }
  Description operator()(const Coalesce& node) const {
    return {"Repartition " + std::to_string(node.count) + ", false", {node.input}};
  }
  Description operator()(const Union& node) const { return {"Union", node.inputs}; }
  Description operator()(const MapBatches& node) const { return {"MapBatches " + node.name, {node.input}}; }
};

void AppendTree(const PlanPtr& plan, int depth, std::string& out) {
  const Description description = std::visit(Describe{}, plan->node);
  if (depth > 0) out += std::string(3 * (depth - 1), ' ') + "+- ";
  out += description.line + "\n";
  for (const PlanPtr& input : description.inputs) AppendTree(input, depth + 1, out);
}

}  // namespace

PlanPtr MakeScan(Scan scan, Schema schema) {
  return MakePlan(std::make_shared<const Schema>(std::move(schema)), std::move(scan));
}

Result<PlanPtr> MakeLocalRelation(std::shared_ptr<const Schema> schema,
                                  std::vector<std::vector<data::Batch>> partitions) {
  for (const auto& partition : partitions) {
    for (const data::Batch& batch : partition) {
      if (batch.schema() != *schema) return SchemaMismatch("Batch of a local relation has another schema");
    }
  }
  return MakePlan(std::move(schema), LocalRelation{std::move(partitions)});
}

Result<PlanPtr> MakeProject(PlanPtr input, const std::vector<ExpressionPtr>& columns) {
  std::vector<Field> fields;
  std::vector<ExpressionPtr> resolved;
  std::vector<ExpressionPtr> expanded;
  for (const ExpressionPtr& column : columns) {
    if (column->kind != ExpressionKind::kStar) {
      expanded.push_back(column);
      continue;
    }
    for (size_t i = 0; i < input->schema->size(); ++i) {
      // By position: names may repeat.
      const Field& field = input->schema->fields()[i];
      auto node = std::make_shared<Expression>(*ColumnReference(field.name));
      node->column_index = i;
      node->type = field.type;
      node->nullable = field.nullable;
      expanded.push_back(std::move(node));
    }
  }
  for (const ExpressionPtr& column : expanded) {
    ExpressionPtr expression = column;
    const bool is_resolved = column->kind == ExpressionKind::kColumn && column->type.has_value();
    if (!is_resolved) {
      SAGESPARK_ASSIGN_OR_RETURN(expression, Resolve(column, *input->schema));
    }
    fields.push_back({.name = column->OutputName(), .type = *expression->type, .nullable = expression->nullable});
    resolved.push_back(std::move(expression));
  }
  return MakePlan(std::make_shared<const Schema>(std::move(fields)), Project{std::move(input), std::move(resolved)});
}

Result<PlanPtr> MakeFilter(PlanPtr input, const ExpressionPtr& condition) {
  SAGESPARK_ASSIGN_OR_RETURN(ExpressionPtr resolved, Resolve(condition, *input->schema));
  if (resolved->type->id() != TypeId::kBoolean) {
    return SchemaMismatch("[DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN] Cannot resolve \"" + condition->ToString() +
                          "\" due to data type mismatch: Filter expression \"" + condition->ToString() +
                          "\" of type \"" + SqlTypeName(*resolved->type) + "\" is not a boolean. SQLSTATE: 42K09");
  }
  auto schema = input->schema;
  return MakePlan(std::move(schema), Filter{std::move(input), std::move(resolved)});
}

Result<PlanPtr> MakeLimit(PlanPtr input, int64_t count) {
  if (count < 0) {
    const std::string text = std::to_string(count);
    return InvalidArgument("[INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE] The limit like expression \"" + text +
                           "\" is invalid. The limit expression must be equal to or greater than 0, but got " + text +
                           ". SQLSTATE: 42K0E");
  }
  auto schema = input->schema;
  return MakePlan(std::move(schema), Limit{std::move(input), count});
}

Result<PlanPtr> MakeSample(PlanPtr input, double lower, double upper, int64_t seed) {
  if (!(lower >= 0 && lower <= upper && upper <= 1 + 1e-6)) {  // Spark forgives rounding in sums of weights.
    return InvalidArgument("Sample's bounds must be 0 <= lower <= upper <= 1, but got " + data::JavaText(lower) + " and " +
                           data::JavaText(upper));
  }
  auto schema = input->schema;
  return MakePlan(std::move(schema), Sample{std::move(input), lower, upper, seed});
}

Result<PlanPtr> MakeRepartition(PlanPtr input, int count) {
  if (count < 1) {
    return InvalidArgument("requirement failed: Number of partitions (" + std::to_string(count) + ") must be positive.");
  }
  auto schema = input->schema;
  return MakePlan(std::move(schema), Repartition{std::move(input), count});
}

Result<PlanPtr> MakeCoalesce(PlanPtr input, int count) {
  if (count < 1) {
    return InvalidArgument("requirement failed: Number of partitions (" + std::to_string(count) + ") must be positive.");
  }
  auto schema = input->schema;
  return MakePlan(std::move(schema), Coalesce{std::move(input), count});
}

Result<PlanPtr> MakeUnion(PlanPtr left, PlanPtr right) {
  const size_t width = left->schema->size();
  if (right->schema->size() != width) {
    return SchemaMismatch("[NUM_COLUMNS_MISMATCH] UNION can only be performed on inputs with the same number of columns, "
                          "but the first input has " + Counted(width) + " and the second input has " +
                          Counted(right->schema->size()) + ". SQLSTATE: 42826");
  }
  std::vector<Field> fields;
  for (size_t i = 0; i < width; ++i) {
    SAGESPARK_ASSIGN_OR_RETURN(Field field, UnionField(left->schema->fields()[i], right->schema->fields()[i], i));
    fields.push_back(std::move(field));
  }
  const auto schema = std::make_shared<const Schema>(std::move(fields));
  SAGESPARK_ASSIGN_OR_RETURN(left, CastColumns(left, *schema));
  SAGESPARK_ASSIGN_OR_RETURN(right, CastColumns(right, *schema));
  return MakePlan(schema, Union{{std::move(left), std::move(right)}});
}

PlanPtr MakeMapBatches(PlanPtr input, std::string name, Schema output, PartitionMapper mapper) {
  return MakePlan(std::make_shared<const Schema>(std::move(output)),
                  MapBatches{std::move(input), std::move(name), std::move(mapper)});
}

std::string Explain(const PlanPtr& plan) {
  std::string text;
  AppendTree(plan, 0, text);
  return text;
}

}  // namespace sagespark::plan
