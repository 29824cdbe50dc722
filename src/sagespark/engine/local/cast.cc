#include "sagespark/engine/local/cast.h"

#include <arrow/compute/api.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>

#include "sagespark/data/value.h"
#include "sagespark/engine/local/arrow_bridge.h"

namespace sagespark::engine::local {
namespace {

using data::TypeId;
using ArrayPtr = std::shared_ptr<arrow::Array>;

std::string_view Trim(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

/// Java's cast of a double to int or long; narrower integers are then cut from int, as in Spark.
template <typename To>
To FromFloating(double value) {
  using Wide = std::conditional_t<sizeof(To) == 8, int64_t, int32_t>;
  if (std::isnan(value)) return 0;
  if (value >= static_cast<double>(std::numeric_limits<Wide>::max())) return static_cast<To>(std::numeric_limits<Wide>::max());
  if (value <= static_cast<double>(std::numeric_limits<Wide>::min())) return static_cast<To>(std::numeric_limits<Wide>::min());
  return static_cast<To>(static_cast<Wide>(value));
}

std::optional<double> ParseDouble(std::string_view text) {
  text = Trim(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || end != text.data() + text.size() || error != std::errc()) return std::nullopt;
  return value;
}

/// A text as an integer; a fraction is cut off: "1.9" is 1.
template <typename To>
std::optional<To> ParseInteger(std::string_view text) {
  text = Trim(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  const size_t point = text.find('.');
  if (point != text.npos && text.find_first_not_of("0123456789", point + 1) != text.npos) return std::nullopt;
  text = text.substr(0, point);
  To value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || end != text.data() + text.size() || error != std::errc()) return std::nullopt;
  return value;
}

std::optional<bool> ParseBoolean(std::string_view text) {
  std::string lower(Trim(text));
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const char* word : {"t", "true", "y", "yes", "1"}) {
    if (lower == word) return true;
  }
  for (const char* word : {"f", "false", "n", "no", "0"}) {
    if (lower == word) return false;
  }
  return std::nullopt;
}

/// `convert(i)` for each row that is not null, as an array of `Builder`; nullopt gives null.
template <typename Builder, typename Convert>
Result<ArrayPtr> MapRows(const arrow::Array& array, Convert convert) {
  Builder builder;
  SAGESPARK_RETURN_IF_ARROW_ERROR(builder.Reserve(array.length()));
  for (int64_t i = 0; i < array.length(); ++i) {
    if (array.IsNull(i)) {
      SAGESPARK_RETURN_IF_ARROW_ERROR(builder.AppendNull());
      continue;
    }
    const auto converted = convert(i);
    SAGESPARK_RETURN_IF_ARROW_ERROR(converted.has_value() ? builder.Append(*converted) : builder.AppendNull());
  }
  SAGESPARK_ASSIGN_OR_RETURN_ARROW(ArrayPtr result, builder.Finish());
  return result;
}

template <typename Builder>
Result<ArrayPtr> IntegersFromText(const arrow::Array& array) {
  using To = typename Builder::value_type;
  const auto& texts = static_cast<const arrow::StringArray&>(array);
  return MapRows<Builder>(array, [&](int64_t i) { return ParseInteger<To>(texts.GetView(i)); });
}

template <typename Builder>
Result<ArrayPtr> IntegersFromFloating(const arrow::DoubleArray& numbers) {
  using To = typename Builder::value_type;
  return MapRows<Builder>(numbers, [&](int64_t i) { return std::optional<To>(FromFloating<To>(numbers.Value(i))); });
}

Result<ArrayPtr> FromText(const arrow::Array& array, TypeId to) {
  const auto& texts = static_cast<const arrow::StringArray&>(array);
  switch (to) {
    case TypeId::kBoolean:
      return MapRows<arrow::BooleanBuilder>(array, [&](int64_t i) { return ParseBoolean(texts.GetView(i)); });
    case TypeId::kByte: return IntegersFromText<arrow::Int8Builder>(array);
    case TypeId::kShort: return IntegersFromText<arrow::Int16Builder>(array);
    case TypeId::kInteger: return IntegersFromText<arrow::Int32Builder>(array);
    case TypeId::kLong: return IntegersFromText<arrow::Int64Builder>(array);
    case TypeId::kFloat:
      return MapRows<arrow::FloatBuilder>(array, [&](int64_t i) {
        const std::optional<double> value = ParseDouble(texts.GetView(i));
        return value.has_value() ? std::optional<float>(static_cast<float>(*value)) : std::nullopt;
      });
    default:
      return MapRows<arrow::DoubleBuilder>(array, [&](int64_t i) { return ParseDouble(texts.GetView(i)); });
  }
}

/// Prints every row through data::Value.
Result<ArrayPtr> ToText(const ArrayPtr& array, const data::DataType& from) {
  const auto schema = std::make_shared<const data::Schema>(data::Schema({{.name = "x", .type = from}}));
  SAGESPARK_ASSIGN_OR_RETURN(const auto arrow_schema, ToArrow(*schema));
  SAGESPARK_ASSIGN_OR_RETURN(const data::Batch batch,
                             FromArrow(*arrow::RecordBatch::Make(arrow_schema, array->length(), {array}), schema));
  return MapRows<arrow::StringBuilder>(
      *array, [&](int64_t i) { return std::optional<std::string>(data::RowOf(batch, i)[0].ToString(from)); });
}

Result<ArrayPtr> FromFloats(const ArrayPtr& array, TypeId to) {
  SAGESPARK_ASSIGN_OR_RETURN_ARROW(const ArrayPtr wide, arrow::compute::Cast(*array, arrow::float64()));
  const auto& numbers = static_cast<const arrow::DoubleArray&>(*wide);
  switch (to) {
    case TypeId::kByte: return IntegersFromFloating<arrow::Int8Builder>(numbers);
    case TypeId::kShort: return IntegersFromFloating<arrow::Int16Builder>(numbers);
    case TypeId::kInteger: return IntegersFromFloating<arrow::Int32Builder>(numbers);
    default: return IntegersFromFloating<arrow::Int64Builder>(numbers);
  }
}

bool IsFloating(TypeId id) { return id == TypeId::kFloat || id == TypeId::kDouble; }

bool IsInteger(TypeId id) { return id >= TypeId::kByte && id <= TypeId::kLong; }

}  // namespace

Result<ArrayPtr> CastArray(const ArrayPtr& array, const data::DataType& from, const data::DataType& to) {
  if (from == to) return array;
  if (array->null_count() == array->length()) {
    SAGESPARK_ASSIGN_OR_RETURN(const auto type, ToArrow(to));
    SAGESPARK_ASSIGN_OR_RETURN_ARROW(ArrayPtr nulls, arrow::MakeArrayOfNull(type, array->length()));
    return nulls;
  }
  if (to.id() == TypeId::kString) return ToText(array, from);
  if (from.id() == TypeId::kString && to.id() <= TypeId::kDouble) return FromText(*array, to.id());
  if (IsFloating(from.id()) && IsInteger(to.id())) return FromFloats(array, to.id());
  SAGESPARK_ASSIGN_OR_RETURN(const auto type, ToArrow(to));
  auto options = arrow::compute::CastOptions::Unsafe(type);
  SAGESPARK_ASSIGN_OR_RETURN_ARROW(ArrayPtr result, arrow::compute::Cast(*array, type, options));
  return result;
}

}  // namespace sagespark::engine::local
