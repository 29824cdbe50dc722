#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "sagespark/base/result.h"
#include "sagespark/data/batch.h"

namespace sagespark::data {

/// Collects values column by column and makes a Batch of them. Every column must have received the same number
/// of values when Finish is called. Not thread-safe.
///
/// Offered for every type but array and struct. The Append calls must fit the column's type (a defect if not):
/// numbers go to any numeric column and are converted as a C++ cast does.
class BatchBuilder {
 public:
  /// Fails with kUnimplemented, naming the column, for array and struct columns.
  static Result<BatchBuilder> Make(std::shared_ptr<const Schema> schema);

  BatchBuilder(BatchBuilder&&) noexcept;
  BatchBuilder& operator=(BatchBuilder&&) noexcept;
  ~BatchBuilder();

  /// Room for `rows` rows and, in each vector column, `entries` stored numbers.
  void Reserve(int64_t rows, int64_t entries = 0);

  void AppendNull(size_t column);
  void AppendBool(size_t column, bool value);
  void AppendLong(size_t column, int64_t value);
  void AppendDouble(size_t column, double value);
  void AppendDoubles(size_t column, std::span<const double> values);
  void AppendString(size_t column, std::string_view value);  ///< Strings (UTF-8) and binaries.
  void AppendDense(size_t column, std::span<const double> values);
  /// `indices` ascend and are below `size`, one a value (a defect if not).
  void AppendSparse(size_t column, int32_t size, std::span<const int32_t> indices, std::span<const double> values);

  /// Rows so far in `column`.
  int64_t num_rows(size_t column = 0) const;

  /// Makes the batch and starts again from empty. Fails with kResourceLimit, naming the column, when one holds
  /// more than 2^31 - 1 characters or vector entries.
  Result<Batch> Finish();

 private:
  struct Column;
  BatchBuilder(std::shared_ptr<const Schema> schema, std::vector<Column> columns);
  std::shared_ptr<const Schema> schema_;
  std::vector<Column> columns_;
};

}  // namespace sagespark::data
