#include "sagespark/algo/factorization_machines/row_entries.h"

#include <fmt/format.h>

#include <cmath>
#include <variant>

namespace sagespark::algo {
namespace {

Error NotFinite(int64_t row, int64_t column) {
  return CorruptData(fmt::format("Data has a value that is not finite: row {}, column {}", row, column));
}

}  // namespace

Status RowEntries::Append(const linalg::RowsView& rows, int64_t first, int64_t count, int64_t row_number) {
  if (const auto* const dense = std::get_if<linalg::MatrixView<const float>>(&rows)) {
    for (int64_t row = first; row < first + count; ++row) {
      SAGESPARK_RETURN_IF_ERROR(AppendRow(dense->Row(row), row_number + row - first));
    }
    return Status::Ok();
  }
  const auto& sparse = std::get<linalg::SparseRowsView>(rows);
  for (int64_t row = first; row < first + count; ++row) {
    const int64_t begin = row == 0 ? 0 : sparse.row_ends[row - 1];
    const int64_t size = sparse.row_ends[row] - begin;
    SAGESPARK_RETURN_IF_ERROR(AppendRow(sparse.indices.subspan(begin, size), sparse.values.subspan(begin, size),
                                        sparse.cols, row_number + row - first));
  }
  return Status::Ok();
}

Status RowEntries::AppendRow(std::span<const float> dense, int64_t row_number) {
  for (size_t column = 0; column < dense.size(); ++column) {
    if (dense[column] == 0) continue;
    if (!std::isfinite(dense[column])) return NotFinite(row_number, static_cast<int64_t>(column));
    columns_.push_back(static_cast<int32_t>(column));
    values_.push_back(dense[column]);
  }
  ends_.push_back(static_cast<int64_t>(values_.size()));
  return Status::Ok();
}

Status RowEntries::AppendRow(std::span<const int32_t> columns, std::span<const float> values, int64_t feature_dim,
                             int64_t row_number) {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i] < 0 || columns[i] >= feature_dim) {
      return CorruptData(fmt::format("Data has an index outside of the row: row {}, index {}, feature_dim {}", row_number,
                                     columns[i], feature_dim));
    }
    if (values[i] == 0) continue;
    if (!std::isfinite(values[i])) return NotFinite(row_number, columns[i]);
    columns_.push_back(columns[i]);
    values_.push_back(values[i]);
  }
  ends_.push_back(static_cast<int64_t>(values_.size()));
  return Status::Ok();
}

void RowEntries::Clear() {
  ends_.clear();
  columns_.clear();
  values_.clear();
}

}  // namespace sagespark::algo
