#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sagespark/base/result.h"
#include "sagespark/codec/record_decoder.h"

namespace sagespark::codec {

/// Rows of features in float32, as the algorithms take them, and a label for each where the input has them.
///
/// Dense: `values` is num_rows x num_columns, row-major. Sparse: row i has the entries
/// [row_offsets[i], row_offsets[i + 1]) of `columns` (0-based, in the order of the input) and `values`.
class RowBlock {
 public:
  enum class Layout { kDense, kSparse };

  /// Rows of another length than `num_columns` are refused; 0 takes the first row's length.
  explicit RowBlock(Layout layout = Layout::kDense, int64_t num_columns = 0)
      : layout_(layout), num_columns_(num_columns) {}

  Layout layout() const { return layout_; }
  int64_t num_rows() const { return num_rows_; }
  int64_t num_columns() const { return num_columns_; }
  const std::vector<float>& values() const { return values_; }
  const std::vector<int64_t>& row_offsets() const { return row_offsets_; }
  const std::vector<int32_t>& columns() const { return columns_; }

  /// One a row, or none at all.
  const std::vector<float>& labels() const { return labels_; }

  /// Fails with kCorruptData, naming the row and both lengths: `Row has another length: row 3 has 5 features, not 4`.
  Status AppendDense(std::span<const float> values);

  /// The same, and for a key beyond the row or another number of keys than values.
  Status AppendSparse(int64_t size, std::span<const uint64_t> keys, std::span<const float> values);

  /// Appends the record's "values" features, and its "values" label if it has one. Numbers of float64 and int32
  /// tensors are converted. Fails with kCorruptData, naming the row, without features or with a sparse row
  /// without shape where the number of columns is not known yet.
  Status AppendRecord(const RecordDecoder& record);

  /// For the row last appended. Fails with kCorruptData when only some rows have labels.
  Status AppendLabel(float label);

  /// Removes the rows, keeping the memory, the number of columns and the count of rows for messages.
  void Clear();

 private:
  Status CheckLength(int64_t size);
  Error RowError(std::string_view what) const;

  Layout layout_;
  int64_t num_columns_;
  int64_t num_rows_ = 0;
  int64_t rows_before_ = 0;  ///< Cleared ones.
  std::vector<float> values_;
  std::vector<int64_t> row_offsets_ = {0};
  std::vector<int32_t> columns_;
  std::vector<float> labels_;
  std::vector<float> converted_;
};

/// Sets all of `row` to the record's "values" features, zeros where a sparse one has none. Fails as
/// RowBlock::AppendRecord does, naming no row.
Status FillDenseRow(const RecordDecoder& record, std::span<float> row);

}  // namespace sagespark::codec
