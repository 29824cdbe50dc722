#include <algorithm>

#include "sagespark/codec/line_blocks.h"
#include "sagespark/codec/number_parser.h"
#include "sagespark/container/training/row_decoders.h"

namespace sagespark::container {
namespace {

class CsvRowDecoder final : public RowDecoder {
 public:
  CsvRowDecoder(io::InputStream& stream, int label_size)
      : blocks_([&stream](std::span<char> buffer) { return stream.Read(buffer); }),
        label_size_(static_cast<size_t>(label_size)) {}

  Result<bool> AppendTo(codec::RowBlock& block) override {
    SAGESPARK_ASSIGN_OR_RETURN(const bool found, FindLine());
    if (!found) return false;
    const std::string_view line = block_.substr(0, block_.find('\n') + 1);
    const int64_t features = block.num_columns();
    cells_.resize(features > 0 ? static_cast<size_t>(features) + label_size_ : CellsOf(line));
    SAGESPARK_RETURN_IF_ERROR(ParseLine(line));
    const Status status = Store(block);
    if (!status.ok()) return Error(status.error().kind(), status.error().message() + ", line " + std::to_string(line_));
    block_.remove_prefix(line.size());
    return true;
  }

 private:
  /// Moves to the next line that is not blank.
  Result<bool> FindLine() {
    while (true) {
      if (block_.empty()) {
        SAGESPARK_ASSIGN_OR_RETURN(const auto block, blocks_.Next());
        if (!block) return false;
        block_ = *block;
      }
      ++line_;
      const size_t end = block_.find('\n');  // Every block ends in one.
      if (block_.substr(0, end).find_first_not_of(" \t\r") != std::string_view::npos) return true;
      block_.remove_prefix(end + 1);
    }
  }

  /// Parses a line that ends in "\n" into cells_.
  Status ParseLine(std::string_view line) {
    const size_t columns = cells_.size();
    const char* at = line.data();
    for (size_t column = 0; column < columns; ++column) {
      while (*at == ' ') ++at;
      double value = 0;
      const char* end = codec::ParseNumber(at, value);
      if (end == nullptr) return NoNumber(line, column, columns);
      cells_[column] = static_cast<float>(value);
      while (*end == ' ' || *end == '\r') ++end;
      const bool is_last = column + 1 == columns;
      if (*end != (is_last ? '\n' : ',')) return NoNumber(line, column, columns);
      at = end + 1;
    }
    return Status::Ok();
  }

  Status Store(codec::RowBlock& block) const {
    SAGESPARK_RETURN_IF_ERROR(block.AppendDense(std::span(cells_).subspan(std::min(label_size_, cells_.size()))));
    return block.label_rule() == LabelRule::kRequired ? block.AppendLabel(cells_.front()) : Status::Ok();
  }

  size_t CellsOf(std::string_view line) const {
    return static_cast<size_t>(std::count(line.begin(), line.end(), ',')) + 1;
  }

  Error OtherLength(std::string_view line, size_t columns) const {
    const size_t cells = CellsOf(line);
    return CorruptData("Row has another length: " + std::to_string(cells - std::min(cells, label_size_)) +
                       " features, not " + std::to_string(columns - label_size_) + ", line " + std::to_string(line_));
  }

  Error NoNumber(std::string_view line, size_t column, size_t columns) const {
    if (CellsOf(line) != columns) return OtherLength(line, columns);
    return CorruptData("Cell is no number: line " + std::to_string(line_) + ", column " + std::to_string(column));
  }

  codec::LineBlocks blocks_;
  size_t label_size_;
  std::vector<float> cells_;  ///< Of the line last parsed.
  std::string_view block_;  ///< The lines not read yet.
  int64_t line_ = 0;        ///< Of the file, from 1.
};

}  // namespace

std::unique_ptr<RowDecoder> MakeCsvRowDecoder(io::InputStream& stream, int label_size) {
  return std::make_unique<CsvRowDecoder>(stream, label_size);
}

}  // namespace sagespark::container
