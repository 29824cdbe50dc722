#pragma once

#include <cstddef>
#include <cstdint>

namespace sagespark::codec {

/// Writes `count` doubles as floats, rounded to nearest; `out` need not be aligned.
void ConvertToFloat(const double* values, size_t count, char* out);

/// How ascending indices become protobuf varints: the first `one_byte` take a byte each, and so on.
struct VarintPlan {
  size_t one_byte = 0;
  size_t two_bytes = 0;
  size_t size = 0;  ///< Bytes of all.
};

VarintPlan PlanVarints(const int32_t* indices, size_t count);

/// Writes the indices as planned and returns the end.
char* WriteVarints(const int32_t* indices, size_t count, const VarintPlan& plan, char* out);

}  // namespace sagespark::codec
