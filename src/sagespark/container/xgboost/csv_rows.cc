#include "sagespark/container/xgboost/csv_rows.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include "sagespark/codec/line_blocks.h"
#include "sagespark/codec/number_parser.h"

namespace sagespark::container {
namespace {

constexpr size_t kMaxCellShown = 40;

std::string_view Trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

char SniffDelimiter(std::string_view line) {
  char best = ',';
  int64_t most = 0;
  for (const char candidate : {',', ';', '\t', '|', ' '}) {
    const int64_t count = std::count(line.begin(), line.end(), candidate);
    if (count > most) {
      best = candidate;
      most = count;
    }
  }
  return best;
}

bool IsNan(std::string_view text) {
  return text.size() == 3 && (text[0] | 0x20) == 'n' && (text[1] | 0x20) == 'a' && (text[2] | 0x20) == 'n';
}

}  // namespace

Error CsvRows::CellError(std::string_view what, std::string_view cell) const {
  return CorruptData("CSV " + std::string(what) + ": " + file_ + ", line " + std::to_string(line_) + ", \"" +
                     std::string(cell.substr(0, kMaxCellShown)) + "\"");
}

Status CsvRows::Append(codec::ByteSource source, const std::string& file) {
  file_ = file;
  line_ = 0;
  codec::LineBlocks blocks(std::move(source));
  while (true) {
    auto block = blocks.Next();
    if (!block.ok()) return block.error().WithContext(file_);
    if (!block->has_value()) return Status::Ok();
    std::string_view rest = **block;
    while (!rest.empty()) {
      ++line_;
      const std::string_view line = rest.substr(0, rest.find('\n') + 1);
      rest.remove_prefix(line.size());
      if (line.find_first_not_of(" \t\r\n") != std::string_view::npos) SAGESPARK_RETURN_IF_ERROR(ParseLine(line));
    }
  }
}

Status CsvRows::ParseLine(std::string_view line) {
  if (delimiter_ == '\0') {
    delimiter_ = SniffDelimiter(Trim(line.substr(0, line.size() - 1)));
  }
  // Blanks at the ends are no cells, unless a tab there ends an empty one.
  [[maybe_unused]] const size_t size_before = rows_.values.size();  // Of the check below, which release builds have not.
  const char* at = line.data();
  const char* const end = at + line.size() - (line.ends_with("\r\n") ? 2 : 1);
  size_t index = 0;
  while (true) {
    double number = 0;
    const char* after = *at == delimiter_ || at == end ? nullptr : codec::ParseNumber(at, number);
    float value = static_cast<float>(number);
    if (after == nullptr || (after != end && *after != delimiter_) || !std::isfinite(value)) {  // Not a plain number.
      const auto* stop = static_cast<const char*>(std::memchr(at, delimiter_, static_cast<size_t>(end - at)));
      after = stop == nullptr ? end : stop;
      SAGESPARK_ASSIGN_OR_RETURN(value, ParseCell(std::string_view(at, static_cast<size_t>(after - at))));
    }
    if (std::isnan(value) && options_.has_labels && index < (options_.has_weights ? 2U : 1U)) {
      return CellError(index == 0 ? "label is missing" : "weight is missing", line.substr(0, line.size() - 1));
    }
    AddCell(index, value);
    ++index;
    if (after == end) break;
    at = after + 1;
  }
  const size_t others = (options_.has_labels ? 1U : 0U) + (options_.has_weights ? 1U : 0U);
  if (cells_ == 0) {
    if (index <= others) return CellError("line has no features", line.substr(0, line.size() - 1));
    cells_ = index;
    rows_.num_columns = static_cast<int64_t>(cells_ - others);
    rows_.values.reserve(static_cast<size_t>(expected_bytes_) / line.size() * (cells_ - others));
  }
  if (index != cells_) {
    return CorruptData("CSV line has another length: " + file_ + ", line " + std::to_string(line_) + ", " +
                       std::to_string(index) + " cells, not " + std::to_string(cells_));
  }
  SAGESPARK_DCHECK(rows_.values.size() == size_before + cells_ - others);
  ++rows_.num_rows;
  return Status::Ok();
}

Result<float> CsvRows::ParseCell(std::string_view cell) const {
  const std::string_view whole = cell;
  cell = Trim(cell);
  if (cell.empty() || IsNan(cell)) return std::numeric_limits<float>::quiet_NaN();
  if (cell.starts_with('+')) cell.remove_prefix(1);
  double value = 0;
  const auto [stop, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error == std::errc::result_out_of_range && cell.find("e-") + cell.find("E-") != 2 * std::string_view::npos) return 0.0f;
  if (error != std::errc() || stop != cell.data() + cell.size()) return CellError("cell is no number", whole);
  if (!std::isfinite(static_cast<float>(value))) return CellError("cell is no finite 32-bit float", whole);
  return static_cast<float>(value);
}

void CsvRows::AddCell(size_t index, float value) {
  if (options_.has_labels && index == 0) {
    rows_.labels.push_back(value);
  } else if (options_.has_weights && index == 1) {
    rows_.weights.push_back(value);
  } else {
    rows_.values.push_back(value);
  }
}

}  // namespace sagespark::container
