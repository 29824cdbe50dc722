#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "sagespark/base/result.h"
#include "sagespark/data/arrow_c_abi.h"
#include "sagespark/data/schema.h"

namespace sagespark::data {

/// Rows as one Arrow struct array, shared and immutable. Copies share the memory.
///
/// Column memory: boolean, byte ... double, string (utf8), binary as Arrow's own types; kVector as
/// struct<type: int8, size: int32, indices: list<int32>, values: list<double>>, Spark's VectorUDT: type 0 is
/// sparse (size, indices, values), type 1 dense (values only; size and indices null).
class Batch {
 public:
  /// Takes ownership of `array`, a struct array with one child a field of `schema`, and checks its layout.
  static Result<Batch> Import(std::shared_ptr<const Schema> schema, ArrowArray array);

  int64_t num_rows() const;
  const Schema& schema() const { return *schema_; }
  const std::shared_ptr<const Schema>& shared_schema() const { return schema_; }

  /// The column's Arrow array, borrowed; its rows are [offset, offset + num_rows).
  const ArrowArray& column(size_t index) const;

  /// Exports as a struct array that shares the memory; the caller releases it.
  ArrowArray Export() const;

  /// Rows [first, first + count), sharing the memory.
  Batch Slice(int64_t first, int64_t count) const;

  /// The columns at `indices`, sharing the memory.
  Batch Select(const std::vector<size_t>& indices) const;

  /// The same columns under `schema`, whose types must be the same (a defect if not).
  Batch WithSchema(std::shared_ptr<const Schema> schema) const;

  /// This batch's columns, then `right`'s; both have the same number of rows.
  Batch Append(const Batch& right) const;

 private:
  struct Owner;
  Batch(std::shared_ptr<const Schema> schema, std::shared_ptr<const Owner> owner)
      : schema_(std::move(schema)), owner_(std::move(owner)) {}
  std::shared_ptr<const Schema> schema_;
  std::shared_ptr<const Owner> owner_;
};

/// The schema as an Arrow C schema (vectors marked by the metadata key "sagespark.udt" = "vector").
Result<ArrowSchema> ExportSchema(const Schema& schema);

/// The reverse. Also takes Spark's VectorUDT struct without the mark.
Result<Schema> ImportSchema(const ArrowSchema& schema);

/// Batches in order; one partition of a DataFrame, pulled by its reader. Not thread-safe.
class BatchStream {
 public:
  virtual ~BatchStream() = default;
  virtual const std::shared_ptr<const Schema>& schema() const = 0;

  /// The next batch, of at least one row; nullopt at the end.
  virtual Result<std::optional<Batch>> Next() = 0;
};

}  // namespace sagespark::data
