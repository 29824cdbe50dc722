#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string>

#include "sagespark/data/value.h"

namespace sagespark::data {
namespace {

/// The decimal digits of a positive finite number and the power of ten of the first: 1.25e3 is "125" and 3.
struct Decimal {
  std::string digits;
  int exponent = 0;
};

Decimal ParseScientific(std::string_view text) {
  const size_t e = text.find('e');
  Decimal decimal;
  for (const char c : text.substr(0, e)) {
    if (c != '.') decimal.digits += c;
  }
  decimal.exponent = std::atoi(std::string(text.substr(e + 1)).c_str());
  return decimal;
}

template <typename T>
Decimal ShortestDecimal(T value) {
  char buffer[64];
  const char* end = std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::scientific).ptr;
  Decimal decimal = ParseScientific({buffer, static_cast<size_t>(end - buffer)});
  if (decimal.digits.size() > 1) return decimal;
  // Java writes two digits at least, so it takes the nearest decimal of two: Double.MIN_VALUE is 4.9E-324.
  end = std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::scientific, 1).ptr;
  T same = 0;
  std::from_chars(buffer, end, same);
  return same == value ? ParseScientific({buffer, static_cast<size_t>(end - buffer)}) : decimal;
}

/// `digits` with a point after `whole` of them and one digit at least on either side.
std::string WithPoint(std::string digits, int whole) {
  if (static_cast<int>(digits.size()) <= whole) digits.append(whole + 1 - digits.size(), '0');
  digits.insert(whole, ".");
  while (digits.back() == '0' && digits[digits.size() - 2] != '.') digits.pop_back();
  return digits;
}

template <typename T>
std::string TextOf(T value) {
  if (std::isnan(value)) return "NaN";
  const std::string sign = std::signbit(value) ? "-" : "";
  if (std::isinf(value)) return sign + "Infinity";
  if (value == 0) return sign + "0.0";
  Decimal decimal = ShortestDecimal(std::abs(value));
  if (decimal.exponent >= 7 || decimal.exponent < -3) {
    return sign + WithPoint(std::move(decimal.digits), 1) + "E" + std::to_string(decimal.exponent);
  }
  if (decimal.exponent >= 0) return sign + WithPoint(std::move(decimal.digits), decimal.exponent + 1);
  return sign + WithPoint(std::string(-decimal.exponent, '0') + decimal.digits, 1);
}

}  // namespace

std::string JavaText(double value) { return TextOf(value); }

std::string JavaText(float value) { return TextOf(value); }

}  // namespace sagespark::data
