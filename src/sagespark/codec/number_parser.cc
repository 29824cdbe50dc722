#include "sagespark/codec/number_parser.h"

#include <charconv>
#include <cstdlib>
#include <string>

namespace sagespark::codec {

const char* ParseAnyNumber(const char* text, double& out) {
  const char* begin = text + (*text == '+' ? 1 : 0);
  if (begin != text && *begin == '-') return nullptr;
  const char* end = begin;
  while (!EndsNumber(*end)) ++end;
  auto [at, error] = std::from_chars(begin, end, out);
  // Too large or too small for a double: infinity or zero, as in Java.
  if (error == std::errc::result_out_of_range) out = std::strtod(std::string(begin, at).c_str(), nullptr);
  if (error == std::errc::invalid_argument) return nullptr;
  const bool after_digit = at > begin && ((at[-1] >= '0' && at[-1] <= '9') || at[-1] == '.');
  if (at < end && after_digit && (*at == 'd' || *at == 'D' || *at == 'f' || *at == 'F')) ++at;
  return at == end ? at : nullptr;
}

}  // namespace sagespark::codec
