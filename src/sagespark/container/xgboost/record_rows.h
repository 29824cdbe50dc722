#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sagespark/algo/xgboost/rows.h"
#include "sagespark/base/result.h"
#include "sagespark/codec/byte_source.h"
#include "sagespark/codec/record_decoder.h"

namespace sagespark::container {

/// Reads RecordIO frames of `aialgs.data.Record` messages, sparse when the first one is, else dense. What a sparse record does
/// not name is missing. Errors: kCorruptData, naming the file and the record (from 0), for a broken frame or message,
/// another number of features, a number that is infinite, and a label that is absent where one is required. Not thread-safe.
class RecordRows {
 public:
  /// Requests have no labels, or such as are left aside.
  explicit RecordRows(bool requires_labels) : requires_labels_(requires_labels) {}

  /// Makes room for what so many bytes of all files together will hold, so that memory is asked for once.
  void Expect(int64_t bytes) { expected_bytes_ = bytes; }

  /// Appends all records; `file` is for messages.
  Status Append(codec::ByteSource source, const std::string& file);

  /// One a row; empty when there is none at all.
  const std::vector<std::string>& uids() const { return uids_; }
  const std::vector<std::string>& metadata() const { return metadata_; }

  algo::XGBoostRows Finish() && { return std::move(rows_); }

 private:
  Status AddRecord();
  Status AddDense();
  Status AddSparse(const codec::Tensor& features);
  Status AddLabel();

  bool requires_labels_;
  codec::RecordDecoder record_;
  std::vector<float> numbers_;  ///< The record's features.
  int64_t expected_bytes_ = 0;
  algo::XGBoostRows rows_;
  std::vector<std::string> uids_;
  std::vector<std::string> metadata_;
};

}  // namespace sagespark::container
