#pragma once

#include <cstdint>
#include <vector>

#include "sagespark/base/result.h"

namespace sagespark::algo {

/// Rows in memory, for training or to be predicted, in float32. NaN is a missing value.
///
/// Dense: `values` is num_rows x num_columns, row-major. Sparse: row i has the entries [row_offsets[i], row_offsets[i + 1]) of
/// `columns` (from 0, each once in a row) and `values`; columns that a row does not name are missing in it, as XGBoost has it.
/// Memory: 4 bytes a value, 8 an entry of sparse rows, and 8 a sparse row.
struct XGBoostRows {
  bool is_sparse = false;
  int64_t num_rows = 0;
  int64_t num_columns = 0;
  std::vector<float> values;
  std::vector<int64_t> row_offsets = {0};  ///< Sparse rows only.
  std::vector<int32_t> columns;            ///< Sparse rows only.
  std::vector<float> labels;               ///< One a row, or none.
  std::vector<float> weights;              ///< One a row, or none.
  std::vector<uint32_t> query_ids;         ///< One a row in rising order, or none: the groups of the rank: objectives.
};

/// Puts `more` behind `rows`. Fails with kSchemaMismatch when one is sparse and the other dense, dense rows differ in their length,
/// or only one has labels, weights or query ids.
Status AppendRows(XGBoostRows& rows, const XGBoostRows& more);

}  // namespace sagespark::algo
