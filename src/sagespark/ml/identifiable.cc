#include "sagespark/ml/identifiable.h"

#include <random>

namespace sagespark::ml {

std::string RandomHex12() {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::random_device device;
  std::string hex(12, '0');
  for (char& digit : hex) digit = kDigits[device() & 15u];
  return hex;
}

std::string randomUID(std::string_view prefix) { return std::string(prefix) + "_" + RandomHex12(); }

}  // namespace sagespark::ml
