#pragma once

#include "sagespark/base/result.h"
#include "sagespark/data/arrow_c_abi.h"
#include "sagespark/data/schema.h"

namespace sagespark::data {

/// Checks that rows [first, first + count) of `array`, counted without its own offset, can be read as `type`:
/// child and buffer counts, lengths, ascending offsets, and of vectors the whole structure (indices ascending
/// and below the size). Sizes of buffers are not in the Arrow ABI and stay the exporter's word.
/// Fails with kCorruptData, naming the column.
Status CheckLayout(const Field& field, const ArrowArray& array, int64_t first, int64_t count);

}  // namespace sagespark::data
