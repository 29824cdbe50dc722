#include "sagespark/codec/protobuf_request_row_serializer.h"

#include "sagespark/codec/record_encoder.h"

namespace sagespark::codec {

Status ProtobufRequestRowSerializer::ValidateSchema(const data::Schema& schema) const {
  return RequireVector(schema, features_column_, "Features");
}

Result<int64_t> ProtobufRequestRowSerializer::Append(const data::Batch& batch, int64_t first_row, size_t max_bytes,
                                                     std::string& out) const {
  SAGESPARK_ASSIGN_OR_RETURN(const auto features, data::VectorColumn::Of(batch, features_column_, "Features"));
  RecordEncoder encoder;
  return AppendRows(batch.num_rows(), first_row, max_bytes, out, [&](int64_t row) -> Status {
    const data::VectorRow vector = features[row];
    if (vector.is_null) return NullRow(features_column_, row);
    return encoder.Append(vector, std::nullopt, out);
  });
}

}  // namespace sagespark::codec
