#include "sagespark/source/line_split.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace sagespark::source {
namespace {

constexpr int64_t kExtension = 64 << 10;  // A line that crosses the split's end is read on in such steps.

/// Reads a split with the lines at its ends put right.
class LineSplitReader {
 public:
  LineSplitReader(const io::FileSystems& file_systems, const FileSplit& split)
      : file_systems_(&file_systems), split_(split), position_(split.offset), skipping_(split.offset > 0) {}

  Result<size_t> Read(std::span<char> buffer) {
    while (!done_) {
      const bool before_end = position_ < SplitEnd();
      SAGESPARK_ASSIGN_OR_RETURN(size_t count, ReadRaw(buffer));
      if (count == 0) {
        done_ = true;
        break;
      }
      size_t first = 0;
      if (skipping_) {
        first = BehindNewline(buffer.data(), count);
        skipping_ = first == 0;
        // A line that crosses the whole split belongs to an earlier one.
        if (!before_end && !skipping_) done_ = true;
        if (skipping_ || done_) continue;
      }
      if (!before_end) {
        // The last line may end here.
        const size_t end = BehindNewline(buffer.data(), count);
        if (end > 0) {
          done_ = true;
          count = end;
        }
      }
      if (first == count) continue;
      if (first > 0) std::memmove(buffer.data(), buffer.data() + first, count - first);
      return count - first;
    }
    return size_t{0};
  }

 private:
  int64_t SplitEnd() const { return split_.offset + split_.length; }

  /// One past the first newline; 0 when there is none.
  static size_t BehindNewline(const char* bytes, size_t count) {
    const void* found = std::memchr(bytes, '\n', count);
    return found == nullptr ? 0 : static_cast<size_t>(static_cast<const char*>(found) - bytes) + 1;
  }

  /// Bytes at position_, of one range only: the split itself, then the steps behind it.
  Result<size_t> ReadRaw(std::span<char> buffer) {
    for (;;) {
      if (stream_ == nullptr) {
        if (position_ >= split_.file_size) return size_t{0};
        const int64_t end = position_ < SplitEnd() ? SplitEnd() : std::min(position_ + kExtension, split_.file_size);
        SAGESPARK_ASSIGN_OR_RETURN(const auto file_system, file_systems_->For(split_.uri));
        SAGESPARK_ASSIGN_OR_RETURN(stream_, file_system->Open(split_.uri, position_, end - position_));
        range_end_ = end;
      }
      SAGESPARK_ASSIGN_OR_RETURN(const size_t count, stream_->Read(buffer));
      position_ += static_cast<int64_t>(count);
      if (count > 0) return count;
      stream_.reset();
      if (position_ < range_end_) {
        return Error(ErrorKind::kIo, "File became shorter while it was read: " + split_.uri.ToString());
      }
    }
  }

  const io::FileSystems* file_systems_;
  FileSplit split_;
  int64_t position_;
  bool skipping_;  ///< Within the line that belongs to the split before.
  bool done_ = false;
  std::unique_ptr<io::InputStream> stream_;
  int64_t range_end_ = 0;
};

}  // namespace

codec::ByteSource ReadLinesOf(const io::FileSystems& file_systems, const FileSplit& split) {
  return [reader = std::make_shared<LineSplitReader>(file_systems, split)](std::span<char> buffer) {
    return reader->Read(buffer);
  };
}

Result<int64_t> FirstLineOf(const io::FileSystems& file_systems, const FileSplit& split) {
  if (split.offset == 0) return int64_t{1};
  // The lines of everything before: a split that ends where this one begins.
  const codec::ByteSource before = ReadLinesOf(
      file_systems, {.uri = split.uri, .offset = 0, .length = split.offset, .file_size = split.file_size});
  int64_t line = 1;
  std::vector<char> buffer(kExtension);
  for (;;) {
    SAGESPARK_ASSIGN_OR_RETURN(const size_t count, before(buffer));
    if (count == 0) return line;
    line += std::count(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(count), '\n');
  }
}

}  // namespace sagespark::source
