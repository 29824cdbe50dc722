#pragma once

#include <cstdint>
#include <string>

#include "sagespark/algo/xgboost/rows.h"
#include "sagespark/base/result.h"

namespace sagespark::container {

/// Reads Parquet files as dense rows: the first column is the label, all others are features, in order. Columns are integers and
/// floats of every size, decimals and booleans; null, NaN and a column of nulls without a type are missing values. A few thousand
/// rows are decoded at a time.
/// Errors: kCorruptData, naming the file, for one that is no Parquet or cut off; also the column and row, for a label that is
/// missing and a number that is no finite 32-bit float; kSchemaMismatch, naming file and column, for a column of another type
/// (texts, dates, lists, structs) and a file with other columns than the first. Not thread-safe.
class ParquetRows {
 public:
  /// Appends all rows of a local file.
  Status Append(const std::string& file);

  algo::XGBoostRows Finish() && { return std::move(rows_); }

 private:
  algo::XGBoostRows rows_;
};

}  // namespace sagespark::container
