#pragma once

#include <cstdint>
#include <span>

#include "sagespark/algo/factorization_machines/artifact.h"
#include "sagespark/base/result.h"
#include "sagespark/base/thread_pool.h"
#include "sagespark/linalg/matrix.h"

namespace sagespark::algo {

/// Computes what a factorization machine says about rows:
/// y(x) = w0 + sum_i w_i x_i + 1/2 sum_f ((sum_i v_if x_i)^2 - sum_i v_if^2 x_i^2).
///
/// @param rows     n x feature_dim.
/// @param margins  receives n values y(x): a regressor's scores; for a classifier's see LogisticScore.
/// Errors: kInvalidArgument when the rows' length is not feature_dim; kCorruptData for NaN, infinity or an index beyond
///         feature_dim, with row and column.
/// Cost:   O(k) an entry other than zero. May run concurrently, on different pools.
/// Source: Rendle 2010, "Factorization Machines".
Status PredictMargins(const FactorizationMachinesWeights& weights, const linalg::RowsView& rows, ThreadPool& pool,
                      std::span<double> margins);

}  // namespace sagespark::algo
