#include "sagespark/base/archive/gunzip.h"

#include <archive.h>
#include <archive_entry.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sagespark::archive {
namespace {

constexpr size_t kBlockBytes = 256 << 10;

/// libarchive's view of a gzip file: an archive of format "raw", with one entry.
class GzipReader {
 public:
  explicit GzipReader(ByteSource packed) : packed_(std::move(packed)), block_(kBlockBytes), reader_(archive_read_new()) {}
  ~GzipReader() { archive_read_free(reader_); }
  GzipReader(const GzipReader&) = delete;

  Result<size_t> Read(std::span<char> buffer) {
    if (!is_open_) SAGESPARK_RETURN_IF_ERROR(Open());
    if (is_empty_) return size_t{0};
    const la_ssize_t count = archive_read_data(reader_, buffer.data(), buffer.size());
    if (count < 0) return Failure();
    return static_cast<size_t>(count);
  }

 private:
  static la_ssize_t ReadPacked(::archive* reader, void* self, const void** block) {
    auto& me = *static_cast<GzipReader*>(self);
    *block = me.block_.data();
    const auto count = me.packed_(me.block_);
    if (count.ok()) return static_cast<la_ssize_t>(*count);
    me.source_error_ = count.error();
    archive_set_error(reader, EIO, "source failed");
    return -1;
  }

  Status Open() {
    is_open_ = true;
    archive_read_support_filter_gzip(reader_);
    archive_read_support_format_raw(reader_);
    archive_read_support_format_empty(reader_);
    archive_entry* entry = nullptr;
    if (archive_read_open(reader_, this, nullptr, ReadPacked, nullptr) != ARCHIVE_OK) return Failure();
    const int found = archive_read_next_header(reader_, &entry);
    is_empty_ = found == ARCHIVE_EOF;
    if (found != ARCHIVE_OK && !is_empty_) return Failure();
    if (archive_filter_code(reader_, 0) != ARCHIVE_FILTER_GZIP) return CorruptData("Data is not compressed by gzip");
    return Status::Ok();
  }

  Error Failure() const {
    if (source_error_) return *source_error_;
    const char* text = archive_error_string(reader_);
    return CorruptData(std::string("Data cannot be unpacked by gzip: ") + (text != nullptr ? text : "unknown error"));
  }

  ByteSource packed_;
  std::vector<char> block_;
  ::archive* const reader_;
  std::optional<Error> source_error_;
  bool is_open_ = false;
  bool is_empty_ = false;
};

}  // namespace

ByteSource Gunzip(ByteSource packed) {
  const auto reader = std::make_shared<GzipReader>(std::move(packed));
  return [reader](std::span<char> buffer) { return reader->Read(buffer); };
}

}  // namespace sagespark::archive
