#pragma once

#include "sagespark/codec/request_row_serializer.h"

namespace sagespark::codec {

/// Writes rows as RecordIO frames, one `aialgs.data.Record` message each, without labels.
///
/// Input:  the features column, dense or sparse.
/// Output: frames appended to `out`; little-endian, padded to 4 bytes.
/// Source: "Common Data Formats for Training", Amazon SageMaker guide.
class ProtobufRequestRowSerializer final : public RequestRowSerializer {
 public:
  explicit ProtobufRequestRowSerializer(std::string features_column = "features")
      : features_column_(std::move(features_column)) {}

  const std::string& features_column() const { return features_column_; }
  std::string content_type() const override { return "application/x-recordio-protobuf"; }
  Status ValidateSchema(const data::Schema& schema) const override;
  Result<int64_t> Append(const data::Batch& batch, int64_t first_row, size_t max_bytes,
                         std::string& out) const override;

 private:
  std::string features_column_;
};

}  // namespace sagespark::codec
