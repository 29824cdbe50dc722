#pragma once

#include <arrow/api.h>

#include <memory>

#include "sagespark/base/result.h"
#include "sagespark/plan/expression.h"

namespace sagespark::engine::local {

/// Computes a resolved expression over the rows of `batch`, by Arrow's kernels where they mean what Spark means: three-valued
/// logic, integers that wrap around, null for a division by zero and for a text that is no number (Spark without ANSI mode).
Result<std::shared_ptr<arrow::Array>> Evaluate(const plan::Expression& expression, const arrow::RecordBatch& batch);

}  // namespace sagespark::engine::local
