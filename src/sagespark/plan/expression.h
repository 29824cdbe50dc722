#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sagespark/base/result.h"
#include "sagespark/data/schema.h"
#include "sagespark/data/value.h"

namespace sagespark::plan {

struct Expression;
using ExpressionPtr = std::shared_ptr<const Expression>;

enum class ExpressionKind {
  kColumn,   ///< A column by name.
  kStar,     ///< Every column of the input.
  kLiteral,
  kAlias,    ///< One child under another name.
  kCast,     ///< One child as `type`.
  kEqual, kNotEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual,  // Two children from here ...
  kAdd, kSubtract, kMultiply, kDivide, kModulo, kAnd, kOr,            // ... to here.
  kNot, kNegate, kIsNull, kIsNotNull,                                 // One child.
};

/// An immutable expression tree over the columns of one row. As written by a user it names columns; Resolve gives every
/// node its type and every column its position.
struct Expression {
  ExpressionKind kind;
  std::string name;                     ///< kColumn: the column; kAlias: the new name.
  data::Value literal;                  ///< kLiteral.
  std::vector<ExpressionPtr> children;
  std::optional<data::DataType> type;   ///< kCast: the target; when resolved: the result's type.
  bool nullable = true;                 ///< When resolved: whether the result may be null.
  size_t column_index = 0;              ///< kColumn, when resolved.

  /// The name that a projection gives the result, as Spark names it: "label", "(label + 1)", "(x > 2)".
  std::string OutputName() const;

  /// As Spark prints an expression in a column name.
  std::string ToString() const;
};

ExpressionPtr ColumnReference(std::string name);
ExpressionPtr Star();
ExpressionPtr Literal(data::Value value);
ExpressionPtr Alias(ExpressionPtr child, std::string name);
ExpressionPtr Cast(ExpressionPtr child, data::DataType type);
ExpressionPtr Unary(ExpressionKind kind, ExpressionPtr child);
ExpressionPtr Binary(ExpressionKind kind, ExpressionPtr left, ExpressionPtr right);

/// A type as Spark writes it in messages: "DOUBLE", "ARRAY<INT>".
std::string SqlTypeName(const data::DataType& type);

/// Finds columns in `input` and types every node, inserting the casts that Spark inserts (the wider of two numbers; "/" in
/// double). Fails with kSchemaMismatch in Spark's words: an unknown column with the nearest names, an ambiguous one, operands
/// of types that do not fit.
Result<ExpressionPtr> Resolve(const ExpressionPtr& expression, const data::Schema& input);

/// Parses a type as Spark's DDL names it: "double", "int", "string", "array<double>", "vector" ...
/// Fails with kInvalidArgument.
Result<data::DataType> ParseType(std::string_view text);

}  // namespace sagespark::plan
