#include <utility>

#include "sagespark/codec/training_row_writer.h"
#include "sagespark/source/formats.h"
#include "sagespark/source/training_row_encoder.h"

namespace sagespark::source {
namespace {

class SageMakerFormatWriter final : public FormatWriter {
 public:
  explicit SageMakerFormatWriter(codec::TrainingColumns columns) : columns_(std::move(columns)) {}

  std::string_view file_extension() const override { return ".pbr"; }

  Status CheckSchema(const data::Schema& schema) const override {
    return codec::MakeProtobufTrainingRowWriter(columns_)->ValidateSchema(schema);
  }

  std::unique_ptr<RowEncoder> MakeEncoder(const data::Schema&) const override {
    return MakeTrainingRowEncoder(codec::MakeProtobufTrainingRowWriter(columns_));
  }

 private:
  codec::TrainingColumns columns_;
};

}  // namespace

std::unique_ptr<FormatWriter> MakeSageMakerWriter(const Options& options) {
  codec::TrainingColumns columns;
  if (const auto label = options.find("labelColumnName"); label != options.end()) columns.label = label->second;
  if (const auto found = options.find("featuresColumnName"); found != options.end()) columns.features = found->second;
  return std::make_unique<SageMakerFormatWriter>(std::move(columns));
}

}  // namespace sagespark::source
