#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace sagespark::linalg {

/// The block cipher Philox4x32-10: four random words for each counter and key.
/// Source: Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3".
std::array<uint32_t, 4> Philox4x32(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

/// Random numbers that depend on (seed, stream) and on how many were drawn, and on nothing else: the same on every
/// machine. Streams of one seed are independent of each other; give each use its own.
class RandomStream {
 public:
  RandomStream(uint64_t seed, uint64_t stream) : seed_(seed), stream_(stream) {}

  uint32_t NextUint32();
  uint64_t NextUint64();

  /// Uniform in [0, 1), a multiple of 2^-53.
  double NextUniform();

  /// Uniform in [0, bound), bound >= 1, without bias.
  uint64_t NextBelow(uint64_t bound);

  /// Sets all of `values` to numbers of a normal distribution with mean 0 and that standard deviation.
  void FillNormal(double sigma, std::span<float> values);

 private:
  uint64_t seed_;
  uint64_t stream_;
  uint64_t block_ = 0;
  std::array<uint32_t, 4> words_{};
  int words_left_ = 0;
};

}  // namespace sagespark::linalg
