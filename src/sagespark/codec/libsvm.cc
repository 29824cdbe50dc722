#include "sagespark/codec/libsvm.h"

#include <algorithm>
#include <limits>

#include "sagespark/codec/number_parser.h"
#include "sagespark/data/vector_column.h"

namespace sagespark::codec {
namespace {

constexpr size_t kMaxTokenShown = 40;

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/// The text up to the next blank or line end, cut to a length fit for a message.
std::string TokenAt(const char* token) {
  const char* end = token;
  while (*end != '\n' && !IsBlank(*end) && end < token + kMaxTokenShown) ++end;
  return {token, end};
}

/// A 1-based index; 0 when there is none or it is too large. `width` is the number of digits of the index before.
///
/// Indices of one row mostly have the same width. Going on by that width, once the branch below has found it right, lets
/// the processor start on what follows before these digits are counted: a third of the whole reader's time.
inline int64_t ParseIndex(const char*& at, int64_t& width) {
  const DigitRun run = ReadDigits(at);
  if (run.count != width) [[unlikely]] {
    width = run.count;
    asm volatile("" : "+r"(width));  // Keeps this a branch: a conditional move would wait for the count.
  }
  at += width;
  int64_t index = run.value;
  for (int more = 0; run.count == 8 && *at >= '0' && *at <= '9'; ++more, ++at) {
    if (more > 8) return 0;
    index = index * 10 + (*at - '0');
  }
  return index;
}

}  // namespace

LibSvmReader::LibSvmReader(ByteSource source, LibSvmOptions options)
    : blocks_(std::move(source)), options_(std::move(options)), schema_(MakeSchema()), line_(options_.first_line - 1) {}

std::shared_ptr<const data::Schema> LibSvmReader::MakeSchema() {
  static const auto schema = std::make_shared<const data::Schema>(std::vector<data::Field>{
      {.name = "label", .type = data::TypeId::kDouble}, {.name = "features", .type = data::TypeId::kVector}});
  return schema;
}

Error LibSvmReader::LineError(std::string_view what, const char* token) const {
  return CorruptData("LibSVM " + std::string(what) + ": " + options_.file + ", line " + std::to_string(line_) +
                     ", \"" + TokenAt(token) + "\"");
}

Result<bool> LibSvmReader::ParseLine() {
  ++line_;
  const char* at = at_;
  while (IsBlank(*at)) ++at;
  if (*at == '\n' || *at == '#') {
    at_ = std::find(at, end_, '\n') + 1;
    return false;
  }
  const char* token = at;
  at = ParseNumber(at, label_);
  if (at == nullptr || (!IsBlank(*at) && *at != '\n')) return LineError("line does not parse", token);
  size_t count = 0;
  int64_t last = 0;
  int64_t width = 0;
  while (true) {
    while (IsBlank(*at)) ++at;
    if (*at == '\n') break;
    token = at;
    const int64_t index = ParseIndex(at, width);
    if (*at != ':' || index == 0) [[unlikely]] {
      if (*at == ':' && at > token) return LineError("index is out of range", token);
      return LineError("line does not parse", token);
    }
    if (index <= last) [[unlikely]] return LineError("index is out of order", token);
    last = index;
    if (count == indices_.size()) [[unlikely]] {
      indices_.resize(std::max<size_t>(1024, 2 * count));
      values_.resize(indices_.size());
    }
    indices_[count] = static_cast<int32_t>(index - 1);
    at = ParseNumber(at + 1, values_[count]);
    if (at == nullptr || (*at != ' ' && *at != '\n' && !IsBlank(*at))) [[unlikely]] {
      return LineError("line does not parse", token);
    }
    ++count;
  }
  // Indices ascend, so that only the last can be too large.
  if (last > options_.num_features) {
    return LineError("index " + std::to_string(last) + " is beyond numFeatures " +
                         std::to_string(options_.num_features), token);
  }
  count_ = count;
  at_ = at + 1;
  return true;
}

void LibSvmReader::AppendRow() {
  builder_->AppendDouble(0, label_);
  if (options_.layout == VectorLayout::kSparse) {
    if (options_.drop_zeros) DropZeros();
    builder_->AppendSparse(1, static_cast<int32_t>(options_.num_features), {indices_.data(), count_},
                           {values_.data(), count_});
    return;
  }
  dense_.resize(static_cast<size_t>(options_.num_features));
  for (size_t i = 0; i < count_; ++i) dense_[static_cast<size_t>(indices_[i])] = values_[i];
  builder_->AppendDense(1, dense_);
  for (size_t i = 0; i < count_; ++i) dense_[static_cast<size_t>(indices_[i])] = 0;
}

void LibSvmReader::DropZeros() {
  size_t kept = 0;
  for (size_t i = 0; i < count_; ++i) {
    indices_[kept] = indices_[i];
    values_[kept] = values_[i];
    kept += values_[i] != 0 ? 1 : 0;
  }
  count_ = kept;
}

Result<std::optional<data::Batch>> LibSvmReader::Next() {
  if (options_.num_features < 1 || options_.num_features > std::numeric_limits<int32_t>::max()) {
    return InvalidArgument("Option numFeatures is out of range: " + std::to_string(options_.num_features));
  }
  if (!builder_.has_value()) {
    SAGESPARK_ASSIGN_OR_RETURN(builder_, data::BatchBuilder::Make(schema_));
  }
  if (last_entries_ > 0) builder_->Reserve(std::min<int64_t>(options_.max_batch_rows, 1 << 16), last_entries_ + last_entries_ / 8);
  int64_t rows = 0;
  int64_t entries = 0;
  while (rows < options_.max_batch_rows && entries < options_.max_batch_entries) {
    if (at_ == end_) {
      Result<std::optional<std::string_view>> block = blocks_.Next();
      if (!block.ok()) return block.error().WithContext(options_.file);
      if (!block->has_value()) break;
      at_ = (*block)->data();
      end_ = at_ + (*block)->size();
    }
    SAGESPARK_ASSIGN_OR_RETURN(const bool has_row, ParseLine());
    if (!has_row) continue;
    AppendRow();
    ++rows;
    entries += options_.layout == VectorLayout::kDense ? options_.num_features : static_cast<int64_t>(count_);
  }
  if (rows == 0) return std::optional<data::Batch>();
  last_entries_ = entries;
  SAGESPARK_ASSIGN_OR_RETURN(data::Batch batch, builder_->Finish());
  return std::optional(std::move(batch));
}

Result<int64_t> CountLibSvmFeatures(ByteSource source, const std::string& file) {
  LibSvmReader reader(std::move(source), {.num_features = std::numeric_limits<int32_t>::max(), .file = file});
  int64_t largest = 0;
  while (true) {
    SAGESPARK_ASSIGN_OR_RETURN(const auto batch, reader.Next());
    if (!batch.has_value()) return largest;
    SAGESPARK_ASSIGN_OR_RETURN(const auto features, data::VectorColumn::Of(*batch, "features", "Features"));
    for (int64_t row = 0; row < features.num_rows(); ++row) {
      const data::VectorRow vector = features[row];
      if (!vector.indices.empty()) largest = std::max(largest, int64_t{vector.indices.back()} + 1);
    }
  }
}

}  // namespace sagespark::codec
