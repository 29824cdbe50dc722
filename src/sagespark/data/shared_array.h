#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sagespark/data/arrow_c_abi.h"

namespace sagespark::data {

/// Memory of an Arrow buffer and what keeps it alive; null for an absent validity bitmap.
struct SharedBuffer {
  const void* bytes = nullptr;
  std::shared_ptr<const void> owner;
};

/// Takes over a filled vector as a buffer.
template <typename T>
SharedBuffer MakeBuffer(std::vector<T>&& values) {
  auto owner = std::make_shared<std::vector<T>>(std::move(values));
  // An Arrow buffer of no bytes must still have an address.
  static constexpr uint64_t kEmpty = 0;
  const void* bytes = owner->empty() ? static_cast<const void*>(&kEmpty) : owner->data();
  return {bytes, std::move(owner)};
}

/// An Arrow array that owns its parts; the caller releases it.
ArrowArray MakeArray(int64_t length, int64_t null_count, std::vector<SharedBuffer> buffers,
                     std::vector<ArrowArray> children = {});

/// A second handle on the memory of `array`, down to its grandchildren, so that a consumer may move any part
/// of it away. `owner` keeps the memory alive.
ArrowArray ShareArray(const ArrowArray& array, const std::shared_ptr<const void>& owner);

/// Releases an array that nobody took.
inline void ReleaseArray(ArrowArray& array) {
  if (array.release != nullptr) array.release(&array);
}

/// Bit `index` of an Arrow bitmap; true when there is no bitmap.
inline bool BitAt(const uint8_t* bitmap, int64_t index) {
  return bitmap == nullptr || ((bitmap[index >> 3] >> (index & 7)) & 1) != 0;
}

}  // namespace sagespark::data
