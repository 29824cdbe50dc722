#include "sagespark/algo/xgboost/rows.h"

#include <algorithm>

namespace sagespark::algo {
namespace {

/// Appends what there is one of for each row. False when only one side has it.
template <typename T>
bool AppendOnePerRow(std::vector<T>& values, const std::vector<T>& more) {
  if (values.empty() != more.empty()) return false;
  values.insert(values.end(), more.begin(), more.end());
  return true;
}

}  // namespace

Status AppendRows(XGBoostRows& rows, const XGBoostRows& more) {
  if (rows.is_sparse != more.is_sparse) return SchemaMismatch("Rows are sparse in one channel and dense in the other");
  if (!rows.is_sparse && rows.num_columns != more.num_columns) {
    return SchemaMismatch("Rows have another number of columns: " + std::to_string(more.num_columns) + ", not " +
                          std::to_string(rows.num_columns));
  }
  if (!AppendOnePerRow(rows.labels, more.labels) || !AppendOnePerRow(rows.weights, more.weights) ||
      !AppendOnePerRow(rows.query_ids, more.query_ids)) {
    return SchemaMismatch("Rows have labels, weights or query ids in one channel only");
  }
  const auto entries = static_cast<int64_t>(rows.values.size());
  rows.values.insert(rows.values.end(), more.values.begin(), more.values.end());
  rows.columns.insert(rows.columns.end(), more.columns.begin(), more.columns.end());
  if (rows.is_sparse) {
    for (size_t row = 1; row < more.row_offsets.size(); ++row) rows.row_offsets.push_back(entries + more.row_offsets[row]);
  }
  rows.num_rows += more.num_rows;
  rows.num_columns = std::max(rows.num_columns, more.num_columns);
  return Status::Ok();
}

}  // namespace sagespark::algo
