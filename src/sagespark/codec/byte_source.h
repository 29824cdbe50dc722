#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include "sagespark/base/result.h"

namespace sagespark::codec {

/// Fills the buffer with the next bytes and returns how many; 0 means the end.
using ByteSource = std::function<Result<size_t>(std::span<char>)>;

}  // namespace sagespark::codec
