#include "sagespark/base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>

#include "sagespark/base/crc.h"
#include "sagespark/base/result.h"

namespace sagespark {
namespace {

uint64_t PolynomialOf(DigestAlgorithm algorithm) {
  switch (algorithm) {
    case DigestAlgorithm::kCrc32: return kCrc32Polynomial;
    case DigestAlgorithm::kCrc32c: return kCrc32cPolynomial;
    default: return kCrc64NvmePolynomial;
  }
}

/// A linear map of bit vectors: the image of each bit.
using BitMatrix = std::array<uint64_t, 64>;

uint64_t Apply(const BitMatrix& matrix, uint64_t vector) {
  uint64_t image = 0;
  for (size_t bit = 0; vector != 0; ++bit, vector >>= 1) {
    if ((vector & 1) != 0) image ^= matrix[bit];
  }
  return image;
}

BitMatrix Squared(const BitMatrix& matrix) {
  BitMatrix square;
  for (size_t bit = 0; bit < 64; ++bit) square[bit] = Apply(matrix, matrix[bit]);
  return square;
}

uint64_t FromBigEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<uint8_t>(byte);
  return value;
}

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

std::string BigEndian(uint64_t value, size_t bytes) {
  std::string out(bytes, '\0');
  for (size_t i = bytes; i-- > 0; value >>= 8) out[i] = static_cast<char>(value & 0xff);
  return out;
}

const EVP_MD* MessageDigest(DigestAlgorithm algorithm) {
  switch (algorithm) {
    case DigestAlgorithm::kMd5: return EVP_md5();
    case DigestAlgorithm::kSha1: return EVP_sha1();
    case DigestAlgorithm::kSha256: return EVP_sha256();
    default: return nullptr;
  }
}

std::string Hmac(const EVP_MD* digest, std::string_view key, std::string_view message) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out;
  unsigned size = 0;
  SAGESPARK_CHECK(HMAC(digest, key.data(), static_cast<int>(key.size()),
                       reinterpret_cast<const unsigned char*>(message.data()), message.size(), out.data(),
                       &size) != nullptr);
  return std::string(reinterpret_cast<const char*>(out.data()), size);
}

constexpr std::string_view kHexDigits = "0123456789abcdef";

}  // namespace

struct Digest::State {
  DigestAlgorithm algorithm;
  std::unique_ptr<EVP_MD_CTX, FreeContext> context;  ///< Null for CRCs.
  uint64_t crc = ~uint64_t{0};
};

Digest::Digest(DigestAlgorithm algorithm) : state_(std::make_unique<State>(State{algorithm, nullptr})) {
  const EVP_MD* digest = MessageDigest(algorithm);
  if (digest == nullptr) return;
  state_->context.reset(EVP_MD_CTX_new());
  SAGESPARK_CHECK(EVP_DigestInit_ex(state_->context.get(), digest, nullptr) == 1);
}
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;
Digest::~Digest() = default;

void Digest::Update(std::string_view bytes) {
  switch (state_->algorithm) {
    case DigestAlgorithm::kCrc32:
      state_->crc = UpdateCrc32(static_cast<uint32_t>(state_->crc), bytes);
      return;
    case DigestAlgorithm::kCrc32c:
      state_->crc = UpdateCrc32c(static_cast<uint32_t>(state_->crc), bytes);
      return;
    case DigestAlgorithm::kCrc64Nvme: state_->crc = UpdateCrc64Nvme(state_->crc, bytes); return;
    default: SAGESPARK_CHECK(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1);
  }
}

std::string Digest::Finish() {
  if (state_->context == nullptr) {
    const size_t size = state_->algorithm == DigestAlgorithm::kCrc64Nvme ? 8 : 4;
    return BigEndian(~state_->crc, size);
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> out;
  unsigned size = 0;
  SAGESPARK_CHECK(EVP_DigestFinal_ex(state_->context.get(), out.data(), &size) == 1);
  return std::string(reinterpret_cast<const char*>(out.data()), size);
}

std::string DigestOf(DigestAlgorithm algorithm, std::string_view bytes) {
  Digest digest(algorithm);
  digest.Update(bytes);
  return digest.Finish();
}

std::string CombineCrc(DigestAlgorithm algorithm, std::string_view first, std::string_view second,
                       uint64_t second_size) {
  // What follows the first part acts on its CRC as a linear map: that of one zero bit, applied 8 * size times.
  BitMatrix power{};
  power[0] = PolynomialOf(algorithm);
  for (size_t bit = 1; bit < 64; ++bit) power[bit] = uint64_t{1} << (bit - 1);
  uint64_t crc = FromBigEndian(first);
  for (int doubling = 0; doubling < 3; ++doubling) power = Squared(power);  // One bit to one byte.
  for (uint64_t left = second_size; left > 0; left >>= 1) {
    if ((left & 1) != 0) crc = Apply(power, crc);
    power = Squared(power);
  }
  return BigEndian(crc ^ FromBigEndian(second), first.size());
}

std::string Sha256Hex(std::string_view bytes) { return ToHex(DigestOf(DigestAlgorithm::kSha256, bytes)); }

std::string HmacSha256(std::string_view key, std::string_view message) { return Hmac(EVP_sha256(), key, message); }
std::string HmacSha1(std::string_view key, std::string_view message) { return Hmac(EVP_sha1(), key, message); }

std::string ToHex(std::string_view bytes) {
  std::string digits;
  digits.reserve(bytes.size() * 2);
  for (const char byte : bytes) {
    digits.push_back(kHexDigits[static_cast<uint8_t>(byte) >> 4]);
    digits.push_back(kHexDigits[static_cast<uint8_t>(byte) & 15]);
  }
  return digits;
}

std::optional<std::string> FromHex(std::string_view digits) {
  if (digits.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (size_t i = 0; i < digits.size(); i += 2) {
    const size_t high = kHexDigits.find(digits[i]);
    const size_t low = kHexDigits.find(digits[i + 1]);
    if (high == kHexDigits.npos || low == kHexDigits.npos) return std::nullopt;
    bytes.push_back(static_cast<char>(high * 16 + low));
  }
  return bytes;
}

std::string Base64Encode(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // One more: OpenSSL ends it with a zero byte.
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(size));
  return text;
}

std::optional<std::string> Base64Decode(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  size_t padding = 0;  // Which OpenSSL decodes to zero bytes.
  if (text.ends_with('=')) padding = text.ends_with("==") ? 2 : 1;
  bytes.resize(static_cast<size_t>(size) - padding);
  if (Base64Encode(bytes) != text) return std::nullopt;  // White space, or bits behind the end.
  return bytes;
}

bool ConstantTimeEquals(std::string_view left, std::string_view right) {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

std::string RandomBytes(size_t count) {
  std::string bytes(count, '\0');
  SAGESPARK_CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) == 1);
  return bytes;
}

}  // namespace sagespark
