#pragma once

#include <cstddef>
#include <cstdint>

namespace sagespark::codec {

/// Writes `count` doubles as floats, rounded to nearest; `out` need not be aligned.
void ConvertToFloat(const double* values, size_t count, char* out);

/// Writes ascending indices as protobuf varints and returns the end. VarintsSize says how many bytes that takes.
char* WriteAscendingVarints(const int32_t* indices, size_t count, char* out);
size_t AscendingVarintsSize(const int32_t* indices, size_t count);

}  // namespace sagespark::codec
