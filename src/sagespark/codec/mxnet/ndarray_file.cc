#include "sagespark/codec/mxnet/ndarray_file.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

namespace sagespark::codec {
namespace {

static_assert(std::endian::native == std::endian::little, "the file's numbers are copied as the machine holds them");

constexpr uint64_t kFileMagic = 0x112;
constexpr uint32_t kVersion1 = 0xf993fac8;
constexpr uint32_t kVersion2 = 0xf993fac9;
constexpr uint32_t kVersion3 = 0xf993faca;
constexpr int32_t kDense = 0;
constexpr int32_t kCpu = 1;
constexpr int32_t kFloat32 = 0;
constexpr int32_t kFloat64 = 1;
constexpr uint32_t kMaxDimensions = 32;

template <typename T>
void Append(T value, std::string& out) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  Result<std::vector<NdArray>> ReadFile() {
    SAGESPARK_ASSIGN_OR_RETURN(const uint64_t magic, Read<uint64_t>());
    if (magic != kFileMagic) return Broken("wrong magic number");
    SAGESPARK_RETURN_IF_ERROR(Read<uint64_t>().status());  // Reserved.
    SAGESPARK_ASSIGN_OR_RETURN(const uint64_t count, Read<uint64_t>());
    std::vector<NdArray> arrays;
    for (uint64_t i = 0; i < count; ++i) {
      SAGESPARK_ASSIGN_OR_RETURN(NdArray array, ReadArray());
      arrays.push_back(std::move(array));
    }
    SAGESPARK_RETURN_IF_ERROR(ReadNames(arrays));
    if (at_ != bytes_.size()) return Broken("bytes behind the end");
    return arrays;
  }

 private:
  Error Broken(std::string_view what) const {
    return CorruptData("MXNet ndarray file is malformed: " + std::string(what) + " at byte " + std::to_string(at_));
  }

  Result<std::string_view> ReadBytes(uint64_t size) {
    if (size > bytes_.size() - at_) return Broken("cut");
    const std::string_view bytes = bytes_.substr(at_, static_cast<size_t>(size));
    at_ += static_cast<size_t>(size);
    return bytes;
  }

  template <typename T>
  Result<T> Read() {
    SAGESPARK_ASSIGN_OR_RETURN(const std::string_view bytes, ReadBytes(sizeof(T)));
    T value;
    std::memcpy(&value, bytes.data(), sizeof(value));
    return value;
  }

  Result<std::vector<int64_t>> ReadShape() {
    SAGESPARK_ASSIGN_OR_RETURN(const uint32_t dimensions, Read<uint32_t>());
    if (dimensions == 0 || dimensions > kMaxDimensions) return Broken("number of dimensions");
    std::vector<int64_t> shape;
    for (uint32_t i = 0; i < dimensions; ++i) {
      SAGESPARK_ASSIGN_OR_RETURN(const int64_t extent, Read<int64_t>());
      if (extent < 0) return Broken("negative extent");
      shape.push_back(extent);
    }
    return shape;
  }

  /// The number of values; refused where the file is too short for them, before memory is taken.
  Result<uint64_t> CountOf(const std::vector<int64_t>& shape, size_t value_size) const {
    const uint64_t limit = (bytes_.size() - at_) / value_size;
    uint64_t count = 1;
    for (const int64_t extent : shape) {
      const auto factor = static_cast<uint64_t>(extent);
      if (factor != 0 && count > limit / factor) return Broken("cut");
      count *= factor;
    }
    return count;
  }

  Result<NdArray> ReadArray() {
    SAGESPARK_ASSIGN_OR_RETURN(const uint32_t version, Read<uint32_t>());
    if (version < kVersion1 || version > kVersion3) return Broken("unknown array version");
    if (version != kVersion1) {
      SAGESPARK_ASSIGN_OR_RETURN(const int32_t storage, Read<int32_t>());
      if (storage != kDense) return Unimplemented("MXNet ndarray file has a sparse array");
    }
    NdArray array;
    SAGESPARK_ASSIGN_OR_RETURN(array.shape, ReadShape());
    SAGESPARK_RETURN_IF_ERROR(ReadBytes(2 * sizeof(int32_t)).status());  // The device it was on.
    SAGESPARK_ASSIGN_OR_RETURN(const int32_t type, Read<int32_t>());
    if (type != kFloat32 && type != kFloat64) {
      return Unimplemented("MXNet ndarray file has an array of neither float32 nor float64: type " +
                           std::to_string(type));
    }
    SAGESPARK_RETURN_IF_ERROR(type == kFloat32 ? ReadValues<float>(array) : ReadValues<double>(array));
    return array;
  }

  template <typename T>
  Status ReadValues(NdArray& array) {
    SAGESPARK_ASSIGN_OR_RETURN(const uint64_t count, CountOf(array.shape, sizeof(T)));
    SAGESPARK_ASSIGN_OR_RETURN(const std::string_view bytes, ReadBytes(count * sizeof(T)));
    array.values.resize(static_cast<size_t>(count));
    for (size_t i = 0; i < array.values.size(); ++i) {
      T value;
      std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
      array.values[i] = static_cast<float>(value);
    }
    return Status::Ok();
  }

  Status ReadNames(std::vector<NdArray>& arrays) {
    SAGESPARK_ASSIGN_OR_RETURN(const uint64_t count, Read<uint64_t>());
    if (count != 0 && count != arrays.size()) return Broken("number of names");
    for (uint64_t i = 0; i < count; ++i) {
      SAGESPARK_ASSIGN_OR_RETURN(const uint64_t length, Read<uint64_t>());
      SAGESPARK_ASSIGN_OR_RETURN(const std::string_view name, ReadBytes(length));
      arrays[static_cast<size_t>(i)].name = name;
    }
    return Status::Ok();
  }

  std::string_view bytes_;
  size_t at_ = 0;
};

}  // namespace

std::string NdArrayFileHead(int64_t arrays) {
  std::string out;
  Append(kFileMagic, out);
  Append(uint64_t{0}, out);
  Append(static_cast<uint64_t>(arrays), out);
  return out;
}

std::string NdArrayHead(std::span<const int64_t> shape) {
  std::string out;
  Append(kVersion2, out);
  Append(kDense, out);
  Append(static_cast<uint32_t>(shape.size()), out);
  for (const int64_t extent : shape) Append(extent, out);
  Append(kCpu, out);
  Append(int32_t{0}, out);
  Append(kFloat32, out);
  return out;
}

std::string NdArrayFileTail(std::span<const std::string> names) {
  std::string out;
  Append(static_cast<uint64_t>(names.size()), out);
  for (const std::string& name : names) {
    Append(static_cast<uint64_t>(name.size()), out);
    out += name;
  }
  return out;
}

std::string WriteNdArrays(const std::vector<NdArray>& arrays) {
  std::string out = NdArrayFileHead(std::ssize(arrays));
  std::vector<std::string> names;
  bool has_names = false;
  for (const NdArray& array : arrays) {
    out += NdArrayHead(array.shape);
    out.append(reinterpret_cast<const char*>(array.values.data()), array.values.size() * sizeof(float));
    names.push_back(array.name);
    has_names = has_names || !array.name.empty();
  }
  return out + NdArrayFileTail(has_names ? names : std::vector<std::string>());
}

Result<std::vector<NdArray>> ReadNdArrays(std::string_view bytes) { return Reader(bytes).ReadFile(); }

}  // namespace sagespark::codec
