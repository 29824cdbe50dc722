#include "sagespark/base/crc.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace sagespark {
namespace {

/// Tables of a reflected CRC, eight bytes at a step ("slicing by 8").
template <typename Word, Word kPolynomial>
struct CrcTables {
  std::array<std::array<Word, 256>, 8> table{};

  constexpr CrcTables() {
    for (unsigned byte = 0; byte < 256; ++byte) {
      Word crc = byte;
      for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
      table[0][byte] = crc;
    }
    for (unsigned byte = 0; byte < 256; ++byte) {
      for (size_t k = 1; k < 8; ++k) table[k][byte] = (table[k - 1][byte] >> 8) ^ table[0][table[k - 1][byte] & 0xff];
    }
  }

  Word Update(Word crc, std::string_view bytes) const {
    static_assert(std::endian::native == std::endian::little);
    const char* data = bytes.data();
    size_t left = bytes.size();
    for (; left >= 8; left -= 8, data += 8) {
      uint64_t word;
      std::memcpy(&word, data, 8);
      word ^= crc;
      crc = 0;
      for (size_t k = 0; k < 8; ++k) crc ^= table[7 - k][(word >> (8 * k)) & 0xff];
    }
    for (; left > 0; --left, ++data) crc = (crc >> 8) ^ table[0][(crc ^ static_cast<uint8_t>(*data)) & 0xff];
    return crc;
  }
};

template <typename Word, Word kPolynomial>
constexpr CrcTables<Word, kPolynomial> kTables;

#ifdef __x86_64__

constexpr size_t kLanes = 4;
constexpr size_t kLaneBytes = 16;

/// x^exponent modulo the polynomial, its coefficients from x^63 in the lowest bit to x^0 in the highest.
template <typename Word, Word kPolynomial>
constexpr uint64_t PowerOfX(int exponent) {
  constexpr int kBits = 8 * sizeof(Word);
  Word power = Word{1} << (kBits - 1);
  for (int i = 0; i < exponent; ++i) power = (power >> 1) ^ ((power & 1) != 0 ? kPolynomial : 0);
  return uint64_t{power} << (64 - kBits);
}

/// What moves 16 bytes `kDistance` bits ahead in the message: one factor for each half. A product of two reflected numbers comes out
/// one bit short, hence the exponents.
template <typename Word, Word kPolynomial, int kDistance>
struct Fold {
  static constexpr uint64_t kFirst = PowerOfX<Word, kPolynomial>(kDistance + 63);
  static constexpr uint64_t kSecond = PowerOfX<Word, kPolynomial>(kDistance - 1);

  __attribute__((target("pclmul,sse4.1"))) static __m128i Onto(__m128i bytes, __m128i ahead) {
    const __m128i factors = _mm_set_epi64x(static_cast<int64_t>(kSecond), static_cast<int64_t>(kFirst));
    const __m128i first = _mm_clmulepi64_si128(bytes, factors, 0x00);
    const __m128i second = _mm_clmulepi64_si128(bytes, factors, 0x11);
    return _mm_xor_si128(ahead, _mm_xor_si128(first, second));
  }
};

__m128i Load(const char* data) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(data)); }

/// Folds all whole blocks of 64 bytes into 16 that have the same CRC. Source: Gopal et al., "Fast CRC Computation for Generic
/// Polynomials Using PCLMULQDQ Instruction", Intel, 2009.
template <typename Word, Word kPolynomial>
__attribute__((target("pclmul,sse4.1"))) Word UpdateFolding(Word crc, std::string_view bytes) {
  constexpr size_t kBlock = kLanes * kLaneBytes;
  const char* data = bytes.data();
  __m128i lanes[kLanes];
  for (size_t i = 0; i < kLanes; ++i) lanes[i] = Load(data + i * kLaneBytes);
  lanes[0] = _mm_xor_si128(lanes[0], _mm_cvtsi64_si128(static_cast<int64_t>(crc)));
  size_t position = kBlock;
  for (; position + kBlock <= bytes.size(); position += kBlock) {
    for (size_t i = 0; i < kLanes; ++i) {
      lanes[i] = Fold<Word, kPolynomial, 8 * kBlock>::Onto(lanes[i], Load(data + position + i * kLaneBytes));
    }
  }
  __m128i folded = lanes[0];
  for (size_t i = 1; i < kLanes; ++i) folded = Fold<Word, kPolynomial, 8 * kLaneBytes>::Onto(folded, lanes[i]);
  char rest[kLaneBytes];
  _mm_storeu_si128(reinterpret_cast<__m128i*>(rest), folded);
  const Word so_far = kTables<Word, kPolynomial>.Update(0, {rest, sizeof(rest)});
  return kTables<Word, kPolynomial>.Update(so_far, bytes.substr(position));
}

#endif

template <typename Word, Word kPolynomial>
Word Update(Word crc, std::string_view bytes) {
#ifdef __x86_64__
  static const bool kFolds = __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
  if (kFolds && bytes.size() >= kLanes * kLaneBytes) return UpdateFolding<Word, kPolynomial>(crc, bytes);
#endif
  return kTables<Word, kPolynomial>.Update(crc, bytes);
}

}  // namespace

uint32_t UpdateCrc32(uint32_t crc, std::string_view bytes) { return Update<uint32_t, kCrc32Polynomial>(crc, bytes); }
uint32_t UpdateCrc32c(uint32_t crc, std::string_view bytes) { return Update<uint32_t, kCrc32cPolynomial>(crc, bytes); }
uint64_t UpdateCrc64Nvme(uint64_t crc, std::string_view bytes) {
  return Update<uint64_t, kCrc64NvmePolynomial>(crc, bytes);
}

}  // namespace sagespark
