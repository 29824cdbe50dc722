#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sagespark::codec {

/// Bytes of `value` as a protobuf varint: 1 to 10.
constexpr size_t VarintSize(uint64_t value) { return (static_cast<size_t>(std::bit_width(value | 1)) + 6) / 7; }

/// Writes a protobuf varint of VarintSize(value) bytes and returns where it ends.
inline char* WriteVarint(uint64_t value, char* out) {
  for (; value >= 0x80; value >>= 7) *out++ = static_cast<char>(value | 0x80);
  *out++ = static_cast<char>(value);
  return out;
}

/// Appends a length-delimited protobuf field: its tag (`number` from 1 to 15, so one byte), its length, its bytes.
inline void AppendField(int number, std::string_view bytes, std::string& out) {
  constexpr int kLengthDelimited = 2;
  char head[11];
  head[0] = static_cast<char>(number << 3 | kLengthDelimited);
  out.append(head, WriteVarint(bytes.size(), head + 1));
  out += bytes;
}

}  // namespace sagespark::codec
