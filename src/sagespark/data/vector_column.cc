#include "sagespark/data/vector_column.h"

#include "sagespark/data/shared_array.h"

namespace sagespark::data {
namespace {

template <typename T>
const T* Buffer(const ArrowArray& array) {
  return static_cast<const T*>(array.buffers[1]) + array.offset;
}

}  // namespace

Result<VectorColumn> VectorColumn::Of(const Batch& batch, std::string_view name, std::string_view role) {
  SAGESPARK_ASSIGN_OR_RETURN(const size_t index, batch.schema().IndexOf(name));
  const Field& field = batch.schema().fields()[index];
  if (field.type.id() != TypeId::kVector) {
    return SchemaMismatch(std::string(role) + " column is not a vector: \"" + field.name + "\" has type " +
                          field.type.ToString());
  }
  const ArrowArray& array = batch.column(index);
  VectorColumn column;
  column.num_rows_ = batch.num_rows();
  column.offset_ = array.offset;
  if (column.num_rows_ == 0) return column;  // An empty array may come without buffers.
  column.validity_ = static_cast<const uint8_t*>(array.buffers[0]);
  column.types_ = Buffer<int8_t>(*array.children[0]);
  column.sizes_ = Buffer<int32_t>(*array.children[1]);
  column.index_offsets_ = Buffer<int32_t>(*array.children[2]);
  column.indices_ = Buffer<int32_t>(*array.children[2]->children[0]);
  column.value_offsets_ = Buffer<int32_t>(*array.children[3]);
  column.values_ = Buffer<double>(*array.children[3]->children[0]);
  return column;
}

VectorRow VectorColumn::operator[](int64_t row) const {
  SAGESPARK_DCHECK(row >= 0 && row < num_rows_);
  const int64_t at = offset_ + row;
  if (!BitAt(validity_, at)) return {.is_null = true};
  const int32_t first = value_offsets_[at];
  const auto count = static_cast<size_t>(value_offsets_[at + 1] - first);
  VectorRow vector{.is_sparse = types_[at] == 0, .size = static_cast<int64_t>(count)};
  if (count > 0) vector.values = {values_ + first, count};
  if (!vector.is_sparse) return vector;
  vector.size = sizes_[at];
  if (count > 0) vector.indices = {indices_ + index_offsets_[at], count};
  return vector;
}

}  // namespace sagespark::data
