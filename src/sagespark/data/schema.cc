#include "sagespark/data/schema.h"

#include <algorithm>
#include <cctype>

namespace sagespark::data {
namespace {

bool SameIgnoringCase(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](unsigned char a, unsigned char b) {
    return std::tolower(a) == std::tolower(b);
  });
}

/// The name in printSchema, which for nested types is the bare word: "array".
std::string_view TypeName(TypeId id) {
  switch (id) {
    case TypeId::kBoolean: return "boolean";
    case TypeId::kByte: return "byte";
    case TypeId::kShort: return "short";
    case TypeId::kInteger: return "integer";
    case TypeId::kLong: return "long";
    case TypeId::kFloat: return "float";
    case TypeId::kDouble: return "double";
    case TypeId::kString: return "string";
    case TypeId::kBinary: return "binary";
    case TypeId::kArray: return "array";
    case TypeId::kStruct: return "struct";
    case TypeId::kVector: return "vector";
  }
  return "unknown";
}

/// The name in DataType.simpleString, which differs for integers.
std::string_view SimpleName(TypeId id) {
  switch (id) {
    case TypeId::kByte: return "tinyint";
    case TypeId::kShort: return "smallint";
    case TypeId::kInteger: return "int";
    case TypeId::kLong: return "bigint";
    default: return TypeName(id);
  }
}

void AppendTree(std::string_view name, const DataType& type, std::string_view null_word, bool nullable,
                const std::string& prefix, std::string& out) {
  out += prefix + "-- " + std::string(name) + ": " + std::string(TypeName(type.id())) + " (" +
         std::string(null_word) + " = " + (nullable ? "true" : "false") + ")\n";
  const std::string deeper = prefix.substr(0, prefix.size() - 1) + "|    |";
  if (type.id() == TypeId::kArray) {
    const Field& element = type.children()[0];
    AppendTree("element", element.type, "containsNull", element.nullable, deeper, out);
  } else if (type.id() == TypeId::kStruct) {
    for (const Field& field : type.children()) {
      AppendTree(field.name, field.type, "nullable", field.nullable, deeper, out);
    }
  }
}

}  // namespace

DataType DataType::Array(DataType element, bool contains_null) {
  DataType type(TypeId::kArray);
  type.children_ = std::make_shared<const std::vector<Field>>(
      std::vector<Field>{{.name = "element", .type = std::move(element), .nullable = contains_null}});
  return type;
}

DataType DataType::Struct(std::vector<Field> fields) {
  DataType type(TypeId::kStruct);
  type.children_ = std::make_shared<const std::vector<Field>>(std::move(fields));
  return type;
}

const std::vector<Field>& DataType::children() const {
  static const std::vector<Field> kNone;
  return children_ == nullptr ? kNone : *children_;
}

std::string DataType::ToString() const {
  if (id_ == TypeId::kArray) return "array<" + children()[0].type.ToString() + ">";
  std::string text(SimpleName(id_));
  if (id_ != TypeId::kStruct) return text;
  text += '<';
  for (const Field& field : children()) {
    if (text.back() != '<') text += ',';
    text += field.name + ":" + field.type.ToString();
  }
  return text + ">";
}

bool operator==(const DataType& left, const DataType& right) {
  return left.id_ == right.id_ && (left.children_ == right.children_ || left.children() == right.children());
}

Result<size_t> Schema::IndexOf(std::string_view name) const {
  size_t found = fields_.size();
  for (size_t i = 0; i < fields_.size(); ++i) {
    if (!SameIgnoringCase(fields_[i].name, name)) continue;
    if (found != fields_.size()) return SchemaMismatch("Column name is ambiguous: \"" + std::string(name) + "\"");
    found = i;
  }
  if (found != fields_.size()) return found;
  std::string message = "Column does not exist: \"" + std::string(name) + "\"; the columns are ";
  for (size_t i = 0; i < fields_.size(); ++i) message += (i == 0 ? "\"" : ", \"") + fields_[i].name + "\"";
  return SchemaMismatch(fields_.empty() ? message + "none" : message);
}

std::string Schema::TreeString() const {
  std::string out = "root\n";
  for (const Field& field : fields_) {
    AppendTree(field.name, field.type, "nullable", field.nullable, " |", out);
  }
  return out;
}

}  // namespace sagespark::data
