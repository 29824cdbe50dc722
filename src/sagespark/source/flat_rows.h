#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sagespark/base/options.h"
#include "sagespark/base/result.h"
#include "sagespark/data/batch.h"

namespace sagespark::source {

/// Rows as one line of numbers each, for formats that know no vectors.
///
/// Where the features column (option `featuresColumnName`, by default "features") is a vector: the label (option `labelColumnName`, by
/// default "label" where there is one), then the vector's elements. Else all columns in their order, which are numbers. Not
/// thread-safe.
class FlatRows {
 public:
  explicit FlatRows(const Options& options);

  /// Fails with kSchemaMismatch, naming the column, when there is a column that is no number, or no label of the name given.
  Status CheckSchema(const data::Schema& schema) const;

  /// Calls `row` with the numbers of each row of the batch, NaN where a number is null. Fails with kCorruptData, naming the column and
  /// the row, counted from the first batch's first, on a null label or vector and on a vector of another length.
  Status ForEachRow(const data::Batch& batch, const std::function<void(std::span<const double>)>& row);

  /// "label", "features_0", ...; of scalar columns their names. Complete after the first row.
  const std::vector<std::string>& names() const { return names_; }

 private:
  bool HasVector(const data::Schema& schema) const;
  std::optional<std::string> LabelOf(const data::Schema& schema) const;
  Status ForEachVector(const data::Batch& batch, const std::function<void(std::span<const double>)>& row);
  Status ForEachScalarRow(const data::Batch& batch, const std::function<void(std::span<const double>)>& row);

  std::optional<std::string> label_;  ///< As given.
  std::string features_ = "features";
  int64_t rows_ = 0;
  int64_t vector_length_ = 0;
  std::vector<std::string> names_;
  std::vector<double> numbers_;
};

}  // namespace sagespark::source
