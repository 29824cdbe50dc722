#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sagespark/base/result.h"
#include "sagespark/data/batch.h"

namespace sagespark::codec {

/// Turns the rows of one file or partition into training bytes. Not thread-safe; numbers pass as they are, NaN and
/// infinity too: training refuses them.
class TrainingRowWriter {
 public:
  virtual ~TrainingRowWriter() = default;

  /// The channel's ContentType.
  virtual std::string content_type() const = 0;

  /// Checks the stream's schema once, before the first batch.
  virtual Status ValidateSchema(const data::Schema& schema) const = 0;

  /// Appends rows [first_row, first_row + row_count). Fails with kCorruptData, naming column and row, on a null and
  /// on a vector of another length than the first (naming both); `out` then holds whole rows only. Rows in messages
  /// count from the writer's first.
  virtual Status Append(const data::Batch& batch, int64_t first_row, int64_t row_count, std::string& out) = 0;

  /// The length of the vectors so far; 0 before the first row.
  int64_t vector_length() const { return vector_length_; }
  int64_t rows_written() const { return rows_written_; }

 protected:
  int64_t vector_length_ = 0;
  int64_t rows_written_ = 0;
};

/// The columns to write. Without a label column named, "label" is taken if there is one.
struct TrainingColumns {
  std::optional<std::string> label;     ///< `labelColumnName`
  std::string features = "features";    ///< `featuresColumnName`
};

/// Writes RecordIO frames of `aialgs.data.Record` with features and label: Spark's format "sagemaker".
std::unique_ptr<TrainingRowWriter> MakeProtobufTrainingRowWriter(TrainingColumns columns);

/// Writes LibSVM lines, as Spark's format "libsvm" does: the label column must exist.
std::unique_ptr<TrainingRowWriter> MakeLibSvmTrainingRowWriter(TrainingColumns columns);

/// Writes lines of comma-separated numbers, the label first where there is one: text/csv for the algorithms.
std::unique_ptr<TrainingRowWriter> MakeCsvTrainingRowWriter(TrainingColumns columns);

}  // namespace sagespark::codec
