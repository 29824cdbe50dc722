#pragma once

#include <cstdint>
#include <string>

#include "sagespark/base/result.h"
#include "sagespark/data/batch.h"
#include "sagespark/data/vector_column.h"

namespace sagespark::codec {

/// Turns rows into the bodies of InvokeEndpoint requests. Write your own by deriving; AppendRows below does the
/// counting. Thread safety: const methods may run concurrently.
class RequestRowSerializer {
 public:
  virtual ~RequestRowSerializer() = default;

  /// The request's Content-Type.
  virtual std::string content_type() const = 0;

  /// Checks the stream's schema once, before the first batch.
  virtual Status ValidateSchema(const data::Schema& schema) const = 0;

  /// Appends rows from `first_row` while `out` stays within `max_bytes` (inclusive).
  /// Returns the number of rows appended, at least 1. On any error `out` holds whole rows only;
  /// kResourceLimit means that `first_row` alone does not fit.
  virtual Result<int64_t> Append(const data::Batch& batch, int64_t first_row, size_t max_bytes,
                                 std::string& out) const = 0;
};

/// The loop of Append: calls `append_row(row)`, a Status, and takes the last row back when it is too much.
template <typename AppendRow>
Result<int64_t> AppendRows(int64_t num_rows, int64_t first_row, size_t max_bytes, std::string& out,
                           AppendRow append_row) {
  int64_t row = first_row;
  for (; row < num_rows; ++row) {
    const size_t committed = out.size();
    if (Status status = append_row(row); !status.ok()) {
      out.resize(committed);
      return std::move(status).error();
    }
    if (out.size() > max_bytes) {
      const size_t row_size = out.size() - committed;
      out.resize(committed);  // A row is whole or absent: endpoints reject cut ones.
      if (row > first_row) break;
      return ResourceLimit("Row is larger than the payload limit: row " + std::to_string(first_row) + " has " +
                           std::to_string(row_size) + " bytes, limit " + std::to_string(max_bytes));
    }
  }
  return row - first_row;
}

/// kSchemaMismatch, naming the column and its type, unless `schema` has a vector column of that name.
Status RequireVector(const data::Schema& schema, const std::string& column, std::string_view role);

/// The same for a numeric column.
Status RequireNumeric(const data::Schema& schema, const std::string& column, std::string_view role);

/// kCorruptData: `Row is null: column "features", row 3`.
Error NullRow(const std::string& column, int64_t row);

}  // namespace sagespark::codec
