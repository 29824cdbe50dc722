#pragma once

#include <string>
#include <vector>

#include "sagespark/algo/xgboost/rows.h"
#include "sagespark/base/result.h"
#include "sagespark/container/training/training_context.h"

namespace sagespark::container {

/// Reads a whole channel into memory: all files of at most two folders below the channel's that do not begin with "_" or ".", in
/// byte order of their paths, or the first epoch's pipe (CSV and RecordIO). `csv_weights`: the second column of CSV
/// is the row's weight.
/// Errors: kInvalidArgument for a channel without rows, a CSV label_size other than 1, a Pipe of LibSVM or Parquet; those of
/// LibSvmRows, CsvRows, RecordRows and ParquetRows; kCancelled between two files.
Result<algo::XGBoostRows> ReadChannelRows(TrainingContext& context, const Channel& channel, bool csv_weights);

}  // namespace sagespark::container
