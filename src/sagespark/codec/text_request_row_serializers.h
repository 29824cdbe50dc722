#pragma once

#include "sagespark/codec/request_row_serializer.h"

namespace sagespark::codec {

/// Writes rows as LibSVM lines with their labels, 1-based indices: what XGBoost endpoints take.
class LibSVMRequestRowSerializer final : public RequestRowSerializer {
 public:
  explicit LibSVMRequestRowSerializer(std::string label_column = "label", std::string features_column = "features")
      : label_column_(std::move(label_column)), features_column_(std::move(features_column)) {}

  const std::string& label_column() const { return label_column_; }
  const std::string& features_column() const { return features_column_; }
  std::string content_type() const override { return "text/x-libsvm"; }
  Status ValidateSchema(const data::Schema& schema) const override;
  Result<int64_t> Append(const data::Batch& batch, int64_t first_row, size_t max_bytes,
                         std::string& out) const override;

 private:
  std::string label_column_;
  std::string features_column_;
};

/// Writes rows as LibSVM lines with 0 in the label's place.
class UnlabeledLibSVMRequestRowSerializer final : public RequestRowSerializer {
 public:
  explicit UnlabeledLibSVMRequestRowSerializer(std::string features_column = "features")
      : features_column_(std::move(features_column)) {}

  const std::string& features_column() const { return features_column_; }
  std::string content_type() const override { return "text/x-libsvm"; }
  Status ValidateSchema(const data::Schema& schema) const override;
  Result<int64_t> Append(const data::Batch& batch, int64_t first_row, size_t max_bytes,
                         std::string& out) const override;

 private:
  std::string features_column_;
};

/// Writes the features as comma-separated numbers, the zeros of sparse vectors too.
class UnlabeledCSVRequestRowSerializer final : public RequestRowSerializer {
 public:
  explicit UnlabeledCSVRequestRowSerializer(std::string features_column = "features")
      : features_column_(std::move(features_column)) {}

  const std::string& features_column() const { return features_column_; }
  std::string content_type() const override { return "text/csv"; }
  Status ValidateSchema(const data::Schema& schema) const override;
  Result<int64_t> Append(const data::Batch& batch, int64_t first_row, size_t max_bytes,
                         std::string& out) const override;

 private:
  std::string features_column_;
};

}  // namespace sagespark::codec
