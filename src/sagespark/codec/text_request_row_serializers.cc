#include "sagespark/codec/text_request_row_serializers.h"

#include "sagespark/codec/text_rows.h"
#include "sagespark/data/numeric_column.h"

namespace sagespark::codec {

Status LibSVMRequestRowSerializer::ValidateSchema(const data::Schema& schema) const {
  SAGESPARK_RETURN_IF_ERROR(RequireNumeric(schema, label_column_, "Label"));
  return RequireVector(schema, features_column_, "Features");
}

Result<int64_t> LibSVMRequestRowSerializer::Append(const data::Batch& batch, int64_t first_row, size_t max_bytes,
                                                   std::string& out) const {
  SAGESPARK_ASSIGN_OR_RETURN(const auto labels, data::NumericColumn::Of(batch, label_column_, "Label"));
  SAGESPARK_ASSIGN_OR_RETURN(const auto features, data::VectorColumn::Of(batch, features_column_, "Features"));
  return AppendRows(batch.num_rows(), first_row, max_bytes, out, [&](int64_t row) -> Status {
    const data::VectorRow vector = features[row];
    if (labels.is_null(row)) return NullRow(label_column_, row);
    if (vector.is_null) return NullRow(features_column_, row);
    AppendLibSvmRow(labels[row], vector, out);
    return Status::Ok();
  });
}

Status UnlabeledLibSVMRequestRowSerializer::ValidateSchema(const data::Schema& schema) const {
  return RequireVector(schema, features_column_, "Features");
}

Result<int64_t> UnlabeledLibSVMRequestRowSerializer::Append(const data::Batch& batch, int64_t first_row,
                                                            size_t max_bytes, std::string& out) const {
  SAGESPARK_ASSIGN_OR_RETURN(const auto features, data::VectorColumn::Of(batch, features_column_, "Features"));
  return AppendRows(batch.num_rows(), first_row, max_bytes, out, [&](int64_t row) -> Status {
    const data::VectorRow vector = features[row];
    if (vector.is_null) return NullRow(features_column_, row);
    AppendLibSvmRow(0, vector, out);
    return Status::Ok();
  });
}

Status UnlabeledCSVRequestRowSerializer::ValidateSchema(const data::Schema& schema) const {
  return RequireVector(schema, features_column_, "Features");
}

Result<int64_t> UnlabeledCSVRequestRowSerializer::Append(const data::Batch& batch, int64_t first_row,
                                                         size_t max_bytes, std::string& out) const {
  SAGESPARK_ASSIGN_OR_RETURN(const auto features, data::VectorColumn::Of(batch, features_column_, "Features"));
  return AppendRows(batch.num_rows(), first_row, max_bytes, out, [&](int64_t row) -> Status {
    const data::VectorRow vector = features[row];
    if (vector.is_null) return NullRow(features_column_, row);
    AppendCsvRow(std::nullopt, vector, out);
    return Status::Ok();
  });
}

}  // namespace sagespark::codec
