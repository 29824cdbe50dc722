#pragma once

#include <optional>
#include <string>

#include "sagespark/base/result.h"
#include "sagespark/server/transform/record_splitter.h"

namespace sagespark::server {

/// The body of one request of a batch transform.
struct Payload {
  std::string body;
  int64_t records = 0;
};

/// Puts the records of an object together to request bodies: as many as fit, or one each.
/// Not thread-safe.
class PayloadReader {
 public:
  PayloadReader(RecordSplitter splitter, bool single_record, size_t max_payload_bytes)
      : splitter_(std::move(splitter)), single_record_(single_record), max_payload_bytes_(max_payload_bytes) {}

  /// The next body, of at least one record; nullopt at the end. Fails as RecordSplitter does.
  Result<std::optional<Payload>> Next();

 private:
  RecordSplitter splitter_;
  const bool single_record_;
  const size_t max_payload_bytes_;
  std::string held_;  ///< A record that did not fit any more.
};

}  // namespace sagespark::server
