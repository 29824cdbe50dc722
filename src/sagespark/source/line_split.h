#pragma once

#include "sagespark/codec/byte_source.h"
#include "sagespark/source/format.h"

namespace sagespark::source {

/// The bytes of the lines that belong to `split`: those that begin behind its first byte and not behind its end, and a file's first
/// line; so each line belongs to one of a file's splits. The reads are ranged and hold nothing back. `file_systems` must outlive it.
codec::ByteSource ReadLinesOf(const io::FileSystems& file_systems, const FileSplit& split);

/// The number, from 1, of the first line that belongs to `split`. Reads the file up to there: for messages.
Result<int64_t> FirstLineOf(const io::FileSystems& file_systems, const FileSplit& split);

}  // namespace sagespark::source
