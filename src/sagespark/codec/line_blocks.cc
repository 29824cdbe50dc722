#include "sagespark/codec/line_blocks.h"

#include <algorithm>
#include <cstring>

namespace sagespark::codec {
namespace {

constexpr size_t kFirstSize = size_t{16} << 10;  // Doubled block by block: small texts stay cheap.
constexpr size_t kBlockSize = size_t{1} << 20;

}  // namespace

Result<std::optional<std::string_view>> LineBlocks::Next() {
  if (end_ > begin_ && begin_ > 0) std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  size_t searched = 0;
  while (true) {
    const size_t newline = std::string_view(buffer_.data() + searched, end_ - searched).rfind('\n');
    if (newline != std::string_view::npos) {
      begin_ = searched + newline + 1;
      return std::optional(std::string_view(buffer_.data(), begin_));
    }
    searched = end_;
    if (at_end_) {
      if (end_ == 0) return std::optional<std::string_view>();
      buffer_[end_++] = '\n';
      continue;
    }
    if (end_ > max_line_) return ResourceLimit("Line is longer than the limit: " + std::to_string(max_line_) + " bytes");
    const size_t wanted = std::clamp(2 * buffer_.size(), kFirstSize, kBlockSize);
    buffer_.resize(std::max({buffer_.size(), wanted, 2 * end_ + kBlockSlack}));
    SAGESPARK_ASSIGN_OR_RETURN(const size_t count, source_({buffer_.data() + end_, buffer_.size() - kBlockSlack - end_}));
    at_end_ = count == 0;
    end_ += count;
  }
}

ByteSource SourceOf(std::string_view bytes) {
  return [bytes](std::span<char> buffer) mutable -> Result<size_t> {
    const size_t count = std::min(buffer.size(), bytes.size());
    std::copy_n(bytes.data(), count, buffer.data());
    bytes.remove_prefix(count);
    return count;
  };
}

}  // namespace sagespark::codec
