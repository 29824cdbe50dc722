#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sagespark/base/result.h"
#include "sagespark/codec/request_row_serializer.h"
#include "sagespark/data/batch.h"

namespace sagespark::staging {

/// Rows as the body of one request, and the input rows they came from.
struct RowRequest {
  std::string body;
  std::vector<data::Batch> rows;
  int64_t first_row = 0;  ///< In the partition.
  int64_t num_rows = 0;
  bool is_full_of_rows = false;  ///< The row limit ended it, so that the next one has about as many bytes.
  std::optional<Error> error{};  ///< Why its only row has no body.
};

/// Cuts a partition's rows into requests, in order: each takes as many rows as fit, from as many batches as it takes. The same rows
/// are always cut alike. Not thread-safe.
class RequestCutter {
 public:
  struct Limits {
    size_t max_bytes = 0;  ///< Of one body.
    int64_t max_rows = 0;  ///< Of one body, >= 1.
    bool keep_bad_rows = false;  ///< A row that cannot be serialized becomes a request with an error, and the others go on.
  };

  /// `partition` is for messages.
  RequestCutter(std::shared_ptr<const codec::RequestRowSerializer> serializer, Limits limits,
                std::unique_ptr<data::BatchStream> input, int partition)
      : serializer_(std::move(serializer)), limits_(limits), input_(std::move(input)), partition_(partition) {}

  /// The next request; nullopt at the end of the input. Fails when the input does, and, without keep_bad_rows, when a row cannot be
  /// serialized (kResourceLimit when it alone exceeds max_bytes), naming partition and row.
  Result<std::optional<RowRequest>> Next();

 private:
  Result<bool> HaveRows();
  Result<bool> AppendRows(RowRequest& request);
  Result<bool> AppendUpTo(int64_t end, RowRequest& request);
  void TakeBadRow(Error error, RowRequest& request);

  const std::shared_ptr<const codec::RequestRowSerializer> serializer_;
  const Limits limits_;
  const std::unique_ptr<data::BatchStream> input_;
  const int partition_;

  std::optional<data::Batch> batch_;  ///< The batch whose rows are being cut ...
  int64_t batch_row_ = 0;             ///< ... from this one on ...
  bool one_by_one_ = false;           ///< ... singly, since it has a row that cannot be serialized.
  bool input_ended_ = false;
  int64_t rows_cut_ = 0;
};

}  // namespace sagespark::staging
