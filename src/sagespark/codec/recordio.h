#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sagespark/base/result.h"
#include "sagespark/codec/byte_source.h"

namespace sagespark::codec {

/// A frame: magic and payload length as little-endian uint32, the payload, zeros up to a multiple of 4 bytes.
/// The three upper bits of the length are MXNet's mark of a record in parts, which SageMaker does not use.
inline constexpr uint32_t kRecordIoMagic = 0xced7230a;
inline constexpr size_t kRecordIoHeaderSize = 8;
inline constexpr size_t kMaxRecordSize = (size_t{1} << 29) - 1;

/// The zeros after a payload of `size` bytes.
constexpr size_t RecordIoPadding(size_t size) { return (4 - size % 4) % 4; }

/// Appends one frame. Fails with kResourceLimit beyond kMaxRecordSize, leaving `out` as it was.
Status AppendRecordIoFrame(std::string_view payload, std::string& out);

/// Reads frames one by one, from memory or from a stream, holding one frame at a time. Not thread-safe.
class RecordIoReader {
 public:
  /// From memory, which must outlive the reader.
  explicit RecordIoReader(std::string_view bytes, size_t max_record_size = kMaxRecordSize)
      : bytes_(bytes), max_record_size_(max_record_size) {}

  explicit RecordIoReader(ByteSource source, size_t max_record_size = kMaxRecordSize)
      : source_(std::move(source)), max_record_size_(max_record_size) {}

  /// The next payload, valid until the next call; nullopt at the end. Fails with kCorruptData, naming the frame's
  /// byte, on another magic, a frame in parts or a cut one, and with kResourceLimit beyond the size limit.
  Result<std::optional<std::string_view>> Next();

  /// The byte at which the next frame starts, counted over the whole stream.
  int64_t position() const { return position_; }

 private:
  /// Makes `wanted` bytes available in bytes_ unless the source ends before.
  Status Fill(size_t wanted);
  Error Broken(std::string_view what) const;

  ByteSource source_;
  std::string buffer_;
  std::string_view bytes_;  ///< What is not consumed yet, in buffer_ or in the caller's memory.
  size_t max_record_size_;
  int64_t position_ = 0;  ///< Of the frame, in the whole stream.
};

}  // namespace sagespark::codec
