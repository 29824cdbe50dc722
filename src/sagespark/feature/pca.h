#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sagespark/base/result.h"
#include "sagespark/data/batch.h"
#include "sagespark/linalg/covariance.h"
#include "sagespark/linalg/matrix.h"

namespace sagespark::feature {

/// What org.apache.spark.ml.feature.PCA finds.
struct PrincipalComponents {
  linalg::Matrix<double> components;       ///< d x k; column i is component i, of length 1.
  std::vector<double> explained_variance;  ///< Of each component: its share of the total variance, in [0, 1].
};

/// Adds the vectors of a column up to their principal components, one partition or more. Memory: see CovarianceAccumulator.
/// Not thread-safe.
///
/// The components are those of the sample covariance, with the signs that LAPACK's dgesdd gives them, as in Spark.
/// Source: org.apache.spark.mllib.linalg.distributed.RowMatrix, computePrincipalComponentsAndExplainedVariance.
class PcaFit {
 public:
  /// Of `k` components, >= 1, of the vectors in `column`.
  PcaFit(std::string column, int64_t k) : column_(std::move(column)), k_(k) {}

  /// Fails with kSchemaMismatch (the column is absent or no vector), kCorruptData (a null, NaN or infinity, or a vector of another
  /// length than those before; naming column and row, counted from the first batch), kInvalidArgument (k is above the
  /// length) and kResourceLimit (vectors above linalg::kMostSvdColumns).
  Status Add(const data::Batch& batch);

  /// Adds the rows of `other`, a fit of the same column, which ends without rows. kCorruptData when its vectors have another length.
  Status Merge(PcaFit& other);

  /// Fails with kInvalidArgument on fewer than two rows.
  Result<PrincipalComponents> Finish();

 private:
  Status Begin(int64_t dimension);

  std::string column_;
  int64_t k_;
  int64_t rows_seen_ = 0;
  std::optional<linalg::CovarianceAccumulator> rows_;
};

/// `batch` with one more column, `schema`'s last: the vectors of the column `input` times the components, dense, of length k. As in
/// Spark the mean is not subtracted. Fails with kCorruptData, naming column and row, on a null or a vector of another length than d.
Result<data::Batch> AppendProjection(const data::Batch& batch, const std::string& input,
                                     const linalg::Matrix<double>& components,
                                     const std::shared_ptr<const data::Schema>& schema);

}  // namespace sagespark::feature
