#include "sagespark/codec/record_decoder.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <iterator>

#include "sagespark/codec/wire_reader.h"

namespace sagespark::codec {
namespace {

static_assert(std::endian::native == std::endian::little, "protobuf's floats are read as they stand");

Error Broken(std::string_view what) { return CorruptData("Record is malformed: " + std::string(what)); }

constexpr uint32_t kVarint = 0;
constexpr uint32_t kFixed64 = 1;
constexpr uint32_t kLengthDelimited = 2;
constexpr uint32_t kFixed32 = 5;

/// A field's number and wire type, and for length-delimited fields its bytes.
struct WireField {
  uint64_t number = 0;
  uint32_t type = 0;
  std::string_view bytes;  ///< Also of fixed fields.
  uint64_t varint = 0;
};

/// Reads the next field; false when the message is malformed.
bool ReadField(WireReader& reader, WireField& field) {
  const std::optional<uint64_t> tag = reader.ReadVarint();
  if (!tag.has_value() || *tag < 8 || *tag > UINT32_MAX) return false;
  field.number = *tag >> 3;
  field.type = static_cast<uint32_t>(*tag & 7);
  std::optional<std::string_view> bytes;
  switch (field.type) {
    case kVarint: {
      const std::optional<uint64_t> value = reader.ReadVarint();
      field.varint = value.value_or(0);
      return value.has_value();
    }
    case kFixed64: bytes = reader.ReadBytes(8); break;
    case kFixed32: bytes = reader.ReadBytes(4); break;
    case kLengthDelimited: bytes = reader.ReadLengthDelimited(); break;
    default: return false;
  }
  field.bytes = bytes.value_or(std::string_view());
  return bytes.has_value();
}

/// Fixed-size numbers, packed or one by one.
template <typename T>
bool AppendFixed(const WireField& field, std::vector<T>& out) {
  constexpr uint32_t kSingle = sizeof(T) == 4 ? kFixed32 : kFixed64;
  if ((field.type != kLengthDelimited && field.type != kSingle) || field.bytes.size() % sizeof(T) != 0) return false;
  const size_t old_size = out.size();
  out.resize(old_size + field.bytes.size() / sizeof(T));
  if (!field.bytes.empty()) std::memcpy(out.data() + old_size, field.bytes.data(), field.bytes.size());
  return true;
}

constexpr size_t kBlockBytes = 16;
constexpr uint64_t kMoreFollows = 0x8080808080808080;  ///< The bit of each byte that says that its varint goes on.

bool EndsVarint(char byte) { return static_cast<int8_t>(byte) >= 0; }

/// Whether every byte of a block goes on or ends as the same byte of `pattern` does.
bool BlockIs(const char* block, uint64_t pattern) {
  uint64_t halves[2];
  static_assert(sizeof(halves) == kBlockBytes);
  std::memcpy(halves, block, sizeof(halves));
  return (((halves[0] ^ pattern) | (halves[1] ^ pattern)) & kMoreFollows) == 0;
}

/// A block of one-byte or of two-byte varints, without a branch for each; the number of varints, 0 when it is neither.
template <typename T, typename Convert>
size_t ConvertBlock(const char* block, T* to, Convert convert) {
  constexpr uint64_t kOneByteEach = 0;
  constexpr uint64_t kTwoBytesEach = 0x0080008000800080;
  if (BlockIs(block, kTwoBytesEach)) {
    uint16_t pairs[kBlockBytes / 2];
    std::memcpy(pairs, block, sizeof(pairs));
    for (const uint16_t pair : pairs) *to++ = convert(static_cast<uint64_t>((pair & 0x7f) | (pair >> 8 << 7)));
    return std::size(pairs);
  }
  if (!BlockIs(block, kOneByteEach)) return 0;
  for (size_t i = 0; i < kBlockBytes; ++i) *to++ = convert(static_cast<uint8_t>(block[i]));
  return kBlockBytes;
}

/// Packed varints. Keys of sparse rows ascend, so that a run of one byte each is followed by a run of two bytes each.
template <typename T, typename Convert>
bool AppendPackedVarints(std::string_view bytes, std::vector<T>& out, Convert convert) {
  const size_t old_size = out.size();
  out.resize(old_size + static_cast<size_t>(std::count_if(bytes.begin(), bytes.end(), EndsVarint)));
  T* to = out.data() + old_size;
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  while (at < end) {
    const auto left = static_cast<size_t>(end - at);
    if (const size_t converted = left < kBlockBytes ? 0 : ConvertBlock(at, to, convert); converted > 0) {
      to += converted;
      at += kBlockBytes;
      continue;
    }
    const auto first = static_cast<uint8_t>(at[0]);
    if (first < 0x80) {
      *to++ = convert(uint64_t{first});
      ++at;
    } else if (left >= 2 && EndsVarint(at[1])) {
      *to++ = convert(uint64_t{first} - 0x80 + (static_cast<uint64_t>(at[1]) << 7));
      at += 2;
    } else {
      WireReader reader(std::string_view(at, left));
      const std::optional<uint64_t> value = reader.ReadVarint();
      if (!value.has_value()) return false;
      *to++ = convert(*value);
      while (!EndsVarint(*at)) ++at;
      ++at;
    }
  }
  return true;
}

/// Varints, packed or one by one.
template <typename T, typename Convert>
bool AppendVarints(const WireField& field, std::vector<T>& out, Convert convert) {
  if (field.type == kVarint) {
    out.push_back(convert(field.varint));
    return true;
  }
  return field.type == kLengthDelimited && AppendPackedVarints(field.bytes, out, convert);
}

bool AppendValues(const WireField& field, Tensor& tensor) {
  switch (tensor.type) {
    case Tensor::Type::kFloat32: return AppendFixed(field, tensor.floats);
    case Tensor::Type::kFloat64: return AppendFixed(field, tensor.doubles);
    case Tensor::Type::kInt32:
      return AppendVarints(field, tensor.doubles, [](uint64_t value) { return static_cast<double>(static_cast<int32_t>(value)); });
    default: return false;
  }
}

Status DecodeTensor(std::string_view message, Tensor& tensor) {
  WireReader reader(message);
  const auto as_is = [](uint64_t value) { return value; };
  while (!reader.done()) {
    WireField field;
    if (!ReadField(reader, field)) return Broken("cut tensor");
    bool fits = true;
    if (field.number == 1) fits = AppendValues(field, tensor);
    if (field.number == 2) fits = AppendVarints(field, tensor.keys, as_is);
    if (field.number == 3) fits = AppendVarints(field, tensor.shape, as_is);
    if (!fits) return Broken("tensor of another type");
  }
  return Status::Ok();
}

Status DecodeBytes(std::string_view message, Tensor& tensor) {
  WireReader reader(message);
  while (!reader.done()) {
    WireField field;
    if (!ReadField(reader, field)) return Broken("cut bytes");
    if (field.number == 1 && field.type == kLengthDelimited) tensor.bytes.emplace_back(field.bytes);
  }
  return Status::Ok();
}

constexpr size_t kMaxNames = 256;

Tensor::Type TypeOf(uint64_t field_number) {
  switch (field_number) {
    case 2: return Tensor::Type::kFloat32;
    case 3: return Tensor::Type::kFloat64;
    case 7: return Tensor::Type::kInt32;
    case 9: return Tensor::Type::kBytes;
    default: return Tensor::Type::kNone;
  }
}

void ClearTensor(Tensor& tensor) {
  tensor.type = Tensor::Type::kNone;
  tensor.floats.clear();
  tensor.doubles.clear();
  tensor.bytes.clear();
  tensor.keys.clear();
  tensor.shape.clear();
}

Status DecodeValue(std::string_view message, Tensor& tensor) {
  WireReader reader(message);
  while (!reader.done()) {
    WireField field;
    if (!ReadField(reader, field)) return Broken("cut value");
    const Tensor::Type type = TypeOf(field.number);
    if (type == Tensor::Type::kNone) continue;
    if (field.type != kLengthDelimited) return Broken("tensor of another type");
    // Of a oneof the last member stays; the same one twice is merged.
    if (tensor.type != type) ClearTensor(tensor);
    tensor.type = type;
    SAGESPARK_RETURN_IF_ERROR(type == Tensor::Type::kBytes ? DecodeBytes(field.bytes, tensor)
                                                           : DecodeTensor(field.bytes, tensor));
  }
  return Status::Ok();
}

}  // namespace

Tensor& RecordDecoder::TensorMap::Insert(std::string_view name) {
  size_t index = 0;
  while (index < size_ && names_[index] != name) ++index;
  if (index == size_) {
    if (size_ == tensors_.size()) {
      names_.emplace_back();
      tensors_.emplace_back();
    }
    names_[size_++] = name;
  }
  ClearTensor(tensors_[index]);
  return tensors_[index];
}

const Tensor* RecordDecoder::TensorMap::Find(std::string_view name) const {
  for (size_t i = 0; i < size_; ++i) {
    if (names_[i] == name) return &tensors_[i];
  }
  return nullptr;
}

Status RecordDecoder::DecodeEntry(std::string_view entry, TensorMap& map) {
  WireReader reader(entry);
  std::string_view name;
  std::string_view value;
  while (!reader.done()) {
    WireField field;
    if (!ReadField(reader, field)) return Broken("cut map entry");
    if (field.type != kLengthDelimited) continue;
    if (field.number == 1) name = field.bytes;
    if (field.number == 2) value = field.bytes;
  }
  if (map.size() >= kMaxNames) return Broken("more than " + std::to_string(kMaxNames) + " names in a map");
  return DecodeValue(value, map.Insert(name));
}

Status RecordDecoder::Decode(std::string_view message) {
  features_.Clear();
  label_.Clear();
  uid_.clear();
  metadata_.clear();
  WireReader reader(message);
  while (!reader.done()) {
    WireField field;
    if (!ReadField(reader, field)) return Broken("cut field");
    if (field.type != kLengthDelimited) continue;
    switch (field.number) {
      case 1: SAGESPARK_RETURN_IF_ERROR(DecodeEntry(field.bytes, features_)); break;
      case 2: SAGESPARK_RETURN_IF_ERROR(DecodeEntry(field.bytes, label_)); break;
      case 3: uid_ = field.bytes; break;
      case 4: metadata_ = field.bytes; break;
      default: break;
    }
  }
  return Status::Ok();
}

std::vector<std::string> RecordDecoder::LabelNames() const {
  std::vector<std::string> names;
  for (size_t i = 0; i < label_.size(); ++i) names.push_back(label_.name(i));
  return names;
}

}  // namespace sagespark::codec
