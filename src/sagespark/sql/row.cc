#include "sagespark/sql/row.h"

namespace sagespark::sql {

const Value& Row::get(size_t index) const {
  if (index < values_.size()) return values_[index];
  throw SparkException(InvalidArgument("Row has no cell " + std::to_string(index) + ": it has " +
                                       std::to_string(values_.size()) + " cells"));
}

size_t Row::fieldIndex(std::string_view name) const {
  if (schema_ == nullptr) {
    throw SparkException(InvalidArgument("Row has no schema to find a column in: \"" + std::string(name) + "\""));
  }
  return OrThrow(schema_->IndexOf(name));
}

std::string Row::toString() const {
  std::string text = "[";
  for (size_t i = 0; i < values_.size(); ++i) {
    if (i > 0) text += ',';
    const DataType type = schema_ == nullptr ? values_[i].InferType() : schema_->fields()[i].type;
    text += values_[i].is_null() ? "null" : values_[i].ToString(type);
  }
  return text + "]";
}

void Row::ThrowWrongType(size_t index) const {
  const std::string name = schema_ == nullptr ? "" : " (\"" + schema_->fields()[index].name + "\")";
  const std::string actual = get(index).is_null() ? "null" : "of type " + get(index).InferType().ToString();
  throw SparkException(SchemaMismatch("Cell is not of the type asked for: cell " + std::to_string(index) + name +
                                      " is " + actual));
}

}  // namespace sagespark::sql
