#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sagespark/base/result.h"

namespace sagespark::codec {

/// A tensor of a Record. Reused from record to record, so that decoding allocates nothing in the long run.
struct Tensor {
  enum class Type { kNone, kFloat32, kFloat64, kInt32, kBytes };
  Type type = Type::kNone;
  std::vector<float> floats;       ///< kFloat32
  std::vector<double> doubles;     ///< kFloat64 and kInt32
  std::vector<std::string> bytes;  ///< kBytes
  std::vector<uint64_t> keys;      ///< Sparse: the position of each value.
  std::vector<uint64_t> shape;     ///< Sparse: the length, or rows and columns.

  /// Numbers held.
  size_t size() const { return type == Type::kFloat32 ? floats.size() : doubles.size(); }
  double operator[](size_t index) const {
    return type == Type::kFloat32 ? static_cast<double>(floats[index]) : doubles[index];
  }
};

/// Reads `aialgs.data.Record` messages, one at a time. Not thread-safe.
class RecordDecoder {
 public:
  /// Decodes one message; what the getters gave before is void. Unknown fields are skipped; of two map entries of
  /// one name the last counts. Fails with kCorruptData.
  Status Decode(std::string_view message);

  /// The tensor of that name, or null.
  const Tensor* Features(std::string_view name = "values") const { return features_.Find(name); }
  const Tensor* Label(std::string_view name = "values") const { return label_.Find(name); }
  const std::string& uid() const { return uid_; }
  const std::string& metadata() const { return metadata_; }

  /// The names in the label map.
  std::vector<std::string> LabelNames() const;

 private:
  class TensorMap {
   public:
    void Clear() { size_ = 0; }
    Tensor& Insert(std::string_view name);
    const Tensor* Find(std::string_view name) const;
    size_t size() const { return size_; }
    const std::string& name(size_t index) const { return names_[index]; }

   private:
    std::vector<std::string> names_;
    std::vector<Tensor> tensors_;
    size_t size_ = 0;
  };

  static Status DecodeEntry(std::string_view entry, TensorMap& map);

  TensorMap features_;
  TensorMap label_;
  std::string uid_;
  std::string metadata_;
};

}  // namespace sagespark::codec
