#include "sagespark/container/xgboost/libsvm_rows.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "sagespark/codec/line_blocks.h"
#include "sagespark/codec/number_parser.h"

namespace sagespark::container {
namespace {

constexpr size_t kMaxTokenShown = 40;
constexpr size_t kShortestEntry = 4;  // "1:2 "

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

bool EndsToken(char c) { return IsBlank(c) || c == '\n'; }

const char* SkipBlanks(const char* at) {
  while (IsBlank(*at)) ++at;
  return at;
}

std::string TokenAt(const char* token) {
  const char* end = token;
  while (!EndsToken(*end) && end < token + kMaxTokenShown) ++end;
  return {token, end};
}

/// Whether the first token is a label, not an entry.
bool StartsWithLabel(const char* at) {
  while (!EndsToken(*at)) {
    if (*at++ == ':') return false;
  }
  return true;
}

}  // namespace

Error LibSvmRows::LineError(std::string_view what, const char* token) const {
  return CorruptData("LibSVM " + std::string(what) + ": " + file_ + ", line " + std::to_string(line_) + ", \"" +
                     TokenAt(token) + "\"");
}

void LibSvmRows::Expect(int64_t bytes) {
  const size_t most = static_cast<size_t>(bytes) / kShortestEntry;  // What is never used costs addresses only.
  rows_.columns.reserve(most);
  rows_.values.reserve(most);
}

Status LibSvmRows::Append(codec::ByteSource source, const std::string& file) {
  file_ = file;
  line_ = 0;
  codec::LineBlocks blocks(std::move(source));
  while (true) {
    auto block = blocks.Next();
    if (!block.ok()) return block.error().WithContext(file_);
    if (!block->has_value()) return Status::Ok();
    // Room for as many entries as the block can have, so that parsing need not look.
    const size_t room = used_ + (*block)->size() / kShortestEntry + 1;
    if (rows_.columns.size() < room) {
      const size_t size = rows_.columns.capacity() >= room ? room : std::max(room, used_ + used_ / 2);
      rows_.columns.resize(size);
      rows_.values.resize(size);
    }
    const char* at = (*block)->data();
    const char* const end = at + (*block)->size();
    while (at != end) {
      ++line_;
      const auto* newline = static_cast<const char*>(std::memchr(at, '\n', static_cast<size_t>(end - at)));
      SAGESPARK_RETURN_IF_ERROR(ParseLine(at));
      at = newline + 1;
    }
  }
}

Status LibSvmRows::ParseLine(const char* at) {
  at = SkipBlanks(at);
  const char* const line = at;
  if (*at == '\n') return AddEmptyLine();
  if (*at == '#') return Status::Ok();
  if (!knows_labels_) {
    knows_labels_ = true;
    has_labels_ = labels_ == Labels::kRequired || StartsWithLabel(at);
    if (has_labels_) {  // Empty lines so far were no rows.
      rows_.num_rows = 0;
      rows_.row_offsets.resize(1);
    }
  }
  if (labels_ == Labels::kRequired || StartsWithLabel(at)) {
    SAGESPARK_ASSIGN_OR_RETURN(at, ParseLabel(at));
  }
  at = SkipBlanks(at);
  if (*at == 'q') {
    SAGESPARK_ASSIGN_OR_RETURN(at, ParseQueryId(at));
  }
  const size_t first = used_;
  last_column_ = -1;
  is_sorted_ = true;
  for (at = SkipBlanks(at); *at != '\n' && *at != '#'; at = SkipBlanks(at)) {
    SAGESPARK_ASSIGN_OR_RETURN(at, ParseEntry(at));
  }
  if (!is_sorted_) SAGESPARK_RETURN_IF_ERROR(SortEntries(first, line));
  return EndRow();
}

Status LibSvmRows::AddEmptyLine() {
  if (labels_ == Labels::kRequired || has_labels_) return Status::Ok();
  return EndRow();
}

Result<const char*> LibSvmRows::ParseLabel(const char* at) {
  const char* const token = at;
  double label = 0;
  at = codec::ParseNumber(at, label);
  if (at == nullptr) return LineError("label does not parse", token);
  if (!std::isfinite(static_cast<float>(label))) return LineError("label is no finite 32-bit float", token);
  double weight = 1;
  const bool has_weight = *at == ':';
  if (has_weight) {
    at = codec::ParseNumber(at + 1, weight);
    if (at == nullptr || !(weight >= 0) || !std::isfinite(static_cast<float>(weight))) {
      return LineError("weight does not parse", token);
    }
  }
  if (!EndsToken(*at)) return LineError("label does not parse", token);
  if (labels_ == Labels::kOptional) return at;
  rows_.labels.push_back(static_cast<float>(label));
  if (has_weight) rows_.weights.push_back(static_cast<float>(weight));
  return at;
}

Result<const char*> LibSvmRows::ParseQueryId(const char* at) {
  const char* const token = at;
  if (std::strncmp(at, "qid:", 4) != 0) return LineError("line does not parse", token);
  at += 4;
  const codec::DigitRun run = codec::ReadDigits(at);
  at += run.count;
  if (run.count == 0 || !EndsToken(*at)) return LineError("query id is no integer below 10^8", token);
  if (labels_ == Labels::kOptional) return at;
  if (!rows_.query_ids.empty() && run.value < rows_.query_ids.back()) {
    return LineError("query ids are not in rising order", token);
  }
  rows_.query_ids.push_back(run.value);
  return at;
}

Result<const char*> LibSvmRows::ParseEntry(const char* at) {
  const char* const token = at;
  const codec::DigitRun run = codec::ReadDigits(at);
  at += run.count;
  int64_t column = run.value;
  for (int more = 0; run.count == 8 && *at >= '0' && *at <= '9' && more < 4; ++more, ++at) column = column * 10 + (*at - '0');
  if (run.count == 0 || *at != ':') [[unlikely]] return LineError("entry does not parse", token);
  if (column >= std::numeric_limits<int32_t>::max()) return LineError("index is out of range", token);
  double value = 0;
  at = codec::ParseNumber(at + 1, value);
  if (at == nullptr || !EndsToken(*at)) [[unlikely]] return LineError("entry does not parse", token);
  const auto number = static_cast<float>(value);
  if (std::isinf(number)) [[unlikely]] return LineError("value is no finite 32-bit float", token);
  is_sorted_ &= column > last_column_;
  last_column_ = static_cast<int32_t>(column);
  rows_.columns[used_] = last_column_;
  rows_.values[used_] = number;
  ++used_;
  rows_.num_columns = std::max(rows_.num_columns, column + 1);
  return at;
}

Status LibSvmRows::SortEntries(size_t first, const char* line) {
  sorted_.clear();
  for (size_t i = first; i < used_; ++i) sorted_.emplace_back(rows_.columns[i], rows_.values[i]);
  std::sort(sorted_.begin(), sorted_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (size_t i = 0; i < sorted_.size(); ++i) {
    if (i > 0 && sorted_[i].first == sorted_[i - 1].first) {
      return LineError("index " + std::to_string(sorted_[i].first) + " comes twice", line);
    }
    std::tie(rows_.columns[first + i], rows_.values[first + i]) = sorted_[i];
  }
  return Status::Ok();
}

Status LibSvmRows::EndRow() {
  rows_.row_offsets.push_back(static_cast<int64_t>(used_));
  ++rows_.num_rows;
  return Status::Ok();
}

Result<algo::XGBoostRows> LibSvmRows::Finish() && {
  rows_.columns.resize(used_);
  rows_.values.resize(used_);
  const auto rows = static_cast<size_t>(rows_.num_rows);
  if (!rows_.weights.empty() && rows_.weights.size() != rows) {
    return InvalidArgument("LibSVM data has weights in some rows only: " + std::to_string(rows_.weights.size()) + " of " +
                           std::to_string(rows));
  }
  if (!rows_.query_ids.empty() && rows_.query_ids.size() != rows) {
    return InvalidArgument("LibSVM data has query ids in some rows only: " + std::to_string(rows_.query_ids.size()) + " of " +
                           std::to_string(rows));
  }
  return std::move(rows_);
}

}  // namespace sagespark::container
