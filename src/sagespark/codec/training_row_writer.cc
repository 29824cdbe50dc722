#include "sagespark/codec/training_row_writer.h"

#include "sagespark/codec/record_encoder.h"
#include "sagespark/codec/request_row_serializer.h"
#include "sagespark/codec/text_rows.h"
#include "sagespark/data/numeric_column.h"
#include "sagespark/data/vector_column.h"

namespace sagespark::codec {
namespace {

constexpr const char* kDefaultLabel = "label";

/// What the three formats share: finding the columns and checking the rows.
class CheckedWriter : public TrainingRowWriter {
 public:
  CheckedWriter(TrainingColumns columns, bool label_required)
      : columns_(std::move(columns)), label_required_(label_required || columns_.label.has_value()) {}

  Status ValidateSchema(const data::Schema& schema) const override {
    SAGESPARK_RETURN_IF_ERROR(RequireVector(schema, columns_.features, "Features"));
    return HasLabel(schema) ? RequireNumeric(schema, LabelName(), "Label") : Status::Ok();
  }

  Status Append(const data::Batch& batch, int64_t first_row, int64_t row_count, std::string& out) override {
    SAGESPARK_ASSIGN_OR_RETURN(const auto features, data::VectorColumn::Of(batch, columns_.features, "Features"));
    std::optional<data::NumericColumn> labels;
    if (HasLabel(batch.schema())) {
      SAGESPARK_ASSIGN_OR_RETURN(labels, data::NumericColumn::Of(batch, LabelName(), "Label"));
    }
    for (int64_t row = first_row; row < first_row + row_count; ++row) {
      const data::VectorRow vector = features[row];
      SAGESPARK_RETURN_IF_ERROR(CheckVector(vector));
      if (labels.has_value() && labels->is_null(row)) return NullRow(LabelName(), rows_written_);
      SAGESPARK_RETURN_IF_ERROR(AppendRow(vector, labels ? std::optional((*labels)[row]) : std::nullopt, out));
      ++rows_written_;
    }
    return Status::Ok();
  }

 protected:
  virtual Status AppendRow(const data::VectorRow& features, std::optional<double> label, std::string& out) = 0;

 private:
  std::string LabelName() const { return columns_.label.value_or(kDefaultLabel); }
  bool HasLabel(const data::Schema& schema) const { return label_required_ || schema.IndexOf(kDefaultLabel).ok(); }

  Status CheckVector(const data::VectorRow& vector) {
    if (vector.is_null) return NullRow(columns_.features, rows_written_);
    if (rows_written_ == 0) vector_length_ = vector.size;
    if (vector.size == vector_length_) return Status::Ok();
    return CorruptData("Vector has another length than the first: column \"" + columns_.features + "\", row " +
                       std::to_string(rows_written_) + " has length " + std::to_string(vector.size) + ", not " +
                       std::to_string(vector_length_));
  }

  TrainingColumns columns_;
  bool label_required_;
};

class ProtobufWriter final : public CheckedWriter {
 public:
  explicit ProtobufWriter(TrainingColumns columns) : CheckedWriter(std::move(columns), false) {}
  std::string content_type() const override { return "application/x-recordio-protobuf"; }

 private:
  Status AppendRow(const data::VectorRow& features, std::optional<double> label, std::string& out) override {
    return encoder_.Append(features, label, out);
  }

  RecordEncoder encoder_;
};

class LibSvmWriter final : public CheckedWriter {
 public:
  explicit LibSvmWriter(TrainingColumns columns) : CheckedWriter(std::move(columns), true) {}
  std::string content_type() const override { return "text/x-libsvm"; }

 private:
  Status AppendRow(const data::VectorRow& features, std::optional<double> label, std::string& out) override {
    AppendLibSvmRow(*label, features, out);
    return Status::Ok();
  }
};

class CsvWriter final : public CheckedWriter {
 public:
  explicit CsvWriter(TrainingColumns columns) : CheckedWriter(std::move(columns), false) {}
  std::string content_type() const override { return "text/csv"; }

 private:
  Status AppendRow(const data::VectorRow& features, std::optional<double> label, std::string& out) override {
    AppendCsvRow(label, features, out);
    return Status::Ok();
  }
};

}  // namespace

std::unique_ptr<TrainingRowWriter> MakeProtobufTrainingRowWriter(TrainingColumns columns) {
  return std::make_unique<ProtobufWriter>(std::move(columns));
}

std::unique_ptr<TrainingRowWriter> MakeLibSvmTrainingRowWriter(TrainingColumns columns) {
  return std::make_unique<LibSvmWriter>(std::move(columns));
}

std::unique_ptr<TrainingRowWriter> MakeCsvTrainingRowWriter(TrainingColumns columns) {
  return std::make_unique<CsvWriter>(std::move(columns));
}

}  // namespace sagespark::codec
