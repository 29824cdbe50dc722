#include "sagespark/linalg/random.h"

#include <cmath>

#include "sagespark/base/result.h"

namespace sagespark::linalg {
namespace {

constexpr uint32_t Low(uint64_t value) { return static_cast<uint32_t>(value); }
constexpr uint32_t High(uint64_t value) { return static_cast<uint32_t>(value >> 32); }

/// In (-1, 1): the middles of 2^32 equal parts.
constexpr double SymmetricUniform(uint32_t word) { return (static_cast<double>(word) + 0.5) * 0x1p-31 - 1; }

}  // namespace

std::array<uint32_t, 4> Philox4x32(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) {
  constexpr int kRounds = 10;
  constexpr uint64_t kMultiplier0 = 0xD2511F53, kMultiplier1 = 0xCD9E8D57;
  constexpr uint32_t kWeyl0 = 0x9E3779B9, kWeyl1 = 0xBB67AE85;
  for (int round = 0; round < kRounds; ++round) {
    const uint64_t product0 = kMultiplier0 * counter[0];
    const uint64_t product1 = kMultiplier1 * counter[2];
    counter = {High(product1) ^ counter[1] ^ key[0], Low(product1),
               High(product0) ^ counter[3] ^ key[1], Low(product0)};
    key = {key[0] + kWeyl0, key[1] + kWeyl1};
  }
  return counter;
}

uint32_t RandomStream::NextUint32() {
  if (words_left_ == 0) {
    words_ = Philox4x32({Low(block_), High(block_), Low(stream_), High(stream_)}, {Low(seed_), High(seed_)});
    ++block_;
    words_left_ = 4;
  }
  return words_[4 - words_left_--];
}

uint64_t RandomStream::NextUint64() {
  const uint64_t low = NextUint32();
  return low | static_cast<uint64_t>(NextUint32()) << 32;
}

double RandomStream::NextUniform() { return static_cast<double>(NextUint64() >> 11) * 0x1p-53; }

uint64_t RandomStream::NextBelow(uint64_t bound) {
  SAGESPARK_DCHECK(bound >= 1);
  // The last, incomplete run of `bound` values would favour small ones: draw again.
  const uint64_t incomplete = -bound % bound;
  for (;;) {
    const uint64_t value = NextUint64();
    if (value >= incomplete) return value % bound;
  }
}

// The polar method, two numbers at a time: Marsaglia and Bray 1964, "A convenient method for generating normal variables".
void RandomStream::FillNormal(double sigma, std::span<float> values) {
  for (size_t i = 0; i < values.size();) {
    const double x = SymmetricUniform(NextUint32());
    const double y = SymmetricUniform(NextUint32());
    const double squared = x * x + y * y;
    if (squared >= 1) continue;  // Never 0.
    const double length = sigma * std::sqrt(-2 * std::log(squared) / squared);
    values[i++] = static_cast<float>(x * length);
    if (i < values.size()) values[i++] = static_cast<float>(y * length);
  }
}

}  // namespace sagespark::linalg
