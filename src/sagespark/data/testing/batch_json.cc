#include "sagespark/data/testing/batch_json.h"

#include "sagespark/base/json/value.h"
#include "sagespark/data/batch_builder.h"
#include "sagespark/data/shared_array.h"

namespace sagespark::data::testing {
namespace {

Status AppendVector(const json::Value& cell, size_t column, BatchBuilder& builder) {
  const json::Value* values = cell.if_array() != nullptr ? &cell : cell.Find("values");
  if (values == nullptr || values->if_array() == nullptr) return CorruptData("Test vector has no values");
  std::vector<double> numbers;
  for (const json::Value& value : *values->if_array()) numbers.push_back(value.number());
  if (cell.if_array() != nullptr) {
    builder.AppendDense(column, numbers);
    return Status::Ok();
  }
  SAGESPARK_ASSIGN_OR_RETURN(const int64_t size, cell.GetInt("size"));
  std::vector<int32_t> indices;
  for (const json::Value& index : *cell.Find("indices")->if_array()) {
    indices.push_back(static_cast<int32_t>(*index.if_int()));
  }
  builder.AppendSparse(column, static_cast<int32_t>(size), indices, numbers);
  return Status::Ok();
}

Status AppendCell(const json::Value& cell, TypeId type, size_t column, BatchBuilder& builder) {
  if (cell.is_null()) {
    builder.AppendNull(column);
  } else if (type == TypeId::kVector) {
    return AppendVector(cell, column, builder);
  } else if (type == TypeId::kString) {
    builder.AppendString(column, *cell.if_string());
  } else if (type == TypeId::kBoolean) {
    builder.AppendBool(column, *cell.if_bool());
  } else if (cell.if_int() != nullptr) {
    builder.AppendLong(column, *cell.if_int());
  } else {
    builder.AppendDouble(column, cell.number());
  }
  return Status::Ok();
}

template <typename T>
T At(const ArrowArray& array, int64_t at) {
  return static_cast<const T*>(array.buffers[1])[at];
}

json::Value CellOf(const DataType& type, const ArrowArray& array, int64_t row);

json::Value ListOf(const DataType& element, const ArrowArray& array, int64_t at) {
  json::Array list;
  for (int64_t i = At<int32_t>(array, at); i < At<int32_t>(array, at + 1); ++i) {
    list.push_back(CellOf(element, *array.children[0], i));
  }
  return list;
}

json::Value VectorOf(const ArrowArray& array, int64_t at) {
  const ArrowArray& values = *array.children[3];
  json::Value numbers = ListOf(TypeId::kDouble, values, values.offset + at);
  if (At<int8_t>(*array.children[0], array.children[0]->offset + at) == 1) return numbers;
  const ArrowArray& indices = *array.children[2];
  return json::Object{
      {"size", CellOf(TypeId::kInteger, *array.children[1], at)},
      {"indices", ListOf(TypeId::kInteger, indices, indices.offset + at)},
      {"values", std::move(numbers)}};
}

/// The value at `row`, counted without the array's own offset.
json::Value CellOf(const DataType& type, const ArrowArray& array, int64_t row) {
  const int64_t at = array.offset + row;
  if (!BitAt(static_cast<const uint8_t*>(array.buffers[0]), at)) return nullptr;
  switch (type.id()) {
    case TypeId::kBoolean: return BitAt(static_cast<const uint8_t*>(array.buffers[1]), at);
    case TypeId::kByte: return int64_t{At<int8_t>(array, at)};
    case TypeId::kShort: return int64_t{At<int16_t>(array, at)};
    case TypeId::kInteger: return int64_t{At<int32_t>(array, at)};
    case TypeId::kLong: return At<int64_t>(array, at);
    case TypeId::kFloat: return static_cast<double>(At<float>(array, at));
    case TypeId::kDouble: return At<double>(array, at);
    case TypeId::kString:
    case TypeId::kBinary: {
      const int32_t first = At<int32_t>(array, at);
      const auto size = static_cast<size_t>(At<int32_t>(array, at + 1) - first);
      return size == 0 ? std::string() : std::string(static_cast<const char*>(array.buffers[2]) + first, size);
    }
    case TypeId::kArray: return ListOf(type.children()[0].type, array, at);
    case TypeId::kVector: return VectorOf(array, at);
    case TypeId::kStruct: {
      json::Array cells;
      for (size_t i = 0; i < type.children().size(); ++i) {
        cells.push_back(CellOf(type.children()[i].type, *array.children[i], at));
      }
      return cells;
    }
  }
  return nullptr;
}

}  // namespace

std::shared_ptr<const Schema> SchemaOf(std::vector<Field> fields) {
  return std::make_shared<const Schema>(std::move(fields));
}

Result<Batch> BatchFromJson(std::shared_ptr<const Schema> schema, std::string_view rows) {
  SAGESPARK_ASSIGN_OR_RETURN(const json::Value table, json::Parse(rows));
  SAGESPARK_ASSIGN_OR_RETURN(BatchBuilder builder, BatchBuilder::Make(schema));
  if (table.if_array() == nullptr) return CorruptData("Test rows are no array");
  for (const json::Value& row : *table.if_array()) {
    if (row.if_array() == nullptr || row.if_array()->size() != schema->size()) {
      return CorruptData("Test row has not one value a column: " + json::Dump(row));
    }
    for (size_t i = 0; i < schema->size(); ++i) {
      SAGESPARK_RETURN_IF_ERROR(AppendCell((*row.if_array())[i], schema->fields()[i].type.id(), i, builder));
    }
  }
  return builder.Finish();
}

std::string JsonOf(const Batch& batch) {
  json::Array rows;
  for (int64_t row = 0; row < batch.num_rows(); ++row) {
    json::Array cells;
    for (size_t i = 0; i < batch.schema().size(); ++i) {
      cells.push_back(CellOf(batch.schema().fields()[i].type, batch.column(i), row));
    }
    rows.push_back(std::move(cells));
  }
  return json::Dump(rows);
}

}  // namespace sagespark::data::testing
