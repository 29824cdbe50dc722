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

// Rows are short, so a loop's remainder costs as much as the loop: blocks of this many instead, the last of which
// does again what the one before it did already.
constexpr size_t kBlock = 16;

// Loops over a block are not to be unrolled, which would come before turning them into vector code and prevent it.
#define SAGESPARK_INLINE [[gnu::always_inline]] inline

SAGESPARK_INLINE void ConvertSome(const double* values, size_t count, char* out) {
#pragma GCC unroll 1
  for (size_t i = 0; i < count; ++i) {
    const auto value = static_cast<float>(values[i]);
    std::memcpy(out + sizeof(float) * i, &value, sizeof(float));
  }
}

SAGESPARK_INLINE void WriteOneByteVarints(const int32_t* indices, size_t count, char* out) {
  for (size_t i = 0; i < count; ++i) out[i] = static_cast<char>(indices[i]);
}

SAGESPARK_INLINE void WriteTwoByteVarints(const int32_t* indices, size_t count, char* out) {
#pragma GCC unroll 1
  for (size_t i = 0; i < count; ++i) {
    const auto value = static_cast<uint32_t>(indices[i]);
    const auto bytes = static_cast<uint16_t>((value & 0x7f) | 0x80 | ((value << 1) & 0x7f00));
    std::memcpy(out + 2 * i, &bytes, sizeof(bytes));
  }
}

/// How many of the ascending indices, of which the first `begin` are known to be, are below the bound.
SAGESPARK_INLINE size_t CountBelow(const int32_t* indices, size_t begin, size_t count, int32_t bound) {
  if (count == 0 || indices[count - 1] < bound) return count;
  size_t below = begin;
  while (below + kBlock <= count && indices[below + kBlock - 1] < bound) below += kBlock;
  const size_t end = std::min(below + kBlock, count);
  int32_t more = 0;
  for (size_t i = below; i < end; ++i) more += indices[i] < bound ? 1 : 0;
  return below + static_cast<size_t>(more);
}

}  // namespace

SAGESPARK_MULTIVERSION void ConvertToFloat(const double* values, size_t count, char* out) {
  if (count < kBlock) return ConvertSome(values, count, out);
  for (size_t i = 0; i + kBlock < count; i += kBlock) ConvertSome(values + i, kBlock, out + sizeof(float) * i);
  const size_t last = count - kBlock;
  ConvertSome(values + last, kBlock, out + sizeof(float) * last);
}

VarintPlan PlanVarints(const int32_t* indices, size_t count) {
  VarintPlan plan;
  plan.one_byte = CountBelow(indices, 0, count, kOneByte);
  const size_t up_to_two = CountBelow(indices, plan.one_byte, count, kTwoBytes);
  plan.two_bytes = up_to_two - plan.one_byte;
  plan.size = plan.one_byte + 2 * plan.two_bytes;
  if (up_to_two == count) return plan;
  const size_t up_to_three = CountBelow(indices, up_to_two, count, kThreeBytes);
  const size_t up_to_four = CountBelow(indices, up_to_three, count, kFourBytes);
  plan.size += 3 * (up_to_three - up_to_two) + 4 * (up_to_four - up_to_three) + 5 * (count - up_to_four);
  return plan;
}

SAGESPARK_MULTIVERSION char* WriteVarints(const int32_t* indices, size_t count, const VarintPlan& plan, char* out) {
  WriteOneByteVarints(indices, plan.one_byte, out);
  out += plan.one_byte;
  const int32_t* two_bytes = indices + plan.one_byte;
  if (plan.two_bytes < kBlock) {
    WriteTwoByteVarints(two_bytes, plan.two_bytes, out);
  } else {
    for (size_t i = 0; i + kBlock < plan.two_bytes; i += kBlock) WriteTwoByteVarints(two_bytes + i, kBlock, out + 2 * i);
    const size_t last = plan.two_bytes - kBlock;
    WriteTwoByteVarints(two_bytes + last, kBlock, out + 2 * last);
  }
  out += 2 * plan.two_bytes;
  for (size_t i = plan.one_byte + plan.two_bytes; i < count; ++i) {
    auto value = static_cast<uint32_t>(indices[i]);
    for (; value >= 0x80; value >>= 7) *out++ = static_cast<char>(value | 0x80);
    *out++ = static_cast<char>(value);
  }
  return out;
}

}  // namespace sagespark::codec
