#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sagespark/base/result.h"
#include "sagespark/codec/line_blocks.h"
#include "sagespark/data/batch.h"
#include "sagespark/data/batch_builder.h"

namespace sagespark::codec {

enum class VectorLayout { kSparse, kDense };

struct LibSvmOptions {
  int64_t num_features = 0;  ///< `numFeatures`: the length of the vectors, >= 1. CountLibSvmFeatures infers it.
  VectorLayout layout = VectorLayout::kSparse;  ///< `vectorType`
  bool drop_zeros = false;                      ///< Sparse vectors leave stored zeros out, as Spark's do.
  std::string file;                             ///< For messages.
  int64_t first_line = 1;                       ///< For messages: the number of the first line read.
  int64_t max_batch_rows = 1024;
  int64_t max_batch_entries = int64_t{1} << 22;  ///< Stored numbers; a batch ends with the row that reaches it.
};

/// Reads LibSVM text, "label index:value ...", into batches of label (double) and features (vector).
///
/// As Spark's data source: indices are 1-based and ascend, lines are trimmed, empty lines and those that begin with
/// "#" are skipped, and so "#" anywhere else is an error. Fails with kCorruptData, naming file, line and token, on a
/// line that does not parse, an index out of order or beyond num_features. Not thread-safe.
class LibSvmReader final : public data::BatchStream {
 public:
  LibSvmReader(ByteSource source, LibSvmOptions options);

  /// "label": double, "features": vector.
  static std::shared_ptr<const data::Schema> MakeSchema();

  const std::shared_ptr<const data::Schema>& schema() const override { return schema_; }
  Result<std::optional<data::Batch>> Next() override;

 private:
  /// Parses the line at at_ into label_, indices_ and values_, and moves behind it. False for one without a row.
  Result<bool> ParseLine();
  Error LineError(std::string_view what, const char* token) const;
  void AppendRow();
  void DropZeros();

  LineBlocks blocks_;
  LibSvmOptions options_;
  std::shared_ptr<const data::Schema> schema_;
  std::optional<data::BatchBuilder> builder_;
  const char* at_ = nullptr;  ///< What is left of the block.
  const char* end_ = nullptr;
  int64_t line_ = 0;
  double label_ = 0;
  size_t count_ = 0;  ///< Entries of the row, at the front of the two vectors.
  std::vector<int32_t> indices_;
  std::vector<double> values_;
  int64_t last_entries_ = 0;   ///< Of the batch before: about what the next one needs.
  std::vector<double> dense_;  ///< All zeros between rows.
};

/// The largest index in the text: the `numFeatures` that Spark infers. Errors as the reader's.
Result<int64_t> CountLibSvmFeatures(ByteSource source, const std::string& file);

}  // namespace sagespark::codec
