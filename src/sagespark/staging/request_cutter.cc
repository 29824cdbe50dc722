#include "sagespark/staging/request_cutter.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sagespark::staging {

Result<std::optional<RowRequest>> RequestCutter::Next() {
  RowRequest request;
  // Growing would double it, to more than the payload limit; room that is not written to takes no memory.
  request.body.reserve(limits_.max_bytes);
  request.first_row = rows_cut_;
  while (request.num_rows < limits_.max_rows) {
    SAGESPARK_ASSIGN_OR_RETURN(const bool has_rows, HaveRows());
    if (!has_rows) break;
    const Result<bool> is_full = AppendRows(request);
    if (!is_full.ok()) {
      if (!limits_.keep_bad_rows) return is_full.error();
      if (request.num_rows == 0) TakeBadRow(is_full.error(), request);  // Otherwise it is the next request.
      break;
    }
    if (*is_full) break;
  }
  request.is_full_of_rows = request.num_rows == limits_.max_rows;
  rows_cut_ += request.num_rows;
  if (request.num_rows == 0) return std::optional<RowRequest>();
  return std::optional<RowRequest>(std::move(request));
}

/// Makes `batch_` hold a row that is not yet cut. False at the end of the input.
Result<bool> RequestCutter::HaveRows() {
  while (!batch_ || batch_row_ == batch_->num_rows()) {
    if (input_ended_) return false;
    SAGESPARK_ASSIGN_OR_RETURN(batch_, input_->Next());
    batch_row_ = 0;
    one_by_one_ = false;
    if (!batch_) input_ended_ = true;
  }
  return true;
}

/// Moves rows of `batch_` into `request`. True when no further row fits.
Result<bool> RequestCutter::AppendRows(RowRequest& request) {
  const int64_t left = one_by_one_ ? 1 : batch_->num_rows() - batch_row_;
  const int64_t end = batch_row_ + std::min(left, limits_.max_rows - request.num_rows);
  const size_t body_bytes = request.body.size();
  Result<bool> is_full = AppendUpTo(end, request);
  if (is_full.ok() || !limits_.keep_bad_rows || one_by_one_) return is_full;
  request.body.resize(body_bytes);  // It may hold rows before the bad one.
  one_by_one_ = true;
  return AppendUpTo(batch_row_ + 1, request);
}

Result<bool> RequestCutter::AppendUpTo(int64_t end, RowRequest& request) {
  const Result<int64_t> appended = serializer_->Append(batch_->Slice(0, end), batch_row_, limits_.max_bytes, request.body);
  if (!appended.ok()) {
    const bool is_full = appended.error().kind() == ErrorKind::kResourceLimit && request.num_rows > 0;
    if (is_full) return true;
    return appended.error().WithContext(
        fmt::format("Partition {}, batch from row {} on", partition_, request.first_row + request.num_rows - batch_row_));
  }
  request.rows.push_back(batch_->Slice(batch_row_, *appended));
  request.num_rows += *appended;
  batch_row_ += *appended;
  return batch_row_ < end;
}

void RequestCutter::TakeBadRow(Error error, RowRequest& request) {
  request.body.clear();
  request.rows.push_back(batch_->Slice(batch_row_, 1));
  request.num_rows = 1;
  ++batch_row_;
  request.error = std::move(error);
}

}  // namespace sagespark::staging
