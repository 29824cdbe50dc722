#include "sagespark/codec/recordio.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace sagespark::codec {
namespace {

static_assert(std::endian::native == std::endian::little, "RecordIO is written as the machine holds it");

constexpr size_t kFirstSize = size_t{16} << 10;  // Doubled read by read: small streams stay cheap.
constexpr size_t kReadSize = size_t{1} << 20;

uint32_t LoadUint32(const char* bytes) {
  uint32_t value;
  std::memcpy(&value, bytes, sizeof(value));
  return value;
}

}  // namespace

Status AppendRecordIoFrame(std::string_view payload, std::string& out) {
  if (payload.size() > kMaxRecordSize) {
    return ResourceLimit("Record is too long: " + std::to_string(payload.size()) + " bytes, limit " +
                         std::to_string(kMaxRecordSize));
  }
  const uint32_t header[2] = {kRecordIoMagic, static_cast<uint32_t>(payload.size())};
  out.append(reinterpret_cast<const char*>(header), sizeof(header));
  out.append(payload);
  out.append(RecordIoPadding(payload.size()), '\0');
  return Status::Ok();
}

Error RecordIoReader::Broken(std::string_view what) const {
  return CorruptData("RecordIO is malformed: " + std::string(what) + " at byte " + std::to_string(position_));
}

Status RecordIoReader::Fill(size_t wanted) {
  if (bytes_.size() >= wanted || source_ == nullptr) return Status::Ok();
  // The rest moves to the front, and the buffer grows only to what a frame needs.
  const size_t kept = bytes_.size();
  if (kept > 0) std::memmove(buffer_.data(), bytes_.data(), kept);
  buffer_.resize(std::max({buffer_.size(), wanted, std::clamp(2 * buffer_.size(), kFirstSize, kReadSize)}));
  size_t filled = kept;
  while (filled < wanted) {
    SAGESPARK_ASSIGN_OR_RETURN(const size_t count, source_({buffer_.data() + filled, buffer_.size() - filled}));
    if (count == 0) break;
    filled += count;
  }
  bytes_ = {buffer_.data(), filled};
  return Status::Ok();
}

Result<std::optional<std::string_view>> RecordIoReader::Next() {
  SAGESPARK_RETURN_IF_ERROR(Fill(kRecordIoHeaderSize));
  if (bytes_.empty()) return std::optional<std::string_view>();
  if (bytes_.size() < kRecordIoHeaderSize) return Broken("cut header");
  if (LoadUint32(bytes_.data()) != kRecordIoMagic) return Broken("wrong magic number");
  const uint32_t length = LoadUint32(bytes_.data() + 4);
  if (length > kMaxRecordSize) return Broken("record in parts");
  if (length > max_record_size_) {
    return ResourceLimit("Record is too long: " + std::to_string(length) + " bytes, limit " +
                         std::to_string(max_record_size_));
  }
  const size_t frame = kRecordIoHeaderSize + length + RecordIoPadding(length);
  SAGESPARK_RETURN_IF_ERROR(Fill(frame));
  if (bytes_.size() < frame) return Broken("cut record");
  const std::string_view payload = bytes_.substr(kRecordIoHeaderSize, length);
  bytes_.remove_prefix(frame);
  position_ += static_cast<int64_t>(frame);
  return std::optional(payload);
}

}  // namespace sagespark::codec
