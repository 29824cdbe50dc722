#pragma once

#include <functional>
#include <span>

#include "sagespark/base/result.h"

namespace sagespark::archive {

/// Fills the buffer with the next bytes and returns how many; 0 means the end.
using ByteSource = std::function<Result<size_t>(std::span<char>)>;

/// The unpacked bytes of a gzip stream (RFC 1952, one member or several), read as they are asked for. The source fails with
/// kCorruptData when the bytes are no gzip, broken or cut, or as `packed` does.
ByteSource Gunzip(ByteSource packed);

}  // namespace sagespark::archive
