#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sagespark {

enum class DigestAlgorithm { kMd5, kSha1, kSha256, kCrc32, kCrc32c, kCrc64Nvme };

/// A digest of bytes that come in pieces.
class Digest {
 public:
  explicit Digest(DigestAlgorithm algorithm);
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;
  ~Digest();

  void Update(std::string_view bytes);

  /// The digest as bytes, CRCs big-endian: 16 (MD5), 20 (SHA-1), 32 (SHA-256), 4 (CRC-32 and -32C) or 8
  /// (CRC-64/NVME). Call once, last.
  std::string Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The digest of a whole text, as bytes.
std::string DigestOf(DigestAlgorithm algorithm, std::string_view bytes);

/// The CRC of a text from the CRCs of its two parts and the length of the second. Only for the CRCs.
std::string CombineCrc(DigestAlgorithm algorithm, std::string_view first, std::string_view second,
                       uint64_t second_size);

/// SHA-256 as 64 lower-case hexadecimal digits.
std::string Sha256Hex(std::string_view bytes);

/// 32 bytes (RFC 2104).
std::string HmacSha256(std::string_view key, std::string_view message);
/// 20 bytes.
std::string HmacSha1(std::string_view key, std::string_view message);

/// Lower-case hexadecimal digits, two a byte.
std::string ToHex(std::string_view bytes);
std::optional<std::string> FromHex(std::string_view digits);

/// RFC 4648, section 4, with padding; decoding takes nothing else.
std::string Base64Encode(std::string_view bytes);
std::optional<std::string> Base64Decode(std::string_view text);

/// Compares in a time that depends on the lengths only, so that secrets do not leak byte by byte.
bool ConstantTimeEquals(std::string_view left, std::string_view right);

/// `count` unpredictable bytes.
std::string RandomBytes(size_t count);

}  // namespace sagespark
