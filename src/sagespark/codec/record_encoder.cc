#include "sagespark/codec/record_encoder.h"

#include <algorithm>
#include <cstring>

#include "sagespark/codec/convert.h"
#include "sagespark/codec/recordio.h"
#include "sagespark/codec/wire_writer.h"

namespace sagespark::codec {
namespace {

// Tags are field number * 8 + wire type; every field here is of type 2, length-delimited.
constexpr char kFeatures = 1 * 8 + 2;       // Record.features
constexpr char kLabel = 2 * 8 + 2;          // Record.label
constexpr char kMapKey = 1 * 8 + 2;         // of both maps' entries
constexpr char kMapValue = 2 * 8 + 2;
constexpr char kFloat32Tensor = 2 * 8 + 2;  // Value.float32_tensor
constexpr char kValues = 1 * 8 + 2;         // Float32Tensor.values, packed
constexpr char kKeys = 2 * 8 + 2;
constexpr char kShape = 3 * 8 + 2;
constexpr std::string_view kName = "values";
constexpr size_t kCacheLine = 64;
constexpr size_t kMapKeySize = 2 + kName.size();

char* WriteTag(char tag, size_t length, char* out) {
  *out++ = tag;
  return WriteVarint(length, out);
}

/// A field with its tag and length; protobuf leaves out empty packed fields.
constexpr size_t FieldSize(size_t length) { return 1 + VarintSize(length) + length; }
constexpr size_t PackedSize(size_t length) { return length == 0 ? 0 : FieldSize(length); }

/// The lengths of the nested messages around a tensor.
struct Nesting {
  constexpr explicit Nesting(size_t tensor_size)
      : tensor(tensor_size), value(FieldSize(tensor)), entry(kMapKeySize + FieldSize(value)), field(FieldSize(entry)) {}
  size_t tensor;
  size_t value;
  size_t entry;
  size_t field;
};

/// A label of one number.
constexpr size_t kLabelSize = Nesting(PackedSize(sizeof(float))).field;

char* WriteFrameHeader(size_t payload, char* out) {
  const uint32_t header[2] = {kRecordIoMagic, static_cast<uint32_t>(payload)};
  std::memcpy(out, header, sizeof(header));
  return out + sizeof(header);
}

/// Everything before a tensor's fields.
char* WriteNesting(char map, const Nesting& nesting, char* out) {
  out = WriteTag(map, nesting.entry, out);
  out = WriteTag(kMapKey, kName.size(), out);
  std::memcpy(out, kName.data(), kName.size());
  out = WriteTag(kMapValue, nesting.value, out + kName.size());
  return WriteTag(kFloat32Tensor, nesting.tensor, out);
}

char* WriteLabel(double label, char* out) {
  out = WriteNesting(kLabel, Nesting(PackedSize(sizeof(float))), out);
  out = WriteTag(kValues, sizeof(float), out);
  ConvertToFloat(&label, 1, out);
  return out + sizeof(float);
}

Status CheckSize(size_t payload) {
  if (payload <= kMaxRecordSize) return Status::Ok();
  return ResourceLimit("Record is too long: " + std::to_string(payload) + " bytes, limit " +
                       std::to_string(kMaxRecordSize));
}

size_t FrameSize(size_t payload) { return kRecordIoHeaderSize + payload + RecordIoPadding(payload); }

/// Lets the processor fetch where the next `size` bytes will go while others are worked on.
void PrefetchRoom(const std::string& out, size_t size) {
  const char* to = out.data() + out.size();
  const size_t room = std::min(size, out.capacity() - out.size());
  for (size_t i = 0; i < room; i += kCacheLine) __builtin_prefetch(to + i, 1);
}

/// Lets the processor fetch what lies behind a row's numbers, which in a column is the next row's.
template <typename Number>
void PrefetchNext(std::span<const Number> numbers) {
  const auto* at = reinterpret_cast<const char*>(numbers.data() + numbers.size());
  for (size_t i = 0; i < numbers.size_bytes(); i += kCacheLine) __builtin_prefetch(at + i);
}

/// Extends `out` by `size` bytes, all of which `write` must write: from C++23 on they are not cleared first, which would cost
/// nearly as much as writing them.
template <typename Write>
void ExtendBy(std::string& out, size_t size, Write write) {
  const size_t start = out.size();
#ifdef __cpp_lib_string_resize_and_overwrite
  if (out.capacity() - start < size) out.reserve(std::max(start + size, 2 * out.capacity()));
  out.resize_and_overwrite(start + size, [&](char* data, size_t length) {
    write(data + start);
    return length;
  });
#else
  out.resize(start + size);
  write(out.data() + start);
#endif
}

}  // namespace

Status RecordEncoder::Append(const data::VectorRow& features, std::optional<double> label, std::string& out) {
  SAGESPARK_DCHECK(!features.is_null);
  return features.is_sparse ? AppendSparse(features, label, out) : AppendDense(features, label, out);
}

void RecordEncoder::MakeDenseFrame(size_t count, bool has_label) {
  const size_t values = count * sizeof(float);
  const Nesting nesting(PackedSize(values));
  const size_t payload = nesting.field + (has_label ? kLabelSize : 0);
  dense_frame_.assign(FrameSize(payload), '\0');
  char* end = WriteFrameHeader(payload, dense_frame_.data());
  end = WriteNesting(kFeatures, nesting, end);
  if (values > 0) end = WriteTag(kValues, values, end);
  dense_head_ = static_cast<size_t>(end - dense_frame_.data());
  dense_count_ = count;
  dense_has_label_ = has_label;
}

Status RecordEncoder::AppendDense(const data::VectorRow& features, std::optional<double> label, std::string& out) {
  const size_t count = features.values.size();
  if (count != dense_count_ || label.has_value() != dense_has_label_) {
    SAGESPARK_RETURN_IF_ERROR(CheckSize(count * sizeof(float) + 64));
    MakeDenseFrame(count, label.has_value());
  }
  PrefetchRoom(out, dense_frame_.size());
  char* values = dense_frame_.data() + dense_head_;
  ConvertToFloat(features.values.data(), count, values);
  if (label.has_value()) WriteLabel(*label, values + count * sizeof(float));
  out.append(dense_frame_);
  return Status::Ok();
}

Status RecordEncoder::AppendSparse(const data::VectorRow& features, std::optional<double> label, std::string& out) {
  const size_t count = features.values.size();
  const size_t values = count * sizeof(float);
  PrefetchNext(features.indices);
  PrefetchNext(features.values);
  const VarintPlan keys = PlanVarints(features.indices.data(), count);
  const size_t shape = VarintSize(static_cast<uint64_t>(features.size));
  const Nesting nesting(PackedSize(values) + PackedSize(keys.size) + FieldSize(shape));
  const size_t payload = nesting.field + (label.has_value() ? kLabelSize : 0);
  SAGESPARK_RETURN_IF_ERROR(CheckSize(payload));
  ExtendBy(out, FrameSize(payload), [&](char* frame) {
    char* end = WriteNesting(kFeatures, nesting, WriteFrameHeader(payload, frame));
    if (count > 0) {
      end = WriteTag(kValues, values, end);
      ConvertToFloat(features.values.data(), count, end);
      end = WriteTag(kKeys, keys.size, end + values);
      end = WriteVarints(features.indices.data(), count, keys, end);
    }
    end = WriteVarint(static_cast<uint64_t>(features.size), WriteTag(kShape, shape, end));
    if (label.has_value()) end = WriteLabel(*label, end);
    std::memset(end, 0, RecordIoPadding(payload));
  });
  return Status::Ok();
}

}  // namespace sagespark::codec
