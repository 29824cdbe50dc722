#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "sagespark/codec/row_block.h"

namespace sagespark::codec {

/// Reads rows in JSON straight into a block, without building a document, where they are written plainly:
///
///   {"instances": [INSTANCE, ...]}
///   INSTANCE: {"features": [numbers]}  or  {"data": {"features": {"keys": [..], "values": [..], "shape": [n]}}}
///
/// with these members only, names without escapes, rows of the block's num_columns finite numbers, and keys ascending.
/// What is not of this form is not judged here: the caller parses it as a document, which says what is wrong, if anything is.
/// What is taken is JSON of RFC 8259, and gives the same row.
class JsonRowScanner {
 public:
  explicit JsonRowScanner(int64_t num_columns) : num_columns_(num_columns) {}

  /// Appends the instance that `text` is. False when it is not of the form; then nothing is appended.
  bool AppendInstance(std::string_view text, RowBlock& block);

  /// Appends the instances of a whole body. False when it is not of the form; then some may have been appended.
  bool AppendInstances(std::string_view body, RowBlock& block);

 private:
  // Each reads on from at_ and is false, with at_ anywhere, on anything else than it wants.
  bool Take(char wanted);
  bool TakeName(std::string_view name);
  bool TakeNumber(double& value);
  bool TakeNumbers(std::vector<float>& numbers);
  bool TakeKeys();
  bool TakeKey(uint64_t& key);
  bool TakeShape();
  bool TakeTensor();
  bool TakeInstance();
  bool AtEnd();
  void SkipBlanks();
  bool Append(RowBlock& block) const;

  int64_t num_columns_;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  bool is_sparse_ = false;
  std::vector<float> values_;   // Of the instance last read.
  std::vector<uint64_t> keys_;  // The same.
};

}  // namespace sagespark::codec
