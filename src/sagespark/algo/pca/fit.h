#pragma once

#include <cstdint>
#include <variant>

#include "sagespark/algo/pca/artifact.h"
#include "sagespark/algo/pca/params.h"
#include "sagespark/base/result.h"
#include "sagespark/base/thread_pool.h"
#include "sagespark/linalg/low_rank_scatter.h"
#include "sagespark/linalg/matrix.h"
#include "sagespark/linalg/scatter.h"

namespace sagespark::algo {

struct PcaFit {
  PcaModel model;
  /// The components' part of the sum of all squared singular values, [0, 1]; 1 when all rows are the same.
  double explained_variance_ratio = 0;
};

/// Finds the principal components of rows that come in any pieces, in one pass.
///
/// They are the eigenvectors of S = sum over rows of (x - mean)(x - mean)^T with the largest eigenvalues, the squares of `s`
/// (S = sum of x x^T without subtract_mean). kRegular and kStable add S up: linalg::ScatterAccumulator; kRandomized keeps a
/// factor of it: linalg::LowRankScatter. The sign of a component, which nothing fixes, is such that its element of the
/// largest magnitude, the first of several, is positive.
/// After several epochs S counts as that of one: it is divided by their number.
///
/// The model depends on the parameters, the rows and their order, and in kRandomized on the seed; not on how Add cuts the rows
/// nor on the number of threads. Precision: the captured variance is within 1e-5, relative, of the exact one for kRegular and
/// kStable; see LowRankScatter for kRandomized.
/// Memory: 8 feature_dim^2 bytes and a block of 1024 rows; kRandomized (4 rank + 1024) feature_dim doubles, where rank is
/// num_components + extra_components.
/// Source: "How PCA Works", Amazon SageMaker guide.
class PcaTrainer {
 public:
  /// `pool` outlives the trainer. Errors: those of ValidatePcaParams.
  static Result<PcaTrainer> Create(const PcaParams& params, uint64_t seed, ThreadPool& pool);

  /// Takes the next rows, finite and n x feature_dim; a sparse row's indices are in range.
  /// Errors: kInvalidArgument for another length of row; kInternal when LAPACK does not converge.
  Status Add(const linalg::RowsView& rows);

  /// Ends a pass over the data. Errors: kInvalidArgument when it had no rows.
  Status EndEpoch();

  /// Makes the model; once, after EndEpoch.
  /// Errors: kInvalidArgument when an epoch had fewer rows than num_components; kCorruptData when the values are so large or
  ///         so different that S is not finite; kInternal when LAPACK does not converge.
  Result<PcaFit> Finish() &&;

  /// Rows of all epochs so far.
  int64_t rows_seen() const { return rows_seen_; }

 private:
  using Accumulator = std::variant<linalg::ScatterAccumulator, linalg::LowRankScatter>;

  PcaTrainer(const PcaParams& params, Accumulator accumulator)
      : params_(params), accumulator_(std::move(accumulator)) {}

  PcaParams params_;
  Accumulator accumulator_;
  int64_t epochs_ = 0;
  int64_t rows_seen_ = 0;
  int64_t rows_seen_before_epoch_ = 0;
};

}  // namespace sagespark::algo
