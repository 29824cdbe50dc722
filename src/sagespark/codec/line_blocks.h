#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sagespark/base/result.h"
#include "sagespark/codec/byte_source.h"

namespace sagespark::codec {

/// Bytes behind every block that may be read, not interpreted: parsers load eight bytes at once.
inline constexpr size_t kBlockSlack = 32;

/// Cuts text into blocks of whole lines, each of which ends in "\n", the last one too. Memory: about a megabyte, or
/// the longest line. Not thread-safe.
class LineBlocks {
 public:
  explicit LineBlocks(ByteSource source, size_t max_line = size_t{256} << 20)
      : source_(std::move(source)), max_line_(max_line) {}

  /// The next block, never empty, valid until the next call, with kBlockSlack readable bytes behind it; nullopt at
  /// the end. Fails with kResourceLimit on a line longer than `max_line`.
  Result<std::optional<std::string_view>> Next();

 private:
  ByteSource source_;
  size_t max_line_;
  std::string buffer_;
  size_t begin_ = 0;  ///< The unconsumed bytes of buffer_, the start of a line.
  size_t end_ = 0;
  bool at_end_ = false;
};

/// Bytes in memory, which must outlive the source.
ByteSource SourceOf(std::string_view bytes);

}  // namespace sagespark::codec
