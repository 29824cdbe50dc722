#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sagespark/base/result.h"

namespace sagespark::codec {

/// A dense array of float32, row-major.
struct NdArray {
  std::string name;  ///< Empty in a file without names.
  std::vector<int64_t> shape;
  std::vector<float> values;

  friend bool operator==(const NdArray&, const NdArray&) = default;
};

/// Writes arrays as MXNet's `nd.save` does: little-endian; uint64 0x112, uint64 0, uint64 number of arrays, the arrays,
/// uint64 number of names, then each name as uint64 length and bytes. Names are written when any array has one.
/// An array, version 2: uint32 0xF993FAC9, int32 storage type 0 (dense), uint32 number of dimensions, an int64 each,
/// int32 device type 1 (CPU), int32 device 0, int32 type 0 (float32), the values.
/// Source: NDArray::Save in apache/mxnet, src/ndarray/ndarray.cc.
std::string WriteNdArrays(const std::vector<NdArray>& arrays);

// The pieces of such a file, for arrays that are not in memory as a whole: its head, then for each array a head and its
// values, then its tail.
std::string NdArrayFileHead(int64_t arrays);
std::string NdArrayHead(std::span<const int64_t> shape);
/// `names`: one an array, or none at all.
std::string NdArrayFileTail(std::span<const std::string> names);

/// Reads what MXNet or WriteNdArrays wrote, arrays of version 1 to 3; float64 is rounded to float32. Fails with
/// kCorruptData, naming the byte, on anything that is cut, goes on behind its end or does not fit together, and with
/// kUnimplemented for sparse arrays and other types.
Result<std::vector<NdArray>> ReadNdArrays(std::string_view bytes);

}  // namespace sagespark::codec
