#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sagespark::codec {

/// Reads protobuf's wire format; every read is checked against the end.
class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool done() const { return at_ == end_; }

  /// nullopt when the bytes end, or after ten bytes without an end.
  std::optional<uint64_t> ReadVarint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      if (at_ == end_) return std::nullopt;
      const auto byte = static_cast<uint8_t>(*at_++);
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return std::nullopt;
  }

  std::optional<std::string_view> ReadBytes(uint64_t length) {
    if (length > static_cast<uint64_t>(end_ - at_)) return std::nullopt;
    const std::string_view bytes(at_, static_cast<size_t>(length));
    at_ += length;
    return bytes;
  }

  std::optional<std::string_view> ReadLengthDelimited() {
    const std::optional<uint64_t> length = ReadVarint();
    return length.has_value() ? ReadBytes(*length) : std::nullopt;
  }

 private:
  const char* at_;
  const char* end_;
};

}  // namespace sagespark::codec
