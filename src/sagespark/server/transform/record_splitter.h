#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sagespark/base/result.h"
#include "sagespark/codec/byte_source.h"

namespace sagespark::server {

/// How an input object is cut into records.
enum class SplitType { kNone, kLine, kRecordIO, kTFRecord };

/// Cuts a stream into records, holding one at a time. Not thread-safe.
class RecordSplitter {
 public:
  /// Records longer than `max_record_bytes` are refused.
  RecordSplitter(SplitType type, codec::ByteSource source, size_t max_record_bytes)
      : type_(type), source_(std::move(source)), max_record_bytes_(max_record_bytes) {}

  /// The next record as it stands in the stream, valid until the next call; nullopt at the end: the whole object (kNone), a line with
  /// its end, a RecordIO frame with header and padding (parts of one record together), a TFRecord with its checksums. Lines without
  /// any character are no records. Fails with kResourceLimit, naming the limit, kCorruptData, naming the byte, or as the source does.
  Result<std::optional<std::string_view>> Next();

 private:
  Result<size_t> RecordSize();
  Result<size_t> LineSize();
  Result<size_t> RecordIoSize();
  Result<size_t> TFRecordSize();
  Status Fill(size_t wanted);
  size_t available() const { return buffer_.size() - begin_; }
  Error Broken(std::string_view what) const;
  Error TooLong() const;

  const SplitType type_;
  codec::ByteSource source_;
  const size_t max_record_bytes_;
  std::string buffer_;
  size_t begin_ = 0;      ///< Of what is not yet taken.
  size_t taken_ = 0;      ///< The size of the record that was given last.
  int64_t position_ = 0;  ///< Of begin_ in the stream.
  bool at_end_ = false;
};

}  // namespace sagespark::server
