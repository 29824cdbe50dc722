#include "sagespark/data/value.h"

#include <string_view>

#include "sagespark/data/batch_builder.h"
#include "sagespark/data/shared_array.h"

namespace sagespark::data {
namespace {

/// Spark's discrete hex: "[31 32 FF]".
std::string HexText(const std::string& bytes) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text = "[";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (text.size() > 1) text += ' ';
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text + "]";
}

std::string ListText(const std::vector<Value>& elements, const DataType& type) {
  const bool is_array = type.id() == TypeId::kArray;
  std::string text = is_array ? "[" : "{";
  for (size_t i = 0; i < elements.size(); ++i) {
    if (i > 0) text += ", ";
    text += elements[i].ToString(type.children()[is_array ? 0 : i].type);
  }
  return text + (is_array ? "]" : "}");
}

/// Renders what a Value holds.
struct TextVisitor {
  const DataType& type;
  std::string operator()(std::monostate) const { return "NULL"; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  template <std::integral T>
  std::string operator()(T value) const {
    return std::to_string(value);
  }
  template <std::floating_point T>
  std::string operator()(T value) const {
    return JavaText(value);
  }
  std::string operator()(const std::string& value) const { return value; }
  std::string operator()(const Bytes& value) const { return HexText(value.bytes); }
  std::string operator()(const Vector& value) const { return value.ToString(); }
  std::string operator()(const std::vector<Value>& value) const { return ListText(value, type); }
};

/// Infers a literal's type.
struct TypeVisitor {
  DataType operator()(std::monostate) const { return TypeId::kString; }
  DataType operator()(bool) const { return TypeId::kBoolean; }
  DataType operator()(int8_t) const { return TypeId::kByte; }
  DataType operator()(int16_t) const { return TypeId::kShort; }
  DataType operator()(int32_t) const { return TypeId::kInteger; }
  DataType operator()(int64_t) const { return TypeId::kLong; }
  DataType operator()(float) const { return TypeId::kFloat; }
  DataType operator()(double) const { return TypeId::kDouble; }
  DataType operator()(const std::string&) const { return TypeId::kString; }
  DataType operator()(const Bytes&) const { return TypeId::kBinary; }
  DataType operator()(const Vector&) const { return TypeId::kVector; }
  DataType operator()(const std::vector<Value>& elements) const {
    return DataType::Array(elements.empty() ? DataType(TypeId::kString) : elements.front().InferType());
  }
};

template <typename T>
T ElementAt(const ArrowArray& array, int64_t index) {
  return static_cast<const T*>(array.buffers[1])[index];
}

std::string TextAt(const ArrowArray& array, int64_t index) {
  const auto* offsets = static_cast<const int32_t*>(array.buffers[1]);
  const auto* bytes = static_cast<const char*>(array.buffers[2]);
  return {bytes + offsets[index], bytes + offsets[index + 1]};
}

/// The numbers of list `index` in a list array.
template <typename T>
std::vector<T> NumbersAt(const ArrowArray& lists, int64_t index) {
  const auto* offsets = static_cast<const int32_t*>(lists.buffers[1]);
  const ArrowArray& child = *lists.children[0];
  const T* values = static_cast<const T*>(child.buffers[1]) + child.offset;
  return {values + offsets[index], values + offsets[index + 1]};
}

Vector VectorAt(const ArrowArray& array, int64_t index) {
  const ArrowArray& types = *array.children[0];
  const ArrowArray& values = *array.children[3];
  std::vector<double> numbers = NumbersAt<double>(values, values.offset + index);
  if (ElementAt<int8_t>(types, types.offset + index) == 1) return Vector::Dense(std::move(numbers));
  const ArrowArray& sizes = *array.children[1];
  const ArrowArray& indices = *array.children[2];
  auto vector = Vector::Sparse(ElementAt<int32_t>(sizes, sizes.offset + index),
                               NumbersAt<int32_t>(indices, indices.offset + index), std::move(numbers));
  SAGESPARK_CHECK(vector.ok());  // Batch::Import has checked the layout.
  return *std::move(vector);
}

/// The cell at `index`, which counts the array's own offset in.
Value CellAt(const ArrowArray& array, const DataType& type, int64_t index) {
  if (!BitAt(static_cast<const uint8_t*>(array.buffers[0]), index)) return {};
  switch (type.id()) {
    case TypeId::kBoolean: return BitAt(static_cast<const uint8_t*>(array.buffers[1]), index);
    case TypeId::kByte: return ElementAt<int8_t>(array, index);
    case TypeId::kShort: return ElementAt<int16_t>(array, index);
    case TypeId::kInteger: return ElementAt<int32_t>(array, index);
    case TypeId::kLong: return ElementAt<int64_t>(array, index);
    case TypeId::kFloat: return ElementAt<float>(array, index);
    case TypeId::kDouble: return ElementAt<double>(array, index);
    case TypeId::kString: return TextAt(array, index);
    case TypeId::kBinary: return Bytes{TextAt(array, index)};
    case TypeId::kVector: return VectorAt(array, index);
    case TypeId::kArray:
    case TypeId::kStruct: break;
  }
  std::vector<Value> elements;
  if (type.id() == TypeId::kStruct) {
    for (size_t i = 0; i < type.children().size(); ++i) {
      const ArrowArray& child = *array.children[i];
      elements.push_back(CellAt(child, type.children()[i].type, child.offset + index));
    }
    return elements;
  }
  const auto* offsets = static_cast<const int32_t*>(array.buffers[1]);
  const ArrowArray& child = *array.children[0];
  for (int32_t i = offsets[index]; i < offsets[index + 1]; ++i) {
    elements.push_back(CellAt(child, type.children()[0].type, child.offset + i));
  }
  return elements;
}

/// Appends a value to a column, or returns false when the type does not fit.
struct AppendVisitor {
  BatchBuilder& builder;
  size_t column;
  TypeId target;

  bool operator()(std::monostate) const {
    builder.AppendNull(column);
    return true;
  }
  bool operator()(bool value) const {
    if (target != TypeId::kBoolean) return false;
    builder.AppendBool(column, value);
    return true;
  }
  template <std::integral T>
  bool operator()(T value) const {
    // TypeId lists the numbers from the narrowest to the widest.
    if (target < Value(value).InferType().id() || target > TypeId::kDouble) return false;
    builder.AppendLong(column, value);
    return true;
  }
  bool operator()(float value) const { return AppendFloating(value, TypeId::kFloat); }
  bool operator()(double value) const { return AppendFloating(value, TypeId::kDouble); }
  bool operator()(const std::string& value) const { return AppendText(value, TypeId::kString); }
  bool operator()(const Bytes& value) const { return AppendText(value.bytes, TypeId::kBinary); }
  bool operator()(const Vector& value) const {
    if (target != TypeId::kVector) return false;
    if (value.is_sparse()) {
      builder.AppendSparse(column, value.size(), value.indices(), value.values());
    } else {
      builder.AppendDense(column, value.values());
    }
    return true;
  }
  bool operator()(const std::vector<Value>&) const { return false; }

 private:
  bool AppendFloating(double value, TypeId own) const {
    if (target < own || target > TypeId::kDouble) return false;
    builder.AppendDouble(column, value);
    return true;
  }
  bool AppendText(std::string_view value, TypeId own) const {
    if (target != own) return false;
    builder.AppendString(column, value);
    return true;
  }
};

}  // namespace

DataType Value::InferType() const { return std::visit(TypeVisitor{}, storage_); }

std::string Value::ToString(const DataType& type) const { return std::visit(TextVisitor{type}, storage_); }

Result<Batch> BatchFromRows(std::shared_ptr<const Schema> schema, const std::vector<RowValues>& rows) {
  SAGESPARK_ASSIGN_OR_RETURN(BatchBuilder builder, BatchBuilder::Make(schema));
  for (size_t row = 0; row < rows.size(); ++row) {
    const RowValues& values = rows[row];
    const std::string where = "row " + std::to_string(row);
    if (values.size() != schema->size()) {
      return InvalidArgument("Row has another number of cells than the schema has columns: " + where + " has " +
                             std::to_string(values.size()) + ", the schema " + std::to_string(schema->size()));
    }
    for (size_t i = 0; i < values.size(); ++i) {
      const Field& field = schema->fields()[i];
      if (values[i].is_null() && !field.nullable) {
        return InvalidArgument("Cell is null in a column that is not nullable: \"" + field.name + "\", " + where);
      }
      if (!std::visit(AppendVisitor{builder, i, field.type.id()}, values[i].storage())) {
        return InvalidArgument("Cell does not fit its column: \"" + field.name + "\" has type " + field.type.ToString() +
                               ", the cell " + values[i].InferType().ToString() + ", " + where);
      }
    }
  }
  return builder.Finish();
}

RowValues RowOf(const Batch& batch, int64_t row) {
  RowValues values;
  values.reserve(batch.schema().size());
  for (size_t i = 0; i < batch.schema().size(); ++i) {
    const ArrowArray& column = batch.column(i);
    values.push_back(CellAt(column, batch.schema().fields()[i].type, column.offset + row));
  }
  return values;
}

}  // namespace sagespark::data
