#pragma once

#include <cstdint>
#include <string_view>

#include "sagespark/base/result.h"
#include "sagespark/data/batch.h"

namespace sagespark::data {

/// A column of numbers (byte ... double, boolean as 0 and 1), read in place as doubles.
class NumericColumn {
 public:
  /// Fails with kSchemaMismatch, naming the column and its type, when it is absent or not numeric:
  /// `Label column is not numeric: "label" has type string` (`role` is "Label").
  static Result<NumericColumn> Of(const Batch& batch, std::string_view name, std::string_view role);

  int64_t num_rows() const { return num_rows_; }
  bool is_null(int64_t row) const;
  /// 0 where the row is null.
  double operator[](int64_t row) const;

 private:
  TypeId type_ = TypeId::kDouble;
  int64_t num_rows_ = 0;
  int64_t offset_ = 0;
  const uint8_t* validity_ = nullptr;
  const void* values_ = nullptr;
};

}  // namespace sagespark::data
