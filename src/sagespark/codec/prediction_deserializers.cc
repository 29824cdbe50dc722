#include "sagespark/codec/prediction_deserializers.h"

#include "sagespark/codec/line_blocks.h"
#include "sagespark/codec/number_parser.h"
#include "sagespark/data/batch_builder.h"

namespace sagespark::codec {
namespace {

data::Field Number(std::string name) {
  return {.name = std::move(name), .type = data::TypeId::kDouble, .nullable = false};
}

data::Field Vector(std::string name) {
  return {.name = std::move(name), .type = data::TypeId::kVector, .nullable = false};
}

bool IsSeparator(char c) { return c == ',' || c == '\n' || c == '\r' || c == ' ' || c == '\t'; }

/// Calls `add` with the numbers of a CSV answer, line by line.
template <typename Add>
Status ForEachNumber(std::string_view response, Add add) {
  LineBlocks blocks(SourceOf(response));
  int64_t count = 0;
  while (true) {
    SAGESPARK_ASSIGN_OR_RETURN(const auto block, blocks.Next());
    if (!block.has_value()) return Status::Ok();
    const char* at = block->data();
    const char* end = at + block->size();
    while (true) {
      while (at != end && IsSeparator(*at)) ++at;
      if (at == end) break;
      double value = 0;
      at = ParseNumber(at, value);
      if (at == nullptr || !IsSeparator(*at)) {
        return CorruptData("Model's answer has no number in row " + std::to_string(count));
      }
      add(value);
      ++count;
    }
  }
}

}  // namespace

PCAProtobufResponseRowDeserializer::PCAProtobufResponseRowDeserializer(std::string projection_column)
    : ProtobufResponseRowDeserializer({Vector(std::move(projection_column))}, {"projection"}) {}

LDAProtobufResponseRowDeserializer::LDAProtobufResponseRowDeserializer(std::string projection_column)
    : ProtobufResponseRowDeserializer({Vector(std::move(projection_column))}, {"topic_mixture"}) {}

LinearLearnerBinaryClassifierProtobufResponseRowDeserializer::
    LinearLearnerBinaryClassifierProtobufResponseRowDeserializer(std::string score_column,
                                                                 std::string predicted_label_column)
    : ProtobufResponseRowDeserializer({Number(std::move(score_column)), Number(std::move(predicted_label_column))},
                                      {"score", "predicted_label"}) {}

LinearLearnerMultiClassClassifierProtobufResponseRowDeserializer::
    LinearLearnerMultiClassClassifierProtobufResponseRowDeserializer(std::string score_column,
                                                                     std::string predicted_label_column)
    : ProtobufResponseRowDeserializer({Vector(std::move(score_column)), Number(std::move(predicted_label_column))},
                                      {"score", "predicted_label"}) {}

LinearLearnerRegressorProtobufResponseRowDeserializer::LinearLearnerRegressorProtobufResponseRowDeserializer(
    std::string score_column)
    : ProtobufResponseRowDeserializer({Number(std::move(score_column))}, {"score"}) {}

FactorizationMachinesBinaryClassifierDeserializer::FactorizationMachinesBinaryClassifierDeserializer(
    std::string score_column, std::string predicted_label_column)
    : ProtobufResponseRowDeserializer({Number(std::move(score_column)), Number(std::move(predicted_label_column))},
                                      {"score", "predicted_label"}) {}

FactorizationMachinesRegressorDeserializer::FactorizationMachinesRegressorDeserializer(std::string score_column)
    : ProtobufResponseRowDeserializer({Number(std::move(score_column))}, {"score"}) {}

XGBoostCSVRowDeserializer::XGBoostCSVRowDeserializer(std::string prediction_column)
    : schema_(std::make_shared<const data::Schema>(
          std::vector<data::Field>{Number(std::move(prediction_column))})) {}

Result<data::Batch> XGBoostCSVRowDeserializer::Deserialize(std::string_view response, int64_t expected_rows) const {
  SAGESPARK_ASSIGN_OR_RETURN(data::BatchBuilder builder, data::BatchBuilder::Make(schema_));
  SAGESPARK_RETURN_IF_ERROR(ForEachNumber(response, [&](double value) { builder.AppendDouble(0, value); }));
  if (builder.num_rows() != expected_rows) return PredictionCountMismatch(builder.num_rows(), expected_rows);
  return builder.Finish();
}

XGBoostCSVVectorRowDeserializer::XGBoostCSVVectorRowDeserializer(std::string prediction_column)
    : schema_(std::make_shared<const data::Schema>(
          std::vector<data::Field>{Vector(std::move(prediction_column))})) {}

Result<data::Batch> XGBoostCSVVectorRowDeserializer::Deserialize(std::string_view response, int64_t expected_rows) const {
  SAGESPARK_ASSIGN_OR_RETURN(data::BatchBuilder builder, data::BatchBuilder::Make(schema_));
  std::vector<double> numbers;
  SAGESPARK_RETURN_IF_ERROR(ForEachNumber(response, [&](double value) { numbers.push_back(value); }));
  const auto count = static_cast<int64_t>(numbers.size());
  // All rows have as many numbers, whichever way they are divided into lines.
  if (expected_rows == 0 ? count > 0 : count == 0 || count % expected_rows != 0) {
    return PredictionCountMismatch(count, expected_rows);
  }
  const size_t width = expected_rows == 0 ? 0 : numbers.size() / static_cast<size_t>(expected_rows);
  for (size_t at = 0; at < numbers.size(); at += width) {
    builder.AppendDense(0, std::span<const double>(numbers.data() + at, width));
  }
  return builder.Finish();
}

}  // namespace sagespark::codec
