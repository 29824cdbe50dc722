#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sagespark/data/value.h"
#include "sagespark/sql/exceptions.h"
#include "sagespark/sql/types.h"

namespace sagespark::sql {

using data::Value;
using data::Vector;
using data::Vectors;

/// One row of a DataFrame, with its schema when it came from one.
class Row {
 public:
  Row() = default;
  Row(std::initializer_list<Value> values) : values_(values) {}
  explicit Row(std::vector<Value> values, std::shared_ptr<const StructType> schema = nullptr)
      : values_(std::move(values)), schema_(std::move(schema)) {}

  size_t size() const { return values_.size(); }
  const Value& get(size_t index) const;
  const Value& operator[](size_t index) const { return get(index); }
  bool isNullAt(size_t index) const { return get(index).is_null(); }

  /// The typed getters throw SparkException (kSchemaMismatch) when the cell is null or of another type.
  bool getBoolean(size_t index) const { return getAs<bool>(index); }
  int32_t getInt(size_t index) const { return getAs<int32_t>(index); }
  int64_t getLong(size_t index) const { return getAs<int64_t>(index); }
  float getFloat(size_t index) const { return getAs<float>(index); }
  double getDouble(size_t index) const { return getAs<double>(index); }
  const std::string& getString(size_t index) const { return getAs<std::string>(index); }

  template <typename T>
  const T& getAs(size_t index) const {
    const T* value = get(index).template As<T>();
    if (value == nullptr) ThrowWrongType(index);
    return *value;
  }
  template <typename T>
  const T& getAs(std::string_view name) const {
    return getAs<T>(fieldIndex(name));
  }

  /// The position of column `name`; throws SparkException when the row has no such column.
  size_t fieldIndex(std::string_view name) const;

  /// Null for rows that a program made itself.
  const std::shared_ptr<const StructType>& schema() const { return schema_; }
  const std::vector<Value>& values() const { return values_; }

  /// "[5.0,(784,[152],[1.0])]".
  std::string toString() const;

  friend bool operator==(const Row& left, const Row& right) { return left.values_ == right.values_; }

 private:
  [[noreturn]] void ThrowWrongType(size_t index) const;

  std::vector<Value> values_;
  std::shared_ptr<const StructType> schema_;
};

}  // namespace sagespark::sql
