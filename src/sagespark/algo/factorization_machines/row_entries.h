#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sagespark/base/result.h"
#include "sagespark/linalg/matrix.h"

namespace sagespark::algo {

/// Rows as their entries other than zero, whether they came dense or sparse: so that the same rows train the same model
/// either way, and a zero that a sparse row spells out means as little as one that it leaves out.
class RowEntries {
 public:
  int64_t rows() const { return static_cast<int64_t>(ends_.size()); }
  std::span<const int32_t> columns(int64_t row) const { return Row(columns_, row); }
  std::span<const float> values(int64_t row) const { return Row(values_, row); }

  /// Entries of rows before `row`; also for row = rows().
  int64_t begin(int64_t row) const { return row == 0 ? 0 : ends_[row - 1]; }
  int64_t size() const { return begin(rows()); }

  /// Appends rows [first, first + count) of `rows`, which have `feature_dim` columns.
  /// Errors: kCorruptData for NaN, infinity or an index that is not in [0, feature_dim), naming the row, counted from
  ///         `row_number` for `first`, and the column.
  Status Append(const linalg::RowsView& rows, int64_t first, int64_t count, int64_t row_number);

  /// Removes the rows, keeping the memory.
  void Clear();

 private:
  template <typename T>
  std::span<const T> Row(const std::vector<T>& values, int64_t row) const {
    return std::span<const T>(values).subspan(begin(row), ends_[row] - begin(row));
  }
  Status AppendRow(std::span<const float> dense, int64_t row_number);
  Status AppendRow(std::span<const int32_t> columns, std::span<const float> values, int64_t feature_dim,
                   int64_t row_number);

  std::vector<int64_t> ends_;
  std::vector<int32_t> columns_;
  std::vector<float> values_;
};

}  // namespace sagespark::algo
