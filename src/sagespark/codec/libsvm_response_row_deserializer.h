#pragma once

#include "sagespark/codec/response_row_deserializer.h"

namespace sagespark::codec {

/// Reads answers of one LibSVM line a row: a column of labels (double) and one of sparse vectors of length `dim`.
class LibSVMResponseRowDeserializer final : public ResponseRowDeserializer {
 public:
  LibSVMResponseRowDeserializer(int64_t dim, std::string label_column, std::string features_column);

  int64_t dim() const { return dim_; }
  std::string accept() const override { return "text/x-libsvm"; }
  std::vector<data::Field> fields() const override { return fields_; }
  Result<data::Batch> Deserialize(std::string_view response, int64_t expected_rows) const override;

 private:
  int64_t dim_;
  std::vector<data::Field> fields_;
};

}  // namespace sagespark::codec
