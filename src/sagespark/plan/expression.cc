#include "sagespark/plan/expression.h"

#include <array>
#include <string_view>
#include <utility>

namespace sagespark::plan {
namespace {

ExpressionPtr MakeNode(ExpressionKind kind, std::vector<ExpressionPtr> children) {
  auto node = std::make_shared<Expression>();
  node->kind = kind;
  node->children = std::move(children);
  return node;
}

std::string_view Symbol(ExpressionKind kind) {
  switch (kind) {
    case ExpressionKind::kEqual: return "=";
    case ExpressionKind::kLess: return "<";
    case ExpressionKind::kLessOrEqual: return "<=";
    case ExpressionKind::kGreater: return ">";
    case ExpressionKind::kGreaterOrEqual: return ">=";
    case ExpressionKind::kAdd: return "+";
    case ExpressionKind::kSubtract: return "-";
    case ExpressionKind::kMultiply: return "*";
    case ExpressionKind::kDivide: return "/";
    case ExpressionKind::kModulo: return "%";
    case ExpressionKind::kAnd: return "AND";
    case ExpressionKind::kOr: return "OR";
    default: return "";
  }
}

std::string InfixText(const Expression& expression, ExpressionKind kind) {
  return "(" + expression.children[0]->ToString() + " " + std::string(Symbol(kind)) + " " +
         expression.children[1]->ToString() + ")";
}

}  // namespace

std::string SqlTypeName(const data::DataType& type) {
  std::string text = type.ToString();
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::string Expression::OutputName() const {
  if (kind == ExpressionKind::kAlias) return name;
  if (kind == ExpressionKind::kCast) return children[0]->OutputName();
  return ToString();
}

std::string Expression::ToString() const {
  switch (kind) {
    case ExpressionKind::kColumn: return name;
    case ExpressionKind::kStar: return "*";
    case ExpressionKind::kLiteral: return literal.ToString(literal.InferType());
    case ExpressionKind::kAlias: return children[0]->ToString() + " AS " + name;
    case ExpressionKind::kCast: return "CAST(" + children[0]->ToString() + " AS " + SqlTypeName(*type) + ")";
    case ExpressionKind::kNotEqual: return "(NOT " + InfixText(*this, ExpressionKind::kEqual) + ")";
    case ExpressionKind::kNot: return "(NOT " + children[0]->ToString() + ")";
    case ExpressionKind::kNegate: return "negative(" + children[0]->ToString() + ")";
    case ExpressionKind::kIsNull: return "(" + children[0]->ToString() + " IS NULL)";
    case ExpressionKind::kIsNotNull: return "(" + children[0]->ToString() + " IS NOT NULL)";
    default: return InfixText(*this, kind);
  }
}

ExpressionPtr ColumnReference(std::string name) {
  if (name == "*") return Star();
  if (name.size() > 2 && name.front() == '`' && name.back() == '`') name = name.substr(1, name.size() - 2);
  auto node = std::make_shared<Expression>();
  node->kind = ExpressionKind::kColumn;
  node->name = std::move(name);
  return node;
}

ExpressionPtr Star() { return MakeNode(ExpressionKind::kStar, {}); }

ExpressionPtr Literal(data::Value value) {
  auto node = std::make_shared<Expression>();
  node->kind = ExpressionKind::kLiteral;
  node->literal = std::move(value);
  return node;
}

ExpressionPtr Alias(ExpressionPtr child, std::string name) {
  auto node = std::make_shared<Expression>();
  node->kind = ExpressionKind::kAlias;
  node->name = std::move(name);
  node->children = {std::move(child)};
  return node;
}

ExpressionPtr Cast(ExpressionPtr child, data::DataType type) {
  auto node = std::make_shared<Expression>();
  node->kind = ExpressionKind::kCast;
  node->type = std::move(type);
  node->children = {std::move(child)};
  return node;
}

ExpressionPtr Unary(ExpressionKind kind, ExpressionPtr child) { return MakeNode(kind, {std::move(child)}); }

ExpressionPtr Binary(ExpressionKind kind, ExpressionPtr left, ExpressionPtr right) {
  return MakeNode(kind, {std::move(left), std::move(right)});
}

Result<data::DataType> ParseType(std::string_view text) {
  using data::TypeId;
  static constexpr std::array<std::pair<std::string_view, TypeId>, 17> kNames = {{
      {"boolean", TypeId::kBoolean}, {"byte", TypeId::kByte}, {"tinyint", TypeId::kByte}, {"short", TypeId::kShort},
      {"smallint", TypeId::kShort}, {"int", TypeId::kInteger}, {"integer", TypeId::kInteger}, {"long", TypeId::kLong},
      {"bigint", TypeId::kLong}, {"float", TypeId::kFloat}, {"real", TypeId::kFloat}, {"double", TypeId::kDouble},
      {"string", TypeId::kString}, {"binary", TypeId::kBinary}, {"vector", TypeId::kVector}, {"bool", TypeId::kBoolean},
      {"text", TypeId::kString}}};
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (lower.starts_with("array<") && lower.ends_with(">")) {
    SAGESPARK_ASSIGN_OR_RETURN(data::DataType element, ParseType(std::string_view(lower).substr(6, lower.size() - 7)));
    return data::DataType::Array(std::move(element));
  }
  for (const auto& [name, id] : kNames) {
    if (lower == name) return data::DataType(id);
  }
  return InvalidArgument("[UNSUPPORTED_DATATYPE] Unsupported data type \"" + std::string(text) + "\". SQLSTATE: 0A000");
}

}  // namespace sagespark::plan
