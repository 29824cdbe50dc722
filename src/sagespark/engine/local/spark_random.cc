#include "sagespark/engine/local/spark_random.h"

#include <array>
#include <bit>

namespace sagespark::engine::local {
namespace {

/// MurmurHash3 (32 bit) of eight bytes, as scala.util.hashing.MurmurHash3.bytesHash.
uint32_t MurmurHash(const std::array<uint8_t, 8>& bytes, uint32_t seed) {
  uint32_t hash = seed;
  for (size_t i = 0; i < bytes.size(); i += 4) {
    uint32_t word = bytes[i] | (uint32_t{bytes[i + 1]} << 8) | (uint32_t{bytes[i + 2]} << 16) |
                    (uint32_t{bytes[i + 3]} << 24);
    word = std::rotl(word * 0xcc9e2d51u, 15) * 0x1b873593u;
    hash = std::rotl(hash ^ word, 13) * 5 + 0xe6546b64u;
  }
  hash ^= static_cast<uint32_t>(bytes.size());
  hash = (hash ^ (hash >> 16)) * 0x85ebca6bu;
  hash = (hash ^ (hash >> 13)) * 0xc2b2ae35u;
  return hash ^ (hash >> 16);
}

uint64_t HashSeed(int64_t seed) {
  constexpr uint32_t kArraySeed = 0x3c074a61;  // MurmurHash3.arraySeed
  std::array<uint8_t, 8> bytes;
  for (int i = 0; i < 8; ++i) bytes[i] = static_cast<uint8_t>(static_cast<uint64_t>(seed) >> (56 - 8 * i));
  const uint32_t low = MurmurHash(bytes, kArraySeed);
  const uint32_t high = MurmurHash(bytes, low);
  return (uint64_t{high} << 32) | low;
}

}  // namespace

SparkRandom::SparkRandom(int64_t seed) : state_(HashSeed(seed)) {}

int64_t SparkRandom::Next(int bits) {
  state_ ^= state_ << 21;
  state_ ^= state_ >> 35;
  state_ ^= state_ << 4;
  return static_cast<int64_t>(state_ & ((uint64_t{1} << bits) - 1));
}

double SparkRandom::NextDouble() {
  const int64_t high = Next(26);
  const int64_t low = Next(27);
  return static_cast<double>((high << 27) + low) * 0x1.0p-53;
}

}  // namespace sagespark::engine::local
