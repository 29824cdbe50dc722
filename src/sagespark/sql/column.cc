#include "sagespark/sql/column.h"

#include <utility>

namespace sagespark::sql {

using plan::ExpressionKind;

Column::Column(std::string name) : expression_(plan::ColumnReference(std::move(name))) {}

Column Column::alias(std::string name) const { return Column(plan::Alias(expression_, std::move(name))); }

Column Column::cast(const DataType& type) const { return Column(plan::Cast(expression_, type)); }

Column Column::cast(std::string_view type) const { return cast(OrThrowAnalysis(plan::ParseType(type))); }

Column Column::isNull() const { return Column(plan::Unary(ExpressionKind::kIsNull, expression_)); }

Column Column::isNotNull() const { return Column(plan::Unary(ExpressionKind::kIsNotNull, expression_)); }

Column Column::equalTo(const Column& other) const { return MakeBinary(ExpressionKind::kEqual, *this, other); }

Column Column::notEqual(const Column& other) const { return MakeBinary(ExpressionKind::kNotEqual, *this, other); }

Column Column::gt(const Column& other) const { return MakeBinary(ExpressionKind::kGreater, *this, other); }

Column Column::geq(const Column& other) const { return MakeBinary(ExpressionKind::kGreaterOrEqual, *this, other); }

Column Column::lt(const Column& other) const { return MakeBinary(ExpressionKind::kLess, *this, other); }

Column Column::leq(const Column& other) const { return MakeBinary(ExpressionKind::kLessOrEqual, *this, other); }

Column Column::between(const Column& lower, const Column& upper) const {
  return MakeBinary(ExpressionKind::kAnd, geq(lower), leq(upper));
}

Column col(std::string name) { return Column(std::move(name)); }

Column lit(Value value) { return Column(plan::Literal(std::move(value))); }

Column operator!(const Column& column) { return Column(plan::Unary(ExpressionKind::kNot, column.expression())); }

Column operator-(const Column& column) { return Column(plan::Unary(ExpressionKind::kNegate, column.expression())); }

Column MakeBinary(ExpressionKind kind, const Column& left, const Column& right) {
  return Column(plan::Binary(kind, left.expression(), right.expression()));
}

}  // namespace sagespark::sql
