#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sagespark/base/result.h"
#include "sagespark/codec/byte_source.h"

namespace sagespark::codec {

/// Reads an IDX file of unsigned bytes, the format of the MNIST images, item by item.
///
/// The file: two zero bytes, the type 0x08, the number of dimensions n (1 ... 255), n big-endian uint32, then the
/// values in row-major order. The first dimension counts the items.
/// Source: LeCun, Cortes, Burges, "The MNIST database", section "File formats".
class IdxReader {
 public:
  /// Reads the head. Fails with kCorruptData on another format, kUnimplemented on another type of values,
  /// kResourceLimit when one item has more than 2^28 values.
  static Result<IdxReader> Open(ByteSource source);

  /// The items' number, then an item's dimensions.
  const std::vector<uint32_t>& dimensions() const { return dimensions_; }

  /// Values in an item: 1 in a file of one dimension.
  size_t item_size() const { return item_size_; }

  /// Fills `item`, item_size() values; false behind the last item. Fails with kCorruptData when the file is cut or
  /// goes on behind its last item.
  Result<bool> Next(std::span<uint8_t> item);

 private:
  explicit IdxReader(ByteSource source) : source_(std::move(source)) {}
  Status ReadExactly(std::span<char> bytes);
  Result<bool> CheckEnd();

  ByteSource source_;
  std::vector<uint32_t> dimensions_;
  size_t item_size_ = 1;
  uint32_t items_read_ = 0;
};

}  // namespace sagespark::codec
