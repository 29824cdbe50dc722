#include "sagespark/data/batch_builder.h"

#include <cstring>
#include <limits>

#include "sagespark/data/shared_array.h"

namespace sagespark::data {
namespace {

/// A bitmap that exists only once a null was seen.
class Validity {
 public:
  void Append(bool valid) {
    if (!valid && bits_.empty()) bits_.assign(static_cast<size_t>(length_ / 8 + 1), 0xff);
    nulls_ += valid ? 0 : 1;
    if (!bits_.empty()) Set(valid);
    ++length_;
  }

  void AppendValid(int64_t count) {
    if (bits_.empty()) {
      length_ += count;
    } else {
      for (int64_t i = 0; i < count; ++i) Append(true);
    }
  }

  int64_t length() const { return length_; }
  int64_t nulls() const { return nulls_; }
  SharedBuffer Take() { return bits_.empty() ? SharedBuffer{} : MakeBuffer(std::move(bits_)); }

 private:
  void Set(bool valid) {
    const auto byte = static_cast<size_t>(length_ / 8);
    if (byte >= bits_.size()) bits_.push_back(0xff);
    const auto bit = static_cast<uint8_t>(1u << (length_ % 8));
    bits_[byte] = valid ? bits_[byte] | bit : bits_[byte] & static_cast<uint8_t>(~bit);
  }

  std::vector<uint8_t> bits_;
  int64_t length_ = 0;
  int64_t nulls_ = 0;
};

template <typename T>
void Push(std::vector<char>& bytes, T value) {
  const size_t at = bytes.size();
  bytes.resize(at + sizeof(T));
  std::memcpy(bytes.data() + at, &value, sizeof(T));
}

template <typename T>
void PushNumber(std::vector<char>& bytes, TypeId id, T value) {
  switch (id) {
    case TypeId::kByte: return Push(bytes, static_cast<int8_t>(value));
    case TypeId::kShort: return Push(bytes, static_cast<int16_t>(value));
    case TypeId::kInteger: return Push(bytes, static_cast<int32_t>(value));
    case TypeId::kLong: return Push(bytes, static_cast<int64_t>(value));
    case TypeId::kFloat: return Push(bytes, static_cast<float>(value));
    case TypeId::kDouble: return Push(bytes, static_cast<double>(value));
    default: SAGESPARK_CHECK(!"a number for a column that is not numeric");
  }
}

bool FitsOffset(size_t size) { return size <= static_cast<size_t>(std::numeric_limits<int32_t>::max()); }

template <typename T>
ArrowArray MakeList(Validity validity, std::vector<int32_t> offsets, std::vector<T> values) {
  const auto count = static_cast<int64_t>(values.size());
  ArrowArray elements = MakeArray(count, 0, {SharedBuffer{}, MakeBuffer(std::move(values))});
  const int64_t length = validity.length();
  const int64_t nulls = validity.nulls();
  return MakeArray(length, nulls, {validity.Take(), MakeBuffer(std::move(offsets))}, {elements});
}

}  // namespace

struct BatchBuilder::Column {
  TypeId id;
  Validity validity;
  std::vector<char> bytes;             ///< Numbers and characters.
  std::vector<uint8_t> bits;           ///< Booleans.
  std::vector<int32_t> offsets = {0};  ///< Of characters, or of a vector's values.
  // Of vectors.
  std::vector<int8_t> types;
  std::vector<int32_t> sizes;
  Validity sparse;  ///< Sizes and index lists are null in dense rows.
  std::vector<int32_t> index_offsets = {0};
  std::vector<int32_t> indices;
  std::vector<double> values;

  /// The bit of the row that validity gets next.
  void PushBit(bool value) {
    const int64_t row = validity.length();
    if (row % 8 == 0) bits.push_back(0);
    if (value) bits.back() |= static_cast<uint8_t>(1u << (row % 8));
  }

  void EndVector(bool valid, int8_t type, int32_t size) {
    validity.Append(valid);
    types.push_back(type);
    sizes.push_back(size);
    sparse.Append(type == 0 && valid);
    index_offsets.push_back(static_cast<int32_t>(indices.size()));
    offsets.push_back(static_cast<int32_t>(values.size()));
  }

  ArrowArray Take() {
    const int64_t length = validity.length();
    const int64_t nulls = validity.nulls();
    switch (id) {
      case TypeId::kBoolean:
        return MakeArray(length, nulls, {validity.Take(), MakeBuffer(std::move(bits))});
      case TypeId::kString:
      case TypeId::kBinary:
        return MakeArray(length, nulls,
                         {validity.Take(), MakeBuffer(std::move(offsets)), MakeBuffer(std::move(bytes))});
      case TypeId::kVector: {
        const ArrowArray type = MakeArray(length, 0, {SharedBuffer{}, MakeBuffer(std::move(types))});
        Validity size_validity = sparse;
        const ArrowArray size =
            MakeArray(length, sparse.nulls(), {size_validity.Take(), MakeBuffer(std::move(sizes))});
        const ArrowArray index_list = MakeList(std::move(sparse), std::move(index_offsets), std::move(indices));
        const ArrowArray value_list = MakeList(validity, std::move(offsets), std::move(values));
        return MakeArray(length, nulls, {validity.Take()}, {type, size, index_list, value_list});
      }
      default:
        return MakeArray(length, nulls, {validity.Take(), MakeBuffer(std::move(bytes))});
    }
  }
};

BatchBuilder::BatchBuilder(std::shared_ptr<const Schema> schema, std::vector<Column> columns)
    : schema_(std::move(schema)), columns_(std::move(columns)) {}
BatchBuilder::BatchBuilder(BatchBuilder&&) noexcept = default;
BatchBuilder& BatchBuilder::operator=(BatchBuilder&&) noexcept = default;
BatchBuilder::~BatchBuilder() = default;

Result<BatchBuilder> BatchBuilder::Make(std::shared_ptr<const Schema> schema) {
  std::vector<Column> columns;
  for (const Field& field : schema->fields()) {
    if (field.type.id() == TypeId::kArray || field.type.id() == TypeId::kStruct) {
      return Unimplemented("Column type cannot be built row by row: \"" + field.name + "\" has type " +
                           field.type.ToString());
    }
    columns.push_back({.id = field.type.id()});
  }
  return BatchBuilder(std::move(schema), std::move(columns));
}

void BatchBuilder::Reserve(int64_t rows, int64_t entries) {
  for (Column& column : columns_) {
    const auto count = static_cast<size_t>(rows);
    if (column.id == TypeId::kVector) {
      column.types.reserve(count);
      column.sizes.reserve(count);
      column.index_offsets.reserve(count + 1);
      column.offsets.reserve(count + 1);
      column.values.reserve(static_cast<size_t>(entries));
      column.indices.reserve(static_cast<size_t>(entries));
    } else {
      column.bytes.reserve(count * sizeof(double));
    }
  }
}

void BatchBuilder::AppendNull(size_t column) {
  Column& to = columns_[column];
  switch (to.id) {
    case TypeId::kBoolean:
      to.PushBit(false);
      break;
    case TypeId::kVector:
      return to.EndVector(false, 1, 0);
    case TypeId::kString:
    case TypeId::kBinary:
      to.offsets.push_back(static_cast<int32_t>(to.bytes.size()));
      break;
    default:
      PushNumber(to.bytes, to.id, 0);
  }
  to.validity.Append(false);
}

void BatchBuilder::AppendBool(size_t column, bool value) {
  Column& to = columns_[column];
  SAGESPARK_CHECK(to.id == TypeId::kBoolean);
  to.PushBit(value);
  to.validity.Append(true);
}

void BatchBuilder::AppendLong(size_t column, int64_t value) {
  PushNumber(columns_[column].bytes, columns_[column].id, value);
  columns_[column].validity.Append(true);
}

void BatchBuilder::AppendDouble(size_t column, double value) {
  PushNumber(columns_[column].bytes, columns_[column].id, value);
  columns_[column].validity.Append(true);
}

void BatchBuilder::AppendDoubles(size_t column, std::span<const double> values) {
  Column& to = columns_[column];
  if (to.id == TypeId::kDouble) {
    const char* bytes = reinterpret_cast<const char*>(values.data());
    to.bytes.insert(to.bytes.end(), bytes, bytes + values.size_bytes());
  } else {
    for (const double value : values) PushNumber(to.bytes, to.id, value);
  }
  to.validity.AppendValid(static_cast<int64_t>(values.size()));
}

void BatchBuilder::AppendString(size_t column, std::string_view value) {
  Column& to = columns_[column];
  SAGESPARK_CHECK(to.id == TypeId::kString || to.id == TypeId::kBinary);
  to.bytes.insert(to.bytes.end(), value.begin(), value.end());
  to.offsets.push_back(static_cast<int32_t>(to.bytes.size()));
  to.validity.Append(true);
}

void BatchBuilder::AppendDense(size_t column, std::span<const double> values) {
  Column& to = columns_[column];
  SAGESPARK_CHECK(to.id == TypeId::kVector);
  to.values.insert(to.values.end(), values.begin(), values.end());
  to.EndVector(true, 1, 0);
}

void BatchBuilder::AppendSparse(size_t column, int32_t size, std::span<const int32_t> indices,
                                std::span<const double> values) {
  Column& to = columns_[column];
  SAGESPARK_CHECK(to.id == TypeId::kVector && indices.size() == values.size());
  to.indices.insert(to.indices.end(), indices.begin(), indices.end());
  to.values.insert(to.values.end(), values.begin(), values.end());
  to.EndVector(true, 0, size);
}

int64_t BatchBuilder::num_rows(size_t column) const { return columns_[column].validity.length(); }

Result<Batch> BatchBuilder::Finish() {
  const int64_t rows = columns_.empty() ? 0 : num_rows();
  for (size_t i = 0; i < columns_.size(); ++i) {
    SAGESPARK_CHECK(num_rows(i) == rows);
    if (!FitsOffset(columns_[i].values.size()) || !FitsOffset(columns_[i].bytes.size())) {
      return ResourceLimit("Column is too long for one batch: \"" + schema_->fields()[i].name + "\"");
    }
  }
  std::vector<ArrowArray> arrays;
  for (Column& column : columns_) {
    arrays.push_back(column.Take());
    column = Column{.id = column.id};
  }
  return Batch::Import(schema_, MakeArray(rows, 0, {SharedBuffer{}}, std::move(arrays)));
}

}  // namespace sagespark::data
