#pragma once

#include <cstdint>
#include <string_view>

#include "sagespark/base/result.h"
#include "sagespark/data/batch.h"

namespace sagespark::data {

/// A column of strings or binaries, read in place.
class StringColumn {
 public:
  /// Fails with kSchemaMismatch, naming the column and its type, when it is absent or another type.
  static Result<StringColumn> Of(const Batch& batch, std::string_view name, std::string_view role);

  int64_t num_rows() const { return num_rows_; }
  bool is_null(int64_t row) const;
  /// Empty where the row is null. Borrowed from the batch.
  std::string_view operator[](int64_t row) const;

 private:
  int64_t num_rows_ = 0;
  int64_t offset_ = 0;
  const uint8_t* validity_ = nullptr;
  const int32_t* offsets_ = nullptr;
  const char* bytes_ = nullptr;
};

}  // namespace sagespark::data
