#pragma once

#include <arrow/api.h>

#include <memory>

#include "sagespark/base/result.h"
#include "sagespark/data/batch.h"

namespace sagespark::engine::local {

/// Our error for one of Arrow's.
Error FromArrow(const arrow::Status& status);

/// Shares the memory.
Result<std::shared_ptr<arrow::RecordBatch>> ToArrow(const data::Batch& batch);
Result<std::shared_ptr<arrow::Schema>> ToArrow(const data::Schema& schema);
Result<std::shared_ptr<arrow::DataType>> ToArrow(const data::DataType& type);

/// Shares the memory; `schema` must have the batch's types.
Result<data::Batch> FromArrow(const arrow::RecordBatch& batch, std::shared_ptr<const data::Schema> schema);

/// Rows of `batch` where `mask` is true; a null is not.
Result<data::Batch> FilterRows(const data::Batch& batch, const std::shared_ptr<arrow::Array>& mask);

/// Makes Arrow's kernels known; called before the first use.
void InitializeArrow();

}  // namespace sagespark::engine::local

/// Assigns the value of an arrow::Result to `target`, or returns its error as ours.
#define SAGESPARK_ASSIGN_OR_RETURN_ARROW(target, expression) \
  SAGESPARK_ASSIGN_OR_RETURN_ARROW_AS(SAGESPARK_CONCAT(arrow_result_, __LINE__), target, expression)
#define SAGESPARK_ASSIGN_OR_RETURN_ARROW_AS(result, target, expression)                     \
  auto result = (expression);                                                              \
  if (!result.ok()) return ::sagespark::engine::local::FromArrow(result.status());         \
  target = std::move(result).ValueUnsafe()
#define SAGESPARK_RETURN_IF_ARROW_ERROR(expression)                                        \
  do {                                                                                     \
    if (const arrow::Status arrow_status = (expression); !arrow_status.ok())               \
      return ::sagespark::engine::local::FromArrow(arrow_status);                          \
  } while (false)
