#pragma once

#include <string>
#include <string_view>

#include "sagespark/plan/expression.h"
#include "sagespark/sql/row.h"

namespace sagespark::sql {

/// An expression over a DataFrame's columns, checked when a DataFrame is made with it.
class Column {
 public:
  explicit Column(std::string name);
  explicit Column(plan::ExpressionPtr expression) : expression_(std::move(expression)) {}

  Column alias(std::string name) const;
  Column as(std::string name) const { return alias(std::move(name)); }
  Column name(std::string name) const { return alias(std::move(name)); }
  Column cast(const DataType& type) const;
  /// `type` as in DDL: "double", "int", "string". Throws AnalysisException when unknown.
  Column cast(std::string_view type) const;

  Column isNull() const;
  Column isNotNull() const;
  Column equalTo(const Column& other) const;
  Column notEqual(const Column& other) const;
  Column gt(const Column& other) const;
  Column geq(const Column& other) const;
  Column lt(const Column& other) const;
  Column leq(const Column& other) const;
  Column between(const Column& lower, const Column& upper) const;

  const plan::ExpressionPtr& expression() const { return expression_; }
  std::string toString() const { return expression_->ToString(); }

 private:
  plan::ExpressionPtr expression_;
};

/// A column by name; "*" means every column.
Column col(std::string name);

/// A constant; a Column stays what it is.
Column lit(Value value);
inline Column lit(Column column) { return column; }

/// As an operand: a Column, or anything that lit takes.
template <typename T>
concept Operand = std::same_as<std::remove_cvref_t<T>, Column> || std::constructible_from<Value, T>;

/// Spark's operators; a "==" compares as Scala's "===". At least one side is a Column.
Column operator!(const Column& column);
Column operator-(const Column& column);
Column MakeBinary(plan::ExpressionKind kind, const Column& left, const Column& right);

#define SAGESPARK_COLUMN_OPERATOR(symbol, kind)                                                 \
  template <Operand L, Operand R>                                                               \
    requires(std::same_as<std::remove_cvref_t<L>, Column> ||                                    \
             std::same_as<std::remove_cvref_t<R>, Column>)                                      \
  Column operator symbol(L&& left, R&& right) {                                                 \
    return MakeBinary(plan::ExpressionKind::kind, lit(std::forward<L>(left)), lit(std::forward<R>(right))); \
  }
SAGESPARK_COLUMN_OPERATOR(==, kEqual)
SAGESPARK_COLUMN_OPERATOR(!=, kNotEqual)
SAGESPARK_COLUMN_OPERATOR(<, kLess)
SAGESPARK_COLUMN_OPERATOR(<=, kLessOrEqual)
SAGESPARK_COLUMN_OPERATOR(>, kGreater)
SAGESPARK_COLUMN_OPERATOR(>=, kGreaterOrEqual)
SAGESPARK_COLUMN_OPERATOR(+, kAdd)
SAGESPARK_COLUMN_OPERATOR(-, kSubtract)
SAGESPARK_COLUMN_OPERATOR(*, kMultiply)
SAGESPARK_COLUMN_OPERATOR(/, kDivide)
SAGESPARK_COLUMN_OPERATOR(%, kModulo)
SAGESPARK_COLUMN_OPERATOR(&&, kAnd)
SAGESPARK_COLUMN_OPERATOR(||, kOr)
#undef SAGESPARK_COLUMN_OPERATOR

}  // namespace sagespark::sql
