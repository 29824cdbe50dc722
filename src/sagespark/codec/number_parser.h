#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace sagespark::codec {

/// The digits at `text`, of which eight bytes are loaded: how many of these are digits, from the first on, and their
/// number.
struct DigitRun {
  uint32_t value = 0;
  int count = 0;
};

/// Reads up to eight digits without a branch on their count. At least eight bytes must be readable.
inline DigitRun ReadDigits(const char* text) {
  static_assert(std::endian::native == std::endian::little);
  uint64_t bytes;
  std::memcpy(&bytes, text, sizeof(bytes));
  bytes ^= 0x3030303030303030;  // Digits become 0 to 9, all else more.
  const uint64_t others = ((bytes + 0x7676767676767676) | bytes) & 0x8080808080808080;
  const int count = others == 0 ? 8 : std::countr_zero(others) >> 3;
  if (count == 0) return {};
  bytes <<= 64 - 8 * count;  // Zeros in front.
  bytes = bytes * 10 + (bytes >> 8);
  constexpr uint64_t kMask = 0x000000ff000000ff;
  const uint64_t value =
      ((bytes & kMask) * 0x000f424000000064 + ((bytes >> 16) & kMask) * 0x0000271000000001) >> 32;
  return {static_cast<uint32_t>(value), count};
}

/// Whether a number may end before `c`: white space, or punctuation of the formats here.
inline bool EndsNumber(char c) {
  return c == ' ' || c == '\n' || c == ',' || c == '\r' || c == '\t' || c == ']' || c == '}' || c == ';' || c == ':';
}

/// ParseNumber for what is not a short decimal number.
const char* ParseAnyNumber(const char* text, double& out);

/// Parses a decimal number, correctly rounded, with what Java's Double.parseDouble takes besides: a leading "+", "NaN",
/// "Infinity", a trailing d or f. Returns the end, before which EndsNumber must hold; null when there is no number.
/// `text` must hold such an end and eight readable bytes behind it.
inline const char* ParseNumber(const char* text, double& out) {
  static constexpr double kPowers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8};
  const bool negative = *text == '-';
  const char* at = text + (negative ? 1 : 0);
  const DigitRun whole = ReadDigits(at);
  at += whole.count;
  if (whole.count == 0) [[unlikely]] return ParseAnyNumber(text, out);
  double value = whole.value;
  if (at[0] == '.' && at[1] == '0' && EndsNumber(at[2])) {  // "255.0", as Spark writes whole numbers.
    at += 2;
  } else if (*at == '.') {
    const DigitRun fraction = ReadDigits(at + 1);
    // Up to 15 digits and powers up to 22 are exact, so that one division rounds once.
    if (whole.count + fraction.count > 15) return ParseAnyNumber(text, out);
    value = (value * kPowers[fraction.count] + fraction.value) / kPowers[fraction.count];
    at += 1 + fraction.count;
  }
  if (!EndsNumber(*at)) [[unlikely]] return ParseAnyNumber(text, out);
  out = negative ? -value : value;
  return at;
}

}  // namespace sagespark::codec
