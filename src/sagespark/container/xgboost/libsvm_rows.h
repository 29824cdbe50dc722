#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sagespark/algo/xgboost/rows.h"
#include "sagespark/base/result.h"
#include "sagespark/codec/byte_source.h"

namespace sagespark::container {

/// Reads LibSVM text, "label[:weight] [qid:N] index:value ... # comment", as sparse rows.
///
/// An index is a column as it is written, from 0: the files of Spark, which count from 1, leave column 0 empty. The same holds in
/// training and in requests, so that a row's prediction does not depend on the rows beside it. Errors: kCorruptData, naming
/// the file, the line and the token, for what does not parse, an index given twice, numbers that are no finite 32-bit float
/// (but NaN, a missing value), query ids that fall. Not thread-safe.
/// Source: "Text Input Format of DMatrix", xgboost.readthedocs.io.
class LibSvmRows {
 public:
  enum class Labels {
    kRequired,  ///< Training: a line without a label is an error, an empty line is no row.
    /// Requests: labels are left aside, and a row without a label and without entries is an empty line; so empty lines are rows
    /// unless the first line that is not empty has a label.
    kOptional,
  };

  explicit LibSvmRows(Labels labels) : labels_(labels) { rows_.is_sparse = true; }

  /// Makes room for what so many bytes of all texts together may hold, so that memory is asked for once.
  void Expect(int64_t bytes);

  /// Appends all rows of the text; `file` is for messages.
  Status Append(codec::ByteSource source, const std::string& file);

  /// The rows. Fails with kInvalidArgument when only some of them had weights or query ids.
  Result<algo::XGBoostRows> Finish() &&;

 private:
  Status ParseLine(const char* at);
  Result<const char*> ParseLabel(const char* at);
  Result<const char*> ParseQueryId(const char* at);
  /// Parses "index:value"; its entry is appended at used_.
  Result<const char*> ParseEntry(const char* at);
  Status AddEmptyLine();
  /// Sorts the row's entries from `first` on. Fails when a column comes twice.
  Status SortEntries(size_t first, const char* line);
  Status EndRow();
  Error LineError(std::string_view what, const char* token) const;

  Labels labels_;
  algo::XGBoostRows rows_;
  bool knows_labels_ = false;  ///< Whether a line that is not empty has been seen.
  bool has_labels_ = false;
  bool is_sorted_ = true;
  int32_t last_column_ = -1;
  size_t used_ = 0;  ///< Entries; the vectors are longer while a block is parsed.
  std::vector<std::pair<int32_t, float>> sorted_;
  std::string file_;
  int64_t line_ = 0;
};

}  // namespace sagespark::container
