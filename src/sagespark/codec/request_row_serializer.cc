#include "sagespark/codec/request_row_serializer.h"

namespace sagespark::codec {
namespace {

Error WrongType(std::string_view role, std::string_view expected, const data::Field& field) {
  return SchemaMismatch(std::string(role) + " column is not " + std::string(expected) + ": \"" + field.name +
                        "\" has type " + field.type.ToString());
}

}  // namespace

Status RequireVector(const data::Schema& schema, const std::string& column, std::string_view role) {
  SAGESPARK_ASSIGN_OR_RETURN(const size_t index, schema.IndexOf(column));
  const data::Field& field = schema.fields()[index];
  return field.type.id() == data::TypeId::kVector ? Status::Ok() : WrongType(role, "a vector", field);
}

Status RequireNumeric(const data::Schema& schema, const std::string& column, std::string_view role) {
  SAGESPARK_ASSIGN_OR_RETURN(const size_t index, schema.IndexOf(column));
  const data::Field& field = schema.fields()[index];
  const bool fits = field.type.is_numeric() || field.type.id() == data::TypeId::kBoolean;
  return fits ? Status::Ok() : WrongType(role, "numeric", field);
}

Error NullRow(const std::string& column, int64_t row) {
  return CorruptData("Row is null: column \"" + column + "\", row " + std::to_string(row));
}

}  // namespace sagespark::codec
