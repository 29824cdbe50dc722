#include "sagespark/data/string_column.h"

#include "sagespark/data/shared_array.h"

namespace sagespark::data {

Result<StringColumn> StringColumn::Of(const Batch& batch, std::string_view name, std::string_view role) {
  SAGESPARK_ASSIGN_OR_RETURN(const size_t index, batch.schema().IndexOf(name));
  const Field& field = batch.schema().fields()[index];
  if (field.type.id() != TypeId::kString && field.type.id() != TypeId::kBinary) {
    return SchemaMismatch(std::string(role) + " column is not a string: \"" + field.name + "\" has type " +
                          field.type.ToString());
  }
  const ArrowArray& array = batch.column(index);
  StringColumn column;
  column.num_rows_ = batch.num_rows();
  column.offset_ = array.offset;
  column.validity_ = static_cast<const uint8_t*>(array.buffers[0]);
  column.offsets_ = static_cast<const int32_t*>(array.buffers[1]);
  column.bytes_ = static_cast<const char*>(array.buffers[2]);
  return column;
}

bool StringColumn::is_null(int64_t row) const { return !BitAt(validity_, offset_ + row); }

std::string_view StringColumn::operator[](int64_t row) const {
  SAGESPARK_DCHECK(row >= 0 && row < num_rows_);
  const int64_t at = offset_ + row;
  if (is_null(row) || offsets_[at] == offsets_[at + 1]) return {};
  return {bytes_ + offsets_[at], static_cast<size_t>(offsets_[at + 1] - offsets_[at])};
}

}  // namespace sagespark::data
