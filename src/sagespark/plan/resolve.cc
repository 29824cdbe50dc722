#include <algorithm>
#include <numeric>

#include "sagespark/plan/expression.h"

namespace sagespark::plan {
namespace {

using data::DataType;
using data::TypeId;
using Kind = ExpressionKind;

bool SameName(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](unsigned char a, unsigned char b) {
    return std::tolower(a) == std::tolower(b);
  });
}

size_t EditDistance(std::string_view left, std::string_view right) {
  std::vector<size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < left.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i + 1);
    for (size_t j = 0; j < right.size(); ++j) {
      const size_t replaced = diagonal + (left[i] == right[j] ? 0 : 1);
      diagonal = std::exchange(row[j + 1], std::min({row[j] + 1, row[j + 1] + 1, replaced}));
    }
  }
  return row.back();
}

Error UnknownColumn(const std::string& name, const data::Schema& input) {
  constexpr size_t kSuggestions = 5;  // As many as Spark names.
  std::vector<std::string> names;
  for (const data::Field& field : input.fields()) names.push_back(field.name);
  const std::string quoted = "with name `" + name + "` cannot be resolved. ";
  if (names.empty()) {
    return SchemaMismatch("[UNRESOLVED_COLUMN.WITHOUT_SUGGESTION] A column, variable, or function parameter " + quoted +
                          "SQLSTATE: 42703");
  }
  std::stable_sort(names.begin(), names.end(), [&](const std::string& left, const std::string& right) {
    // Spark compares with the candidates in their quotes.
    return EditDistance(name, "`" + left + "`") < EditDistance(name, "`" + right + "`");
  });
  std::string list;
  for (size_t i = 0; i < std::min(names.size(), kSuggestions); ++i) list += (i > 0 ? ", `" : "`") + names[i] + "`";
  return SchemaMismatch("[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column, variable, or function parameter " + quoted +
                        "Did you mean one of the following? [" + list + "]. SQLSTATE: 42703");
}

Result<size_t> FindColumn(const std::string& name, const data::Schema& input) {
  std::vector<size_t> found;
  for (size_t i = 0; i < input.size(); ++i) {
    if (SameName(input.fields()[i].name, name)) found.push_back(i);
  }
  if (found.size() == 1) return found.front();
  if (found.empty()) return UnknownColumn(name, input);
  std::string list;
  for (const size_t index : found) list += (list.empty() ? "`" : ", `") + input.fields()[index].name + "`";
  return SchemaMismatch("[AMBIGUOUS_REFERENCE] Reference `" + name + "` is ambiguous, could be: [" + list +
                        "]. SQLSTATE: 42704");
}

Error TypeMismatch(const std::string& code, const Expression& expression, const std::string& why) {
  return SchemaMismatch("[DATATYPE_MISMATCH." + code + "] Cannot resolve \"" + expression.ToString() +
                        "\" due to data type mismatch: " + why + ". SQLSTATE: 42K09");
}

Error WrongOperand(const Expression& expression, const std::string& required, const DataType& actual) {
  const bool binary = expression.children.size() == 2;
  return TypeMismatch(binary ? "BINARY_OP_WRONG_TYPE" : "UNEXPECTED_INPUT_TYPE", expression,
                      std::string(binary ? "the binary operator requires the input type \"" : "the operand requires the \"") +
                          required + (binary ? "\", not \"" : "\" type, however it has the type \"") +
                          SqlTypeName(actual) + "\"");
}

ExpressionPtr WithType(const Expression& like, std::vector<ExpressionPtr> children, DataType type, bool nullable) {
  auto node = std::make_shared<Expression>(like);
  node->children = std::move(children);
  node->type = std::move(type);
  node->nullable = nullable;
  return node;
}

ExpressionPtr CastTo(const ExpressionPtr& resolved, const DataType& type) {
  if (*resolved->type == type) return resolved;
  return WithType(*Cast(resolved, type), {resolved}, type, true);
}

bool IsNullLiteral(const ExpressionPtr& expression) {
  return expression->kind == Kind::kLiteral && expression->literal.is_null();
}

/// The type in which two operands meet; nullopt when there is none. Texts meet numbers as double, as in Spark.
std::optional<DataType> CommonType(const ExpressionPtr& left, const ExpressionPtr& right) {
  const DataType& l = *left->type;
  const DataType& r = *right->type;
  if (IsNullLiteral(left)) return r;
  if (IsNullLiteral(right) || l == r) return l;
  if (l.is_numeric() && r.is_numeric()) return std::max(l.id(), r.id());
  if (l.id() == TypeId::kString && r.is_numeric()) return DataType(TypeId::kDouble);
  if (r.id() == TypeId::kString && l.is_numeric()) return DataType(TypeId::kDouble);
  return std::nullopt;
}

bool IsComparable(const DataType& type) { return type.id() <= TypeId::kBinary; }

Result<ExpressionPtr> ResolveBinary(const Expression& expression, ExpressionPtr left, ExpressionPtr right) {
  const std::optional<DataType> common = CommonType(left, right);
  if (!common.has_value()) {
    return TypeMismatch("BINARY_OP_DIFF_TYPES", expression,
                        "the left and right operands of the binary operator have incompatible types (\"" +
                            SqlTypeName(*left->type) + "\" and \"" + SqlTypeName(*right->type) + "\")");
  }
  const bool nullable = left->nullable || right->nullable;
  if (expression.kind == Kind::kAnd || expression.kind == Kind::kOr) {
    if (common->id() != TypeId::kBoolean) return WrongOperand(expression, "BOOLEAN", *common);
    return WithType(expression, {CastTo(left, *common), CastTo(right, *common)}, TypeId::kBoolean, nullable);
  }
  if (expression.kind <= Kind::kGreaterOrEqual) {
    if (!IsComparable(*common)) return WrongOperand(expression, "(BOOLEAN, NUMERIC, STRING or BINARY)", *common);
    return WithType(expression, {CastTo(left, *common), CastTo(right, *common)}, TypeId::kBoolean, nullable);
  }
  DataType type = common->id() == TypeId::kString ? DataType(TypeId::kDouble) : *common;
  if (!type.is_numeric()) return WrongOperand(expression, "NUMERIC", type);
  if (expression.kind == Kind::kDivide) type = TypeId::kDouble;
  // Dividing by zero gives null.
  const bool divides = expression.kind == Kind::kDivide || expression.kind == Kind::kModulo;
  return WithType(expression, {CastTo(left, type), CastTo(right, type)}, type, nullable || divides);
}

/// Numbers, booleans and strings turn into each other; the rest only into string or themselves.
bool CanCast(const DataType& from, const DataType& to) {
  if (from == to || to.id() == TypeId::kString) return true;
  if (to.id() == TypeId::kBinary) return from.id() == TypeId::kString;
  const bool simple_from = from.id() <= TypeId::kString;
  return simple_from && to.id() <= TypeId::kDouble;
}

Result<ExpressionPtr> ResolveCast(const Expression& expression, ExpressionPtr child) {
  if (!CanCast(*child->type, *expression.type) && !IsNullLiteral(child)) {
    return TypeMismatch("CAST_WITHOUT_SUGGESTION", expression,
                        "cannot cast \"" + SqlTypeName(*child->type) + "\" to \"" + SqlTypeName(*expression.type) + "\"");
  }
  const bool parses = child->type->id() == TypeId::kString && expression.type->id() != TypeId::kString;
  const bool nullable = child->nullable || parses;
  return WithType(expression, {std::move(child)}, *expression.type, nullable);
}

Result<ExpressionPtr> ResolveUnary(const Expression& expression, ExpressionPtr child) {
  const DataType type = *child->type;
  const bool nullable = child->nullable;
  switch (expression.kind) {
    case Kind::kAlias: return WithType(expression, {std::move(child)}, type, nullable);
    case Kind::kCast: return ResolveCast(expression, std::move(child));
    case Kind::kIsNull:
    case Kind::kIsNotNull: return WithType(expression, {std::move(child)}, TypeId::kBoolean, false);
    case Kind::kNot:
      if (type.id() != TypeId::kBoolean) return WrongOperand(expression, "BOOLEAN", type);
      return WithType(expression, {std::move(child)}, type, nullable);
    default:
      if (!type.is_numeric()) return WrongOperand(expression, "NUMERIC", type);
      return WithType(expression, {std::move(child)}, type, nullable);
  }
}

}  // namespace

Result<ExpressionPtr> Resolve(const ExpressionPtr& expression, const data::Schema& input) {
  switch (expression->kind) {
    case Kind::kColumn: {
      SAGESPARK_ASSIGN_OR_RETURN(const size_t index, FindColumn(expression->name, input));
      auto node = std::make_shared<Expression>(*expression);
      node->column_index = index;
      node->type = input.fields()[index].type;
      node->nullable = input.fields()[index].nullable;
      return ExpressionPtr(std::move(node));
    }
    case Kind::kStar:
      return SchemaMismatch("[INVALID_USAGE_OF_STAR_OR_REGEX] Invalid usage of '*' in an expression. SQLSTATE: 42000");
    case Kind::kLiteral:
      return WithType(*expression, {}, expression->literal.InferType(), expression->literal.is_null());
    default: break;
  }
  SAGESPARK_ASSIGN_OR_RETURN(ExpressionPtr first, Resolve(expression->children[0], input));
  if (expression->children.size() == 1) return ResolveUnary(*expression, std::move(first));
  SAGESPARK_ASSIGN_OR_RETURN(ExpressionPtr second, Resolve(expression->children[1], input));
  return ResolveBinary(*expression, std::move(first), std::move(second));
}

}  // namespace sagespark::plan
