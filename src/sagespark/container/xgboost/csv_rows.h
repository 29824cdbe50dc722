#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sagespark/algo/xgboost/rows.h"
#include "sagespark/base/result.h"
#include "sagespark/codec/byte_source.h"

namespace sagespark::container {

/// Reads CSV text without a header as dense rows. An empty cell or NaN is a missing value.
///
/// The delimiter is the one of , ; tab | and space that the first line has most of. Errors: kCorruptData, naming the file,
/// the line and the cell, for what is no finite 32-bit float, and for a line of another length. Empty lines are no rows.
/// Not thread-safe.
class CsvRows {
 public:
  struct Options {
    bool has_labels = false;   ///< The first cell is the row's label.
    bool has_weights = false;  ///< The second is its weight; only with labels.
  };

  explicit CsvRows(Options options) : options_(options) {}

  /// Makes room for what so many bytes of all texts together will hold, so that memory is asked for once.
  void Expect(int64_t bytes) { expected_bytes_ = bytes; }

  /// Appends all rows of the text; `file` is for messages.
  Status Append(codec::ByteSource source, const std::string& file);

  algo::XGBoostRows Finish() && { return std::move(rows_); }

 private:
  Status ParseLine(std::string_view line);
  Result<float> ParseCell(std::string_view cell) const;
  void AddCell(size_t index, float value);
  Error CellError(std::string_view what, std::string_view cell) const;

  Options options_;
  algo::XGBoostRows rows_;
  char delimiter_ = '\0';  ///< Not known yet.
  size_t cells_ = 0;       ///< Of a line.
  int64_t expected_bytes_ = 0;
  std::string file_;
  int64_t line_ = 0;
};

}  // namespace sagespark::container
