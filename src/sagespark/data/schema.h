#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sagespark/base/result.h"

namespace sagespark::data {

/// Spark SQL's types, as far as they are offered. kVector is Spark ML's VectorUDT.
enum class TypeId {
  kBoolean,
  kByte,
  kShort,
  kInteger,
  kLong,
  kFloat,
  kDouble,
  kString,
  kBinary,
  kArray,   ///< One child: the element.
  kStruct,  ///< Children: the fields.
  kVector,  ///< Spark ML vector; see Batch for its memory.
};

struct Field;

/// A type with its children. Immutable and cheap to copy.
class DataType {
 public:
  DataType(TypeId id) : id_(id) {}  // NOLINT: kDouble is the type double.
  static DataType Array(DataType element, bool contains_null = true);
  static DataType Struct(std::vector<Field> fields);

  TypeId id() const { return id_; }
  bool is_numeric() const { return id_ >= TypeId::kByte && id_ <= TypeId::kDouble; }
  const std::vector<Field>& children() const;

  /// Spark's short name: "double", "array<int>", "vector".
  std::string ToString() const;

  friend bool operator==(const DataType& left, const DataType& right);

 private:
  TypeId id_;
  std::shared_ptr<const std::vector<Field>> children_;
};

struct Field {
  std::string name;
  DataType type;
  bool nullable = true;

  friend bool operator==(const Field&, const Field&) = default;
};

/// The columns of a DataFrame, in order. Names may repeat; looking one up that does is an error.
class Schema {
 public:
  Schema() = default;
  explicit Schema(std::vector<Field> fields) : fields_(std::move(fields)) {}

  const std::vector<Field>& fields() const { return fields_; }
  size_t size() const { return fields_.size(); }

  /// The position of the column `name` (case-insensitive, as Spark's default). Fails with kSchemaMismatch:
  /// `Column does not exist: "x"; the columns are "label", "features"`, or `Column name is ambiguous: "x"`.
  Result<size_t> IndexOf(std::string_view name) const;

  /// As DataFrame.printSchema writes it, "root\n |-- label: double (nullable = true)\n".
  std::string TreeString() const;

  friend bool operator==(const Schema&, const Schema&) = default;

 private:
  std::vector<Field> fields_;
};

}  // namespace sagespark::data
