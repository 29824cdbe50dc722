#include "sagespark/codec/convert.h"

#include <algorithm>
#include <cstring>

#include "sagespark/base/multiversion.h"

namespace sagespark::codec {
namespace {

constexpr int32_t kOneByte = 1 << 7;
constexpr int32_t kTwoBytes = 1 << 14;
constexpr int32_t kThreeBytes = 1 << 21;
constexpr int32_t kFourBytes = 1 << 28;

// Counting all is faster than searching, which the processor cannot predict, up to about this many.
constexpr size_t kCountAtMost = 1024;

SAGESPARK_MULTIVERSION size_t CountLess(const int32_t* indices, size_t count, int32_t bound) {
  int32_t below = 0;
  for (size_t i = 0; i < count; ++i) below += indices[i] < bound ? 1 : 0;
  return static_cast<size_t>(below);
}

size_t CountBelow(const int32_t* indices, size_t count, int32_t bound) {
  if (count == 0 || indices[count - 1] < bound) return count;
  if (count <= kCountAtMost) return CountLess(indices, count, bound);
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

VarintPlan PlanVarints(const int32_t* indices, size_t count) {
  VarintPlan plan;
  plan.one_byte = CountBelow(indices, count, kOneByte);
  const size_t up_to_two = CountBelow(indices, count, kTwoBytes);
  plan.two_bytes = up_to_two - plan.one_byte;
  plan.size = plan.one_byte + 2 * plan.two_bytes;
  if (up_to_two == count) return plan;
  const size_t up_to_three = CountBelow(indices, count, kThreeBytes);
  const size_t up_to_four = CountBelow(indices, count, kFourBytes);
  plan.size += 3 * (up_to_three - up_to_two) + 4 * (up_to_four - up_to_three) + 5 * (count - up_to_four);
  return plan;
}

char* WriteVarints(const int32_t* indices, size_t count, const VarintPlan& plan, char* out) {
  WriteOneByteVarints(indices, plan.one_byte, out);
  out += plan.one_byte;
  WriteTwoByteVarints(indices + plan.one_byte, plan.two_bytes, out);
  out += 2 * plan.two_bytes;
  for (size_t i = plan.one_byte + plan.two_bytes; i < count; ++i) {
    auto value = static_cast<uint32_t>(indices[i]);
    for (; value >= 0x80; value >>= 7) *out++ = static_cast<char>(value | 0x80);
    *out++ = static_cast<char>(value);
  }
  return out;
}

}  // namespace sagespark::codec
