#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sagespark/base/result.h"
#include "sagespark/data/batch.h"
#include "sagespark/data/schema.h"
#include "sagespark/data/vector.h"

namespace sagespark::data {

/// Bytes of a binary column.
struct Bytes {
  std::string bytes;
  friend bool operator==(const Bytes&, const Bytes&) = default;
};

/// One cell: null, or a value of one of the types of TypeId. Arrays and structs hold their elements.
class Value {
 public:
  using Storage = std::variant<std::monostate, bool, int8_t, int16_t, int32_t, int64_t, float, double, std::string,
                               Bytes, Vector, std::vector<Value>>;

  Value() = default;
  Value(bool value) : storage_(value) {}  // NOLINT: a double is a value, and so on.
  Value(int8_t value) : storage_(value) {}  // NOLINT
  Value(int16_t value) : storage_(value) {}  // NOLINT
  Value(int32_t value) : storage_(value) {}  // NOLINT
  Value(int64_t value) : storage_(value) {}  // NOLINT
  Value(long long value) : storage_(static_cast<int64_t>(value)) {}  // NOLINT
  Value(float value) : storage_(value) {}  // NOLINT
  Value(double value) : storage_(value) {}  // NOLINT
  Value(std::string value) : storage_(std::move(value)) {}  // NOLINT
  Value(const char* value) : storage_(std::string(value)) {}  // NOLINT
  Value(Bytes value) : storage_(std::move(value)) {}  // NOLINT
  Value(Vector value) : storage_(std::move(value)) {}  // NOLINT
  Value(std::vector<Value> elements) : storage_(std::move(elements)) {}  // NOLINT

  bool is_null() const { return storage_.index() == 0; }
  const Storage& storage() const { return storage_; }

  /// The value as a T, or nullptr when it is null or of another type.
  template <typename T>
  const T* As() const {
    return std::get_if<T>(&storage_);
  }

  /// The type that a literal of this value has; a null has type string.
  DataType InferType() const;

  /// As Spark casts it to a string in show(): "NULL", "2.0E-4", "[1, 2]", "{1, a}", "(3,[0],[1.0])".
  /// `type` tells an array from a struct.
  std::string ToString(const DataType& type) const;

  friend bool operator==(const Value& left, const Value& right) = default;

 private:
  Storage storage_;
};

/// Cells of one row, in the order of its schema's fields.
using RowValues = std::vector<Value>;

/// Builds one batch from rows. Fails with kInvalidArgument, naming row and column, when a row's length or a value's type
/// does not fit the schema, or a null meets a column that is not nullable. An integer fits a wider integer,
/// float or double column.
Result<Batch> BatchFromRows(std::shared_ptr<const Schema> schema, const std::vector<RowValues>& rows);

/// The cells of row `row`, copied.
RowValues RowOf(const Batch& batch, int64_t row);

/// Java's Double.toString and Float.toString (JDK 19 and later: the shortest text that reads back the same).
std::string JavaText(double value);
std::string JavaText(float value);

}  // namespace sagespark::data
