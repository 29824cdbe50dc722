#include "sagespark/data/layout.h"

#include <string>

#include "sagespark/data/shared_array.h"

namespace sagespark::data {
namespace {

Error Broken(const std::string& column, std::string_view what) {
  return CorruptData("Arrow array is malformed: " + std::string(what) + " in column \"" + column + "\"");
}

Error BrokenVector(const std::string& column, int64_t row, std::string_view what) {
  return Broken(column, "vector with " + std::string(what) + " at row " + std::to_string(row));
}

int64_t BufferCount(TypeId id) {
  switch (id) {
    case TypeId::kStruct:
    case TypeId::kVector: return 1;
    case TypeId::kString:
    case TypeId::kBinary: return 3;
    default: return 2;
  }
}

const uint8_t* Validity(const ArrowArray& array) { return static_cast<const uint8_t*>(array.buffers[0]); }

/// Rows [first, first + count) exist, and so do the buffers that hold them.
Status CheckShape(const std::string& column, const ArrowArray& array, int64_t buffers, int64_t children,
                  int64_t first, int64_t count) {
  if (array.release == nullptr) return Broken(column, "released array");
  if (array.dictionary != nullptr) return Broken(column, "dictionary");
  if (array.n_buffers != buffers || array.buffers == nullptr) return Broken(column, "wrong number of buffers");
  if (array.n_children != children || (children > 0 && array.children == nullptr)) {
    return Broken(column, "wrong number of children");
  }
  for (int64_t i = 0; i < children; ++i) {
    if (array.children[i] == nullptr) return Broken(column, "absent child");
  }
  if (array.offset < 0 || array.length < 0 || first < 0 || count < 0) return Broken(column, "negative length");
  if (first > array.length || count > array.length - first) return Broken(column, "too few rows");
  if (array.null_count > 0 && array.buffers[0] == nullptr) return Broken(column, "absent validity bitmap");
  if (count == 0) return Status::Ok();
  // A string column of only empty strings may come without its bytes; the offsets say whether they are needed.
  if (buffers >= 2 && array.buffers[1] == nullptr) return Broken(column, "absent buffer");
  return Status::Ok();
}

struct Range {
  int64_t first = 0;
  int64_t count = 0;
};

/// Offsets ascend from 0 or more; returns the range of elements they cover.
Result<Range> CheckOffsets(const std::string& column, const ArrowArray& array, int64_t first, int64_t count) {
  if (count == 0) return Range{};
  const int32_t* offsets = static_cast<const int32_t*>(array.buffers[1]) + array.offset + first;
  bool ascending = offsets[0] >= 0;
  for (int64_t i = 0; i < count; ++i) ascending &= offsets[i] <= offsets[i + 1];
  if (!ascending) return Broken(column, "offsets out of order");
  return Range{offsets[0], offsets[count] - offsets[0]};
}

/// One of a vector's two lists, its elements free of nulls.
template <typename T>
struct ListView {
  const uint8_t* validity = nullptr;
  const int32_t* offsets = nullptr;
  const T* values = nullptr;
};

template <typename T>
Result<ListView<T>> CheckList(const std::string& column, const ArrowArray& array, int64_t first, int64_t count) {
  SAGESPARK_RETURN_IF_ERROR(CheckShape(column, array, 2, 1, first, count));
  SAGESPARK_ASSIGN_OR_RETURN(const Range range, CheckOffsets(column, array, first, count));
  const ArrowArray& elements = *array.children[0];
  SAGESPARK_RETURN_IF_ERROR(CheckShape(column, elements, 2, 0, range.first, range.count));
  if (elements.null_count != 0 && Validity(elements) != nullptr) {
    for (int64_t i = 0; i < range.count; ++i) {
      if (!BitAt(Validity(elements), elements.offset + range.first + i)) return Broken(column, "null in a vector");
    }
  }
  return ListView<T>{Validity(array), static_cast<const int32_t*>(array.buffers[1]) + array.offset,
                     static_cast<const T*>(elements.buffers[1]) + elements.offset};
}

bool AscendingBelow(const int32_t* indices, int64_t count, int32_t size) {
  if (count == 0) return true;
  bool ascending = indices[0] >= 0 && indices[count - 1] < size;
  for (int64_t i = 1; i < count; ++i) ascending &= indices[i - 1] < indices[i];
  return ascending;
}

Status CheckVectors(const std::string& column, const ArrowArray& array, int64_t first, int64_t count) {
  // The children of a struct array count their rows from the struct's offset.
  const int64_t begin = array.offset + first;
  for (int child : {0, 1}) {
    SAGESPARK_RETURN_IF_ERROR(CheckShape(column, *array.children[child], 2, 0, begin, count));
  }
  SAGESPARK_ASSIGN_OR_RETURN(const auto indices, CheckList<int32_t>(column, *array.children[2], begin, count));
  SAGESPARK_ASSIGN_OR_RETURN(const auto values, CheckList<double>(column, *array.children[3], begin, count));
  const ArrowArray& types = *array.children[0];
  const ArrowArray& sizes = *array.children[1];
  for (int64_t row = 0; row < count; ++row) {
    const int64_t at = begin + row;
    if (!BitAt(Validity(array), at)) continue;
    const int8_t type = static_cast<const int8_t*>(types.buffers[1])[types.offset + at];
    if (!BitAt(Validity(types), types.offset + at) || (type != 0 && type != 1)) {
      return BrokenVector(column, row, "an unknown type");
    }
    if (!BitAt(values.validity, array.children[3]->offset + at)) return BrokenVector(column, row, "no values");
    if (type == 1) continue;
    if (!BitAt(Validity(sizes), sizes.offset + at)) return BrokenVector(column, row, "no size");
    if (!BitAt(indices.validity, array.children[2]->offset + at)) return BrokenVector(column, row, "no indices");
    const int64_t entries = indices.offsets[at + 1] - indices.offsets[at];
    if (entries != values.offsets[at + 1] - values.offsets[at]) {
      return BrokenVector(column, row, "unlike numbers of indices and values");
    }
    const int32_t size = static_cast<const int32_t*>(sizes.buffers[1])[sizes.offset + at];
    if (size < 0 || !AscendingBelow(indices.values + indices.offsets[at], entries, size)) {
      return BrokenVector(column, row, "indices out of order or range");
    }
  }
  return Status::Ok();
}

}  // namespace

Status CheckLayout(const Field& field, const ArrowArray& array, int64_t first, int64_t count) {
  const TypeId id = field.type.id();
  const int64_t children = id == TypeId::kVector ? 4 : static_cast<int64_t>(field.type.children().size());
  SAGESPARK_RETURN_IF_ERROR(CheckShape(field.name, array, BufferCount(id), children, first, count));
  switch (id) {
    case TypeId::kString:
    case TypeId::kBinary: {
      SAGESPARK_ASSIGN_OR_RETURN(const Range bytes, CheckOffsets(field.name, array, first, count));
      if (bytes.count > 0 && array.buffers[2] == nullptr) return Broken(field.name, "absent buffer");
      return Status::Ok();
    }
    case TypeId::kArray: {
      SAGESPARK_ASSIGN_OR_RETURN(const Range elements, CheckOffsets(field.name, array, first, count));
      return CheckLayout({.name = field.name, .type = field.type.children()[0].type}, *array.children[0],
                         elements.first, elements.count);
    }
    case TypeId::kStruct:
      for (int64_t i = 0; i < children; ++i) {
        const Field& child = field.type.children()[i];
        SAGESPARK_RETURN_IF_ERROR(CheckLayout({.name = field.name + "." + child.name, .type = child.type},
                                              *array.children[i], array.offset + first, count));
      }
      return Status::Ok();
    case TypeId::kVector:
      return CheckVectors(field.name, array, first, count);
    default:
      return Status::Ok();
  }
}

}  // namespace sagespark::data
