#pragma once

#include <arrow/api.h>

#include <memory>

#include "sagespark/base/result.h"
#include "sagespark/data/schema.h"

namespace sagespark::engine::local {

/// Casts as Spark without ANSI mode: floats to integers are cut and clamped, NaN is 0; texts that do not parse are null; numbers
/// print as in Java.
Result<std::shared_ptr<arrow::Array>> CastArray(const std::shared_ptr<arrow::Array>& array, const data::DataType& from,
                                                const data::DataType& to);

}  // namespace sagespark::engine::local
