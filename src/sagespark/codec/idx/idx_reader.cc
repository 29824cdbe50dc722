#include "sagespark/codec/idx/idx_reader.h"

#include <array>
#include <string>

namespace sagespark::codec {
namespace {

constexpr uint8_t kUnsignedByte = 0x08;
constexpr uint64_t kMaxItemSize = uint64_t{1} << 28;

uint32_t LoadBigEndian(const char* bytes) {
  uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return value;
}

}  // namespace

Result<IdxReader> IdxReader::Open(ByteSource source) {
  IdxReader reader(std::move(source));
  std::array<char, 4> head{};
  SAGESPARK_RETURN_IF_ERROR(reader.ReadExactly(head));
  if (head[0] != 0 || head[1] != 0 || head[3] == 0) return CorruptData("IDX is malformed: wrong magic number");
  const auto type = static_cast<uint8_t>(head[2]);
  if (type != kUnsignedByte) return Unimplemented("IDX type is not unsigned byte (8): " + std::to_string(type));
  uint64_t item_size = 1;
  for (int i = 0; i < static_cast<uint8_t>(head[3]); ++i) {
    std::array<char, 4> extent{};
    SAGESPARK_RETURN_IF_ERROR(reader.ReadExactly(extent));
    reader.dimensions_.push_back(LoadBigEndian(extent.data()));
    if (i > 0) item_size *= reader.dimensions_.back();
    if (item_size > kMaxItemSize) {
      return ResourceLimit("IDX item is too large: limit " + std::to_string(kMaxItemSize) + " values");
    }
  }
  reader.item_size_ = static_cast<size_t>(item_size);
  return reader;
}

Result<bool> IdxReader::Next(std::span<uint8_t> item) {
  SAGESPARK_DCHECK(item.size() == item_size_);
  if (items_read_ == dimensions_[0]) return CheckEnd();
  SAGESPARK_RETURN_IF_ERROR(ReadExactly({reinterpret_cast<char*>(item.data()), item.size()}));
  ++items_read_;
  return true;
}

Status IdxReader::ReadExactly(std::span<char> bytes) {
  while (!bytes.empty()) {
    SAGESPARK_ASSIGN_OR_RETURN(const size_t count, source_(bytes));
    if (count == 0) {
      return CorruptData("IDX is malformed: it ends within item " + std::to_string(items_read_ + 1));
    }
    bytes = bytes.subspan(count);
  }
  return Status::Ok();
}

Result<bool> IdxReader::CheckEnd() {
  char more = 0;
  SAGESPARK_ASSIGN_OR_RETURN(const size_t count, source_({&more, 1}));
  if (count > 0) return CorruptData("IDX is malformed: bytes follow its last item, " + std::to_string(items_read_));
  return false;
}

}  // namespace sagespark::codec
