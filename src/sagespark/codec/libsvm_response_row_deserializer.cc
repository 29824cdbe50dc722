#include "sagespark/codec/libsvm_response_row_deserializer.h"

#include "sagespark/codec/libsvm.h"

namespace sagespark::codec {

LibSVMResponseRowDeserializer::LibSVMResponseRowDeserializer(int64_t dim, std::string label_column,
                                                             std::string features_column)
    : dim_(dim),
      fields_({{.name = std::move(label_column), .type = data::TypeId::kDouble, .nullable = false},
               {.name = std::move(features_column), .type = data::TypeId::kVector, .nullable = false}}) {}

Result<data::Batch> LibSVMResponseRowDeserializer::Deserialize(std::string_view response,
                                                               int64_t expected_rows) const {
  constexpr int64_t kAll = INT64_MAX;  // The answer is in memory and bounded already.
  LibSvmReader reader(SourceOf(response), {.num_features = dim_,
                                           .file = "model's answer",
                                           .max_batch_rows = kAll,
                                           .max_batch_entries = kAll});
  SAGESPARK_ASSIGN_OR_RETURN(std::optional<data::Batch> batch, reader.Next());
  const int64_t rows = batch.has_value() ? batch->num_rows() : 0;
  if (rows != expected_rows) return PredictionCountMismatch(rows, expected_rows);
  const auto schema = std::make_shared<const data::Schema>(fields_);
  if (!batch.has_value()) {
    SAGESPARK_ASSIGN_OR_RETURN(data::BatchBuilder builder, data::BatchBuilder::Make(schema));
    return builder.Finish();
  }
  return data::Batch::Import(schema, batch->Export());
}

}  // namespace sagespark::codec
