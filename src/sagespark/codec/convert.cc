#include "sagespark/codec/convert.h"

#include <algorithm>
#include <cstring>

#include "sagespark/codec/multiversion.h"

namespace sagespark::codec {
namespace {

constexpr int32_t kOneByte = 1 << 7;
constexpr int32_t kTwoBytes = 1 << 14;

size_t CountBelow(const int32_t* indices, size_t count, int32_t bound) {
  if (count == 0 || indices[count - 1] < bound) return count;
  return static_cast<size_t>(std::lower_bound(indices, indices + count, bound) - indices);
}

// The two loops below are what compilers turn into vector code.
SAGESPARK_MULTIVERSION void WriteOneByteVarints(const int32_t* indices, size_t count, char* out) {
  for (size_t i = 0; i < count; ++i) out[i] = static_cast<char>(indices[i]);
}

SAGESPARK_MULTIVERSION void WriteTwoByteVarints(const int32_t* indices, size_t count, char* out) {
  for (size_t i = 0; i < count; ++i) {
    const auto value = static_cast<uint32_t>(indices[i]);
    const auto bytes = static_cast<uint16_t>((value & 0x7f) | 0x80 | ((value << 1) & 0x7f00));
    std::memcpy(out + 2 * i, &bytes, sizeof(bytes));
  }
}

}  // namespace

SAGESPARK_MULTIVERSION void ConvertToFloat(const double* values, size_t count, char* out) {
  for (size_t i = 0; i < count; ++i) {
    const auto value = static_cast<float>(values[i]);
    std::memcpy(out + sizeof(float) * i, &value, sizeof(float));
  }
}

size_t AscendingVarintsSize(const int32_t* indices, size_t count) {
  size_t size = 0;
  // All but the first byte: one more for every bound that an index reaches.
  for (int bits = 7; bits < 32; bits += 7) {
    const size_t below = CountBelow(indices, count, int32_t{1} << bits);
    size += count - below;
    if (below == count) break;
  }
  return size + count;
}

char* WriteAscendingVarints(const int32_t* indices, size_t count, char* out) {
  const size_t one = CountBelow(indices, count, kOneByte);
  WriteOneByteVarints(indices, one, out);
  out += one;
  const size_t two = CountBelow(indices, count, kTwoBytes);
  WriteTwoByteVarints(indices + one, two - one, out);
  out += 2 * (two - one);
  for (size_t i = two; i < count; ++i) {
    auto value = static_cast<uint32_t>(indices[i]);
    for (; value >= 0x80; value >>= 7) *out++ = static_cast<char>(value | 0x80);
    *out++ = static_cast<char>(value);
  }
  return out;
}

}  // namespace sagespark::codec
