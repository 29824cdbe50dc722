#include "sagespark/codec/protobuf_response_row_deserializer.h"

#include <limits>

#include "sagespark/codec/record_decoder.h"
#include "sagespark/codec/recordio.h"
#include "sagespark/data/batch_builder.h"

namespace sagespark::codec {
namespace {

Error AnswerError(std::string_view what, const std::string& key, int64_t row) {
  return CorruptData("Model's answer " + std::string(what) + ": \"" + key + "\" in row " + std::to_string(row));
}

Status AppendVector(const Tensor& tensor, const std::string& key, int64_t row, size_t column,
                    data::BatchBuilder& builder) {
  std::vector<double> values(tensor.size());
  for (size_t i = 0; i < values.size(); ++i) values[i] = tensor[i];
  if (tensor.keys.empty()) {
    builder.AppendDense(column, values);
    return Status::Ok();
  }
  const uint64_t size = tensor.shape.empty() ? 0 : tensor.shape.back();
  if (tensor.keys.size() != values.size() || size > static_cast<uint64_t>(std::numeric_limits<int32_t>::max())) {
    return AnswerError("has a malformed sparse vector", key, row);
  }
  std::vector<int32_t> indices;
  for (const uint64_t index : tensor.keys) {
    if (index >= size || (!indices.empty() && static_cast<int32_t>(index) <= indices.back())) {
      return AnswerError("has a malformed sparse vector", key, row);
    }
    indices.push_back(static_cast<int32_t>(index));
  }
  builder.AppendSparse(column, static_cast<int32_t>(size), indices, values);
  return Status::Ok();
}

Status AppendAnswer(const Tensor* tensor, data::TypeId type, const std::string& key, int64_t row, size_t column,
                    data::BatchBuilder& builder) {
  if (tensor == nullptr) return AnswerError("lacks a value", key, row);
  if (type == data::TypeId::kVector) return AppendVector(*tensor, key, row, column, builder);
  if (type == data::TypeId::kString || type == data::TypeId::kBinary) {
    if (tensor->bytes.size() != 1) return AnswerError("has not one text", key, row);
    builder.AppendString(column, tensor->bytes[0]);
    return Status::Ok();
  }
  if (tensor->size() != 1) return AnswerError("has not one number", key, row);
  if (type == data::TypeId::kBoolean) {
    builder.AppendBool(column, (*tensor)[0] != 0);
  } else {
    builder.AppendDouble(column, (*tensor)[0]);
  }
  return Status::Ok();
}

}  // namespace

Error PredictionCountMismatch(int64_t predictions, int64_t rows) {
  return CorruptData("Model answered another number of rows: " + std::to_string(predictions) + " predictions for " +
                     std::to_string(rows) + " rows");
}

ProtobufResponseRowDeserializer::ProtobufResponseRowDeserializer(std::vector<data::Field> fields,
                                                                 std::vector<std::string> keys)
    : schema_(std::make_shared<const data::Schema>(std::move(fields))), keys_(std::move(keys)) {
  if (keys_.empty()) {
    for (const data::Field& field : schema_->fields()) keys_.push_back(field.name);
  }
}

Result<data::Batch> ProtobufResponseRowDeserializer::Deserialize(std::string_view response,
                                                                 int64_t expected_rows) const {
  if (keys_.size() != schema_->size()) {
    return InvalidArgument("Deserializer has unlike numbers of keys and columns: " + std::to_string(keys_.size()) +
                           " and " + std::to_string(schema_->size()));
  }
  SAGESPARK_ASSIGN_OR_RETURN(data::BatchBuilder builder, data::BatchBuilder::Make(schema_));
  builder.Reserve(expected_rows);
  RecordIoReader reader(response);
  RecordDecoder record;
  int64_t row = 0;
  for (;; ++row) {
    SAGESPARK_ASSIGN_OR_RETURN(const auto payload, reader.Next());
    if (!payload.has_value()) break;
    if (row >= expected_rows) continue;  // Counted for the message, then refused.
    SAGESPARK_RETURN_IF_ERROR(record.Decode(*payload));
    for (size_t i = 0; i < keys_.size(); ++i) {
      const data::TypeId type = schema_->fields()[i].type.id();
      SAGESPARK_RETURN_IF_ERROR(AppendAnswer(record.Label(keys_[i]), type, keys_[i], row, i, builder));
    }
  }
  if (row != expected_rows) return PredictionCountMismatch(row, expected_rows);
  return builder.Finish();
}

KMeansProtobufResponseRowDeserializer::KMeansProtobufResponseRowDeserializer(std::string distance_to_cluster_column,
                                                                             std::string closest_cluster_column)
    : ProtobufResponseRowDeserializer(
          {{.name = std::move(distance_to_cluster_column), .type = data::TypeId::kDouble, .nullable = false},
           {.name = std::move(closest_cluster_column), .type = data::TypeId::kDouble, .nullable = false}},
          {"distance_to_cluster", "closest_cluster"}) {}

}  // namespace sagespark::codec
