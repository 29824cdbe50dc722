#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "sagespark/base/result.h"
#include "sagespark/data/batch.h"

namespace sagespark::data {

/// One row's vector, borrowed from the batch.
struct VectorRow {
  bool is_null = false;
  bool is_sparse = false;
  int64_t size = 0;                  ///< Length, zeros included.
  std::span<const int32_t> indices;  ///< Sparse only; ascending, 0-based.
  std::span<const double> values;    ///< Sparse: one an index; dense: `size` of them.
};

/// A column of Spark ML vectors, read in place.
class VectorColumn {
 public:
  /// Fails with kSchemaMismatch, naming the column and its type, when it is absent or no vector:
  /// `Features column is not a vector: "features" has type string` (`role` is "Features").
  static Result<VectorColumn> Of(const Batch& batch, std::string_view name, std::string_view role);

  int64_t num_rows() const { return num_rows_; }
  VectorRow operator[](int64_t row) const;

 private:
  int64_t num_rows_ = 0;
  int64_t offset_ = 0;
  const uint8_t* validity_ = nullptr;
  const int8_t* types_ = nullptr;
  const int32_t* sizes_ = nullptr;
  const int32_t* index_offsets_ = nullptr;
  const int32_t* indices_ = nullptr;
  const int32_t* value_offsets_ = nullptr;
  const double* values_ = nullptr;
};

}  // namespace sagespark::data
