#include "sagespark/server/transform/record_splitter.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <span>

#include "sagespark/codec/recordio.h"

namespace sagespark::server {
namespace {

constexpr size_t kReadBytes = 256 << 10;
constexpr size_t kTFRecordHeaderBytes = 12;  // Length and its checksum.
constexpr size_t kTFRecordFooterBytes = 4;
constexpr uint32_t kRecordIoLengthBits = 29;
// MXNet's marks of a record in parts.
constexpr uint32_t kWhole = 0;
constexpr uint32_t kFirstPart = 1;
constexpr uint32_t kLastPart = 3;

template <typename Number>
Number ReadNumber(const char* bytes) {
  Number value;
  std::memcpy(&value, bytes, sizeof(value));  // Little-endian, as this machine is.
  return value;
}

}  // namespace

Error RecordSplitter::Broken(std::string_view what) const {
  return CorruptData(std::string(what) + " at byte " + std::to_string(position_));
}

Error RecordSplitter::TooLong() const {
  return ResourceLimit("Too much data for max payload size: the record at byte " + std::to_string(position_) + " is longer than " +
                       std::to_string(max_record_bytes_) + " bytes");
}

/// Makes `wanted` bytes available unless the stream ends before.
Status RecordSplitter::Fill(size_t wanted) {
  if (available() < wanted && begin_ > 0) {
    buffer_.erase(0, begin_);
    begin_ = 0;
  }
  while (available() < wanted && !at_end_) {
    const size_t size = buffer_.size();
    buffer_.resize(size + kReadBytes);
    const auto count = source_(std::span(buffer_.data() + size, kReadBytes));
    buffer_.resize(size + (count.ok() ? *count : 0));
    SAGESPARK_RETURN_IF_ERROR(count.status());
    at_end_ = *count == 0;
  }
  return Status::Ok();
}

Result<std::optional<std::string_view>> RecordSplitter::Next() {
  while (true) {
    begin_ += taken_;
    position_ += static_cast<int64_t>(taken_);
    taken_ = 0;
    SAGESPARK_RETURN_IF_ERROR(Fill(1));
    if (available() == 0) return std::optional<std::string_view>();
    SAGESPARK_ASSIGN_OR_RETURN(taken_, RecordSize());
    if (taken_ > max_record_bytes_) return TooLong();
    const std::string_view record(buffer_.data() + begin_, taken_);
    const bool is_blank = type_ == SplitType::kLine && record.find_first_not_of("\r\n") == std::string_view::npos;
    if (!is_blank) return std::optional(record);
  }
}

Result<size_t> RecordSplitter::RecordSize() {
  switch (type_) {
    case SplitType::kLine: return LineSize();
    case SplitType::kRecordIO: return RecordIoSize();
    case SplitType::kTFRecord: return TFRecordSize();
    case SplitType::kNone: break;
  }
  SAGESPARK_RETURN_IF_ERROR(Fill(max_record_bytes_ + 1));
  return available();
}

Result<size_t> RecordSplitter::LineSize() {
  size_t searched = 0;
  while (true) {
    const size_t end = buffer_.find('\n', begin_ + searched);
    if (end != std::string::npos) return end + 1 - begin_;
    searched = available();
    if (searched > max_record_bytes_) return TooLong();
    SAGESPARK_RETURN_IF_ERROR(Fill(searched + 1));
    if (available() == searched) return searched;  // The last line, without an end.
  }
}

Result<size_t> RecordSplitter::RecordIoSize() {
  size_t size = 0;
  while (true) {
    SAGESPARK_RETURN_IF_ERROR(Fill(size + codec::kRecordIoHeaderSize));
    if (available() < size + codec::kRecordIoHeaderSize) return Broken("RecordIO frame is cut");
    const char* header = buffer_.data() + begin_ + size;
    if (ReadNumber<uint32_t>(header) != codec::kRecordIoMagic) return Broken("No RecordIO frame");
    const auto length_and_part = ReadNumber<uint32_t>(header + sizeof(uint32_t));
    const uint32_t part = length_and_part >> kRecordIoLengthBits;
    const size_t length = length_and_part & ((1U << kRecordIoLengthBits) - 1);
    if ((size == 0) != (part == kWhole || part == kFirstPart)) return Broken("Parts of a RecordIO record are not in order");
    size += codec::kRecordIoHeaderSize + length + codec::RecordIoPadding(length);
    if (size > max_record_bytes_) return TooLong();
    SAGESPARK_RETURN_IF_ERROR(Fill(size));
    if (available() < size) return Broken("RecordIO frame is cut");
    if (part == kWhole || part == kLastPart) return size;
  }
}

Result<size_t> RecordSplitter::TFRecordSize() {
  SAGESPARK_RETURN_IF_ERROR(Fill(kTFRecordHeaderBytes));
  if (available() < kTFRecordHeaderBytes) return Broken("TFRecord is cut");
  const auto length = ReadNumber<uint64_t>(buffer_.data() + begin_);
  if (length > max_record_bytes_) return TooLong();
  const size_t size = kTFRecordHeaderBytes + static_cast<size_t>(length) + kTFRecordFooterBytes;
  SAGESPARK_RETURN_IF_ERROR(Fill(size));
  if (available() < size) return Broken("TFRecord is cut");
  return size;
}

}  // namespace sagespark::server
