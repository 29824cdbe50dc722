#pragma once

#include <optional>
#include <string>

#include "sagespark/base/result.h"
#include "sagespark/data/vector_column.h"

namespace sagespark::codec {

/// Writes `aialgs.data.Record` messages in RecordIO frames: a Float32Tensor "values" in the features map (dense:
/// values; sparse: values, keys and shape) and, with a label, one in the label map. Doubles are rounded to float.
/// The bytes are those of protobuf's own serializer. Not thread-safe, cheap to make.
/// Source: "Common Data Formats for Training", Amazon SageMaker guide.
class RecordEncoder {
 public:
  /// Appends one frame. Fails with kResourceLimit, leaving `out` as it was, when the message would be longer than
  /// kMaxRecordSize. The row must not be null.
  Status Append(const data::VectorRow& features, std::optional<double> label, std::string& out);

 private:
  void MakeDenseFrame(size_t count, bool has_label);
  Status AppendDense(const data::VectorRow& features, std::optional<double> label, std::string& out);
  static Status AppendSparse(const data::VectorRow& features, std::optional<double> label, std::string& out);

  std::string dense_frame_;  ///< A row of this length, with or without label: only its numbers change.
  size_t dense_head_ = 0;    ///< Bytes before the numbers.
  size_t dense_count_ = SIZE_MAX;
  bool dense_has_label_ = false;
};

}  // namespace sagespark::codec
