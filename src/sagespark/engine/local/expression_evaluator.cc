#include "sagespark/engine/local/expression_evaluator.h"

#include <arrow/compute/api.h>

#include <cmath>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "sagespark/data/value.h"
#include "sagespark/engine/local/arrow_bridge.h"
#include "sagespark/engine/local/cast.h"

namespace sagespark::engine::local {
namespace {

using data::TypeId;
using plan::Expression;
using Kind = plan::ExpressionKind;
using ArrayPtr = std::shared_ptr<arrow::Array>;

const char* KernelName(Kind kind) {
  switch (kind) {
    case Kind::kEqual: return "equal";
    case Kind::kNotEqual: return "not_equal";
    case Kind::kLess: return "less";
    case Kind::kLessOrEqual: return "less_equal";
    case Kind::kGreater: return "greater";
    case Kind::kGreaterOrEqual: return "greater_equal";
    case Kind::kAdd: return "add";
    case Kind::kSubtract: return "subtract";
    case Kind::kMultiply: return "multiply";
    case Kind::kAnd: return "and_kleene";
    case Kind::kOr: return "or_kleene";
    case Kind::kNot: return "invert";
    case Kind::kNegate: return "negate";
    case Kind::kIsNull: return "is_null";
    default: return "is_valid";
  }
}

Result<ArrayPtr> CallKernel(const char* name, std::vector<arrow::Datum> arguments) {
  SAGESPARK_ASSIGN_OR_RETURN_ARROW(const arrow::Datum result, arrow::compute::CallFunction(name, arguments));
  return result.make_array();
}

template <typename T>
T Divided(T left, T right, bool modulo) {
  if constexpr (std::is_floating_point_v<T>) {
    return modulo ? std::fmod(left, right) : left / right;
  } else {
    return right == T{-1} ? T{0} : static_cast<T>(left % right);  // The smallest integer % -1 overflows in C++.
  }
}

/// left / right or left % right, null where right is zero.
template <typename ArrayType>
Result<ArrayPtr> Divide(const arrow::Array& left, const arrow::Array& right, bool modulo) {
  using Builder = typename arrow::TypeTraits<typename ArrayType::TypeClass>::BuilderType;
  const auto& dividends = static_cast<const ArrayType&>(left);
  const auto& divisors = static_cast<const ArrayType&>(right);
  Builder builder;
  SAGESPARK_RETURN_IF_ARROW_ERROR(builder.Reserve(left.length()));
  for (int64_t i = 0; i < left.length(); ++i) {
    if (left.IsNull(i) || right.IsNull(i) || divisors.Value(i) == 0) {
      builder.UnsafeAppendNull();
    } else {
      builder.UnsafeAppend(Divided(dividends.Value(i), divisors.Value(i), modulo));
    }
  }
  SAGESPARK_ASSIGN_OR_RETURN_ARROW(ArrayPtr result, builder.Finish());
  return result;
}

Result<ArrayPtr> DivideByType(const Expression& expression, const arrow::Array& left, const arrow::Array& right) {
  const bool modulo = expression.kind == Kind::kModulo;
  switch (expression.type->id()) {
    case TypeId::kByte: return Divide<arrow::Int8Array>(left, right, modulo);
    case TypeId::kShort: return Divide<arrow::Int16Array>(left, right, modulo);
    case TypeId::kInteger: return Divide<arrow::Int32Array>(left, right, modulo);
    case TypeId::kLong: return Divide<arrow::Int64Array>(left, right, modulo);
    case TypeId::kFloat: return Divide<arrow::FloatArray>(left, right, modulo);
    default: return Divide<arrow::DoubleArray>(left, right, modulo);
  }
}

/// `rows` times the literal.
Result<ArrayPtr> Repeat(const Expression& literal, int64_t rows) {
  const auto schema = std::make_shared<const data::Schema>(data::Schema({{.name = "x", .type = *literal.type}}));
  SAGESPARK_ASSIGN_OR_RETURN(const data::Batch one, data::BatchFromRows(schema, {{literal.literal}}));
  SAGESPARK_ASSIGN_OR_RETURN(const auto batch, ToArrow(one));
  SAGESPARK_ASSIGN_OR_RETURN_ARROW(const auto scalar, batch->column(0)->GetScalar(0));
  SAGESPARK_ASSIGN_OR_RETURN_ARROW(ArrayPtr array, arrow::MakeArrayFromScalar(*scalar, rows));
  return array;
}

}  // namespace

Result<ArrayPtr> Evaluate(const Expression& expression, const arrow::RecordBatch& batch) {
  if (expression.kind == Kind::kColumn) return batch.column(static_cast<int>(expression.column_index));
  if (expression.kind == Kind::kLiteral) return Repeat(expression, batch.num_rows());
  SAGESPARK_ASSIGN_OR_RETURN(ArrayPtr first, Evaluate(*expression.children[0], batch));
  if (expression.kind == Kind::kAlias) return first;
  if (expression.kind == Kind::kCast) return CastArray(first, *expression.children[0]->type, *expression.type);
  if (expression.children.size() == 1) return CallKernel(KernelName(expression.kind), {std::move(first)});
  SAGESPARK_ASSIGN_OR_RETURN(ArrayPtr second, Evaluate(*expression.children[1], batch));
  if (expression.kind == Kind::kDivide || expression.kind == Kind::kModulo) {
    return DivideByType(expression, *first, *second);
  }
  return CallKernel(KernelName(expression.kind), {std::move(first), std::move(second)});
}

}  // namespace sagespark::engine::local
