#include "sagespark/data/numeric_column.h"

#include "sagespark/data/shared_array.h"

namespace sagespark::data {

Result<NumericColumn> NumericColumn::Of(const Batch& batch, std::string_view name, std::string_view role) {
  SAGESPARK_ASSIGN_OR_RETURN(const size_t index, batch.schema().IndexOf(name));
  const Field& field = batch.schema().fields()[index];
  if (!field.type.is_numeric() && field.type.id() != TypeId::kBoolean) {
    return SchemaMismatch(std::string(role) + " column is not numeric: \"" + field.name + "\" has type " +
                          field.type.ToString());
  }
  const ArrowArray& array = batch.column(index);
  NumericColumn column;
  column.type_ = field.type.id();
  column.num_rows_ = batch.num_rows();
  column.offset_ = array.offset;
  column.validity_ = static_cast<const uint8_t*>(array.buffers[0]);
  column.values_ = array.buffers[1];
  return column;
}

bool NumericColumn::is_null(int64_t row) const { return !BitAt(validity_, offset_ + row); }

double NumericColumn::operator[](int64_t row) const {
  SAGESPARK_DCHECK(row >= 0 && row < num_rows_);
  if (is_null(row)) return 0;
  const int64_t at = offset_ + row;
  switch (type_) {
    case TypeId::kBoolean: return BitAt(static_cast<const uint8_t*>(values_), at) ? 1 : 0;
    case TypeId::kByte: return static_cast<const int8_t*>(values_)[at];
    case TypeId::kShort: return static_cast<const int16_t*>(values_)[at];
    case TypeId::kInteger: return static_cast<const int32_t*>(values_)[at];
    case TypeId::kLong: return static_cast<double>(static_cast<const int64_t*>(values_)[at]);
    case TypeId::kFloat: return static_cast<double>(static_cast<const float*>(values_)[at]);
    default: return static_cast<const double*>(values_)[at];
  }
}

}  // namespace sagespark::data
