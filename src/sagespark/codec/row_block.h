#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sagespark/base/result.h"
#include "sagespark/codec/record_decoder.h"

namespace sagespark::codec {

/// What is made of the labels that rows come with.
enum class LabelRule {
  kIgnored,   ///< Rows may have any or none.
  kRequired,  ///< Every row has exactly one number.
};

/// Rows of features in float32, as the algorithms take them, and a label for each where that is asked for.
///
/// Dense: `values` is num_rows x num_columns, row-major. Sparse (CSR): row i has the entries
/// [row_offsets[i], row_offsets[i + 1]) of `columns` (0-based, ascending) and `values`; columns not named are zero.
///
/// Errors of the Append functions are kCorruptData, tell what is wrong with the row, and leave it to the caller to name
/// the row. After one the block is of no more use.
class RowBlock {
 public:
  enum class Layout {
    kDense,
    kSparse,
    kAsRead,  ///< As the first row is; num_rows > 0 means that layout() says which.
  };

  struct Options {
    Layout layout = Layout::kDense;
    int64_t num_columns = 0;  ///< Rows of another length are refused; 0 takes the first row's length.
    LabelRule labels = LabelRule::kIgnored;
    bool allow_nan = false;  ///< NaN is refused else, infinity and float64 values beyond float32 always.
  };

  RowBlock() : RowBlock(Options()) {}
  explicit RowBlock(Options options) : options_(options), layout_(options.layout), num_columns_(options.num_columns) {}

  Layout layout() const { return layout_; }
  int64_t num_rows() const { return num_rows_; }
  int64_t num_columns() const { return num_columns_; }
  const std::vector<float>& values() const { return values_; }
  const std::vector<int64_t>& row_offsets() const { return row_offsets_; }
  const std::vector<int32_t>& columns() const { return columns_; }

  /// One a row with LabelRule::kRequired, else none.
  const std::vector<float>& labels() const { return labels_; }
  LabelRule label_rule() const { return options_.labels; }

  /// Fails when the row has another length, naming both lengths, or a value that is not allowed, naming the column.
  Status AppendDense(std::span<const float> values);

  /// The same, and for a key beyond the row, one that comes twice, or another number of keys than values.
  Status AppendSparse(int64_t size, std::span<const uint64_t> keys, std::span<const float> values);

  /// Appends the record's "values" features and, if required, its "values" label. Numbers of float64 and int32
  /// tensors are converted. Fails also without features, or with a sparse row without shape where the number of columns is not
  /// known yet.
  Status AppendRecord(const RecordDecoder& record);

  /// For the row last appended with AppendDense or AppendSparse. Fails when it is not finite.
  Status AppendLabel(float label);

  /// Removes the rows, keeping the memory and what the first row decided: the number of columns and the layout.
  void Clear();

  /// Sets what the first row of another block decided, and makes room for as many rows. This block has no rows.
  void DecideAs(const RowBlock& other);

 private:
  Status CheckLength(int64_t size, Layout layout_read);
  Status CheckValues(std::span<const float> values, std::span<const uint64_t> keys) const;
  Status AppendUnordered(std::span<const uint64_t> keys, std::span<const float> values);
  void StoreSparse(std::span<const uint64_t> keys, std::span<const float> values);
  Status AppendLabelOf(const RecordDecoder& record);

  Options options_;
  Layout layout_;
  int64_t num_columns_;
  int64_t num_rows_ = 0;
  std::vector<float> values_;
  std::vector<int64_t> row_offsets_ = {0};
  std::vector<int32_t> columns_;
  std::vector<float> labels_;
  std::vector<float> converted_;
};

}  // namespace sagespark::codec
