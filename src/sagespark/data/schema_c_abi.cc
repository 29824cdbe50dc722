#include <nanoarrow/nanoarrow.h>

#include <optional>

#include "sagespark/data/batch.h"

namespace sagespark::data {
namespace {

constexpr const char* kMark = "sagespark.udt";
constexpr const char* kVectorMark = "vector";

/// An ArrowSchema that releases itself unless it was moved away.
class SchemaHolder {
 public:
  SchemaHolder() { ArrowSchemaInit(&schema_); }
  SchemaHolder(const SchemaHolder&) = delete;
  SchemaHolder& operator=(const SchemaHolder&) = delete;
  ~SchemaHolder() {
    if (schema_.release != nullptr) ArrowSchemaRelease(&schema_);
  }
  ArrowSchema* get() { return &schema_; }
  ArrowSchema Take() {
    const ArrowSchema taken = schema_;
    schema_.release = nullptr;
    return taken;
  }

 private:
  ArrowSchema schema_;
};

Status Checked(int code) {
  if (code == NANOARROW_OK) return Status::Ok();
  return ResourceLimit("Arrow schema could not be built: error " + std::to_string(code));
}

ArrowType ToArrowType(TypeId id) {
  switch (id) {
    case TypeId::kBoolean: return NANOARROW_TYPE_BOOL;
    case TypeId::kByte: return NANOARROW_TYPE_INT8;
    case TypeId::kShort: return NANOARROW_TYPE_INT16;
    case TypeId::kInteger: return NANOARROW_TYPE_INT32;
    case TypeId::kLong: return NANOARROW_TYPE_INT64;
    case TypeId::kFloat: return NANOARROW_TYPE_FLOAT;
    case TypeId::kDouble: return NANOARROW_TYPE_DOUBLE;
    case TypeId::kString: return NANOARROW_TYPE_STRING;
    case TypeId::kBinary: return NANOARROW_TYPE_BINARY;
    case TypeId::kArray: return NANOARROW_TYPE_LIST;
    case TypeId::kStruct:
    case TypeId::kVector: return NANOARROW_TYPE_STRUCT;
  }
  return NANOARROW_TYPE_UNINITIALIZED;
}

std::optional<TypeId> FromArrowType(ArrowType type) {
  for (int id = 0; id <= static_cast<int>(TypeId::kStruct); ++id) {
    if (ToArrowType(static_cast<TypeId>(id)) == type) return static_cast<TypeId>(id);
  }
  return std::nullopt;
}

/// The memory of a vector column, in Spark's VectorUDT order.
const std::vector<Field>& VectorFields() {
  static const std::vector<Field> fields = {
      {.name = "type", .type = TypeId::kByte, .nullable = false},
      {.name = "size", .type = TypeId::kInteger},
      {.name = "indices", .type = DataType::Array(TypeId::kInteger, false)},
      {.name = "values", .type = DataType::Array(TypeId::kDouble, false)}};
  return fields;
}

Status FillField(const Field& field, ArrowSchema* out);

Status FillStruct(const std::vector<Field>& fields, ArrowSchema* out) {
  SAGESPARK_RETURN_IF_ERROR(Checked(ArrowSchemaSetTypeStruct(out, static_cast<int64_t>(fields.size()))));
  for (size_t i = 0; i < fields.size(); ++i) SAGESPARK_RETURN_IF_ERROR(FillField(fields[i], out->children[i]));
  return Status::Ok();
}

Status MarkAsVector(ArrowSchema* out) {
  ArrowBuffer metadata;
  SAGESPARK_RETURN_IF_ERROR(Checked(ArrowMetadataBuilderInit(&metadata, nullptr)));
  int code = ArrowMetadataBuilderAppend(&metadata, ArrowCharView(kMark), ArrowCharView(kVectorMark));
  if (code == NANOARROW_OK) code = ArrowSchemaSetMetadata(out, reinterpret_cast<const char*>(metadata.data));
  ArrowBufferReset(&metadata);
  return Checked(code);
}

Status FillField(const Field& field, ArrowSchema* out) {
  switch (field.type.id()) {
    case TypeId::kVector:
      SAGESPARK_RETURN_IF_ERROR(FillStruct(VectorFields(), out));
      SAGESPARK_RETURN_IF_ERROR(MarkAsVector(out));
      break;
    case TypeId::kStruct:
      SAGESPARK_RETURN_IF_ERROR(FillStruct(field.type.children(), out));
      break;
    case TypeId::kArray:
      SAGESPARK_RETURN_IF_ERROR(Checked(ArrowSchemaSetType(out, NANOARROW_TYPE_LIST)));
      SAGESPARK_RETURN_IF_ERROR(FillField(field.type.children()[0], out->children[0]));
      break;
    default:
      SAGESPARK_RETURN_IF_ERROR(Checked(ArrowSchemaSetType(out, ToArrowType(field.type.id()))));
  }
  out->flags = field.nullable ? ARROW_FLAG_NULLABLE : 0;
  return Checked(ArrowSchemaSetName(out, field.name.c_str()));
}

bool IsMarkedAsVector(const ArrowSchema& schema) {
  ArrowStringView value = ArrowCharView(nullptr);
  if (schema.metadata == nullptr) return false;
  if (ArrowMetadataGetValue(schema.metadata, ArrowCharView(kMark), &value) != NANOARROW_OK) return false;
  return value.data != nullptr &&
         std::string_view(value.data, static_cast<size_t>(value.size_bytes)) == kVectorMark;
}

bool HasVectorLayout(const std::vector<Field>& fields) {
  const std::vector<Field>& expected = VectorFields();
  if (fields.size() != expected.size()) return false;
  for (size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].name != expected[i].name || fields[i].type.id() != expected[i].type.id()) return false;
    if (fields[i].type.id() != TypeId::kArray) continue;
    if (fields[i].type.children()[0].type != expected[i].type.children()[0].type) return false;
  }
  return true;
}

constexpr int kMaxDepth = 32;

Result<Field> ImportField(const ArrowSchema& schema, int depth) {
  Field field{.name = schema.name == nullptr ? "" : schema.name, .type = TypeId::kStruct,
              .nullable = (schema.flags & ARROW_FLAG_NULLABLE) != 0};
  if (depth > kMaxDepth) return SchemaMismatch("Arrow schema is nested too deep: limit " + std::to_string(kMaxDepth));
  ArrowSchemaView view;
  ArrowError error;
  if (ArrowSchemaViewInit(&view, &schema, &error) != NANOARROW_OK) {
    return CorruptData("Arrow schema is malformed: column \"" + field.name + "\": " + ArrowErrorMessage(&error));
  }
  const std::optional<TypeId> id = FromArrowType(view.type);
  if (!id.has_value()) {
    return SchemaMismatch("Arrow type is not supported: column \"" + field.name + "\" has format \"" +
                          schema.format + "\"");
  }
  std::vector<Field> children;
  for (int64_t i = 0; i < schema.n_children; ++i) {
    SAGESPARK_ASSIGN_OR_RETURN(Field child, ImportField(*schema.children[i], depth + 1));
    children.push_back(std::move(child));
  }
  if (*id == TypeId::kArray) {
    field.type = DataType::Array(children[0].type, children[0].nullable);
  } else if (*id != TypeId::kStruct) {
    field.type = *id;
  } else if (HasVectorLayout(children)) {
    field.type = TypeId::kVector;
  } else if (IsMarkedAsVector(schema)) {
    return SchemaMismatch("Arrow schema is malformed: column \"" + field.name + "\" is marked a vector and is none");
  } else {
    field.type = DataType::Struct(std::move(children));
  }
  return field;
}

}  // namespace

Result<ArrowSchema> ExportSchema(const Schema& schema) {
  SchemaHolder holder;
  SAGESPARK_RETURN_IF_ERROR(FillStruct(schema.fields(), holder.get()));
  SAGESPARK_RETURN_IF_ERROR(Checked(ArrowSchemaSetName(holder.get(), "")));
  holder.get()->flags = 0;
  return holder.Take();
}

Result<Schema> ImportSchema(const ArrowSchema& schema) {
  if (schema.release == nullptr) return CorruptData("Arrow schema is malformed: it is released");
  SAGESPARK_ASSIGN_OR_RETURN(const Field root, ImportField(schema, 0));
  if (root.type.id() == TypeId::kStruct) return Schema(root.type.children());
  if (root.type.id() == TypeId::kVector) return Schema(VectorFields());
  return SchemaMismatch("Arrow schema is no struct of columns: it has type " + root.type.ToString());
}

}  // namespace sagespark::data
