#pragma once

#include <cstdint>
#include <string_view>

namespace sagespark {

/// The polynomials of the CRCs, reflected.
inline constexpr uint32_t kCrc32Polynomial = 0xedb88320;
inline constexpr uint32_t kCrc32cPolynomial = 0x82f63b78;
inline constexpr uint64_t kCrc64NvmePolynomial = 0x9a6c9329ac4bc9b5;

/// Goes on with a reflected CRC; no bits are inverted here, as these CRCs want it at both ends.
uint32_t UpdateCrc32(uint32_t crc, std::string_view bytes);
uint32_t UpdateCrc32c(uint32_t crc, std::string_view bytes);
uint64_t UpdateCrc64Nvme(uint64_t crc, std::string_view bytes);

}  // namespace sagespark
