#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sagespark/base/result.h"

namespace sagespark::json {

class Value;
using Array = std::vector<Value>;
using Object = std::map<std::string, Value, std::less<>>;

/// A JSON document: null, boolean, integer, double, string, array or object. Objects are sorted by name.
class Value {
 public:
  Value() = default;
  Value(std::nullptr_t) {}                                                     // NOLINT
  Value(bool value) : data_(value) {}                                          // NOLINT
  Value(int value) : data_(int64_t{value}) {}                                  // NOLINT
  Value(int64_t value) : data_(value) {}                                       // NOLINT
  Value(double value) : data_(value) {}                                        // NOLINT
  Value(const char* value) : data_(std::string(value)) {}                      // NOLINT
  Value(std::string_view value) : data_(std::string(value)) {}                 // NOLINT
  Value(std::string value) : data_(std::move(value)) {}                        // NOLINT
  Value(Array value) : data_(std::move(value)) {}                              // NOLINT
  Value(Object value) : data_(std::move(value)) {}                             // NOLINT

  bool is_null() const { return data_.index() == 0; }
  /// Null when the value is of another type.
  const bool* if_bool() const { return std::get_if<bool>(&data_); }
  const int64_t* if_int() const { return std::get_if<int64_t>(&data_); }
  const std::string* if_string() const { return std::get_if<std::string>(&data_); }
  const Array* if_array() const { return std::get_if<Array>(&data_); }
  const Object* if_object() const { return std::get_if<Object>(&data_); }
  Array* if_array() { return std::get_if<Array>(&data_); }
  Object* if_object() { return std::get_if<Object>(&data_); }
  bool is_number() const { return if_int() != nullptr || std::holds_alternative<double>(data_); }
  /// The number, integer or not. Only when is_number().
  double number() const;

  /// The member `name`, or null when this is no object or has no such member.
  const Value* Find(std::string_view name) const;

  /// The member `name` of that type. Fails with kInvalidArgument, naming the member, when it is absent or of another type.
  Result<std::string> GetString(std::string_view name) const;
  Result<int64_t> GetInt(std::string_view name) const;

  friend bool operator==(const Value&, const Value&) = default;

 private:
  std::variant<std::monostate, bool, int64_t, double, std::string, Array, Object> data_;
};

/// Parses one JSON text (RFC 8259). Fails with kCorruptData, naming the byte, on anything else, on more than
/// `max_depth` levels, and on text that is not UTF-8. Integers beyond int64 become doubles. Of two members
/// with one name the last stays.
Result<Value> Parse(std::string_view text, int max_depth = 64);

/// Writes compact JSON. Doubles in the shortest form that reads back the same; NaN and infinity as null.
/// Strings must be UTF-8; other bytes are replaced by U+FFFD.
std::string Dump(const Value& value);

/// The same with line breaks and `indent` spaces a level.
std::string DumpPretty(const Value& value, int indent = 2);

}  // namespace sagespark::json
