#include "sagespark/engine/local/arrow_bridge.h"

#include <arrow/c/bridge.h>
#include <arrow/compute/api.h>
#include <arrow/compute/initialize.h>

#include <mutex>

namespace sagespark::engine::local {

Error FromArrow(const arrow::Status& status) {
  switch (status.code()) {
    case arrow::StatusCode::OutOfMemory:
    case arrow::StatusCode::CapacityError: return ResourceLimit(status.message());
    case arrow::StatusCode::IOError:  // The detail tells the system's reason.
      return {ErrorKind::kIo, status.message() + (status.detail() ? ": " + status.detail()->ToString() : "")};
    case arrow::StatusCode::NotImplemented: return Unimplemented(status.message());
    case arrow::StatusCode::Cancelled: return Cancelled(status.message());
    default: return InternalError("Arrow: " + status.ToString());
  }
}

Result<std::shared_ptr<arrow::Schema>> ToArrow(const data::Schema& schema) {
  SAGESPARK_ASSIGN_OR_RETURN(ArrowSchema exported, data::ExportSchema(schema));
  SAGESPARK_ASSIGN_OR_RETURN_ARROW(auto imported, arrow::ImportSchema(&exported));
  return imported;
}

Result<std::shared_ptr<arrow::DataType>> ToArrow(const data::DataType& type) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto schema, ToArrow(data::Schema({{.name = "x", .type = type}})));
  return schema->field(0)->type();
}

Result<std::shared_ptr<arrow::RecordBatch>> ToArrow(const data::Batch& batch) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto schema, ToArrow(batch.schema()));
  ArrowArray exported = batch.Export();
  SAGESPARK_ASSIGN_OR_RETURN_ARROW(auto imported, arrow::ImportRecordBatch(&exported, schema));
  return imported;
}

Result<data::Batch> FromArrow(const arrow::RecordBatch& batch, std::shared_ptr<const data::Schema> schema) {
  ArrowArray exported;
  SAGESPARK_RETURN_IF_ARROW_ERROR(arrow::ExportRecordBatch(batch, &exported));
  return data::Batch::Import(std::move(schema), exported);
}

Result<data::Batch> FilterRows(const data::Batch& batch, const std::shared_ptr<arrow::Array>& mask) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto rows, ToArrow(batch));
  SAGESPARK_ASSIGN_OR_RETURN_ARROW(const arrow::Datum kept, arrow::compute::Filter(rows, mask));
  return FromArrow(*kept.record_batch(), batch.shared_schema());
}

void InitializeArrow() {
  static std::once_flag once;
  std::call_once(once, [] { static_cast<void>(arrow::compute::Initialize()); });
}

}  // namespace sagespark::engine::local
