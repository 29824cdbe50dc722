#include "sagespark/container/hosting/request_rows.h"

#include <algorithm>
#include <charconv>
#include <span>

#include "sagespark/base/json/value.h"
#include "sagespark/codec/json_rows.h"
#include "sagespark/codec/record_decoder.h"
#include "sagespark/codec/recordio.h"

namespace sagespark::container {
namespace {

constexpr std::string_view kBlanks = " \t\r";

std::string_view Trim(std::string_view text) {
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

Error WrongLength(size_t found, size_t wanted) {
  return CorruptData("Row has another length: " + std::to_string(found) + " features, not " + std::to_string(wanted));
}

/// Collects rows and names the row of an error.
class RowCollector {
 public:
  RowCollector(int64_t feature_dim, RowLayout layout)
      : options_{.layout = layout, .num_columns = feature_dim},
        rows_{.block = codec::RowBlock(options_), .uids = {}, .metadata = {}},
        feature_dim_(static_cast<size_t>(feature_dim)),
        plain_json_(feature_dim) {}

  /// Adds the row that `append` appends to the block.
  template <typename Append>
  Status Add(Append append) {
    const int64_t row = rows_.block.num_rows();
    const Status status = append(rows_.block);
    return status.ok() ? Status::Ok() : Status(status.error().WithContext("Cannot read row " + std::to_string(row)));
  }

  /// Adds the row that `fill` writes, all of it.
  template <typename Fill>
  Status AddDense(Fill fill) {
    return Add([&](codec::RowBlock& block) -> Status {
      SAGESPARK_RETURN_IF_ERROR(fill(dense_row()));
      return block.AppendDense(dense_row());
    });
  }

  /// Adds the rows of a JSON body, or the one of a line, without building a document. False, and nothing is added, where it is
  /// not written plainly, or broken.
  bool AddPlainJson(std::string_view body) {
    if (plain_json_.AppendInstances(body, rows_.block)) return true;
    rows_.block = codec::RowBlock(options_);
    return false;
  }
  bool AddPlainJsonLine(std::string_view line) { return plain_json_.AppendInstance(line, rows_.block); }

  /// Room for a row: taken when the first dense one comes, for sparse ones may have many millions of columns.
  std::span<float> dense_row() {
    dense_row_.resize(feature_dim_);
    return dense_row_;
  }
  RequestRows& rows() { return rows_; }

 private:
  codec::RowBlock::Options options_;
  RequestRows rows_;
  size_t feature_dim_;
  codec::JsonRowScanner plain_json_;
  std::vector<float> dense_row_;  ///< Reused from row to row.
};

Status AddRecords(std::string_view body, RowCollector& collector) {
  codec::RecordIoReader frames(body);
  codec::RecordDecoder record;
  RequestRows& rows = collector.rows();
  bool has_uids = false;
  bool has_metadata = false;
  while (true) {
    SAGESPARK_ASSIGN_OR_RETURN(const auto message, frames.Next());
    if (!message) break;
    SAGESPARK_RETURN_IF_ERROR(collector.Add([&](codec::RowBlock& block) -> Status {
      SAGESPARK_RETURN_IF_ERROR(record.Decode(*message));
      return block.AppendRecord(record);
    }));
    rows.uids.push_back(record.uid());
    rows.metadata.push_back(record.metadata());
    has_uids |= !record.uid().empty();
    has_metadata |= !record.metadata().empty();
  }
  if (!has_uids) rows.uids.clear();
  if (!has_metadata) rows.metadata.clear();
  return Status::Ok();
}

Result<float> ParseFloat(std::string_view text, size_t column) {
  std::string_view digits = Trim(text);
  if (digits.starts_with('+')) digits.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc() && end == digits.data() + digits.size()) return static_cast<float>(value);
  return CorruptData("Column " + std::to_string(column) + " is no number");
}

Status FillCsvRow(std::string_view line, size_t label_size, std::span<float> row) {
  const auto cells = static_cast<size_t>(std::count(line.begin(), line.end(), ',')) + 1;
  if (cells != row.size() + label_size) return WrongLength(cells - std::min(cells, label_size), row.size());
  for (size_t column = 0; column < cells; ++column) {
    const size_t comma = std::min(line.find(','), line.size());
    if (column >= label_size) {
      SAGESPARK_ASSIGN_OR_RETURN(row[column - label_size], ParseFloat(line.substr(0, comma), column));
    }
    line.remove_prefix(std::min(comma + 1, line.size()));
  }
  return Status::Ok();
}

/// Calls `add` with every line that is not blank.
template <typename Add>
Status ForEachLine(std::string_view body, Add add) {
  while (!body.empty()) {
    const size_t newline = std::min(body.find('\n'), body.size());
    const std::string_view line = Trim(body.substr(0, newline));
    if (!line.empty()) SAGESPARK_RETURN_IF_ERROR(add(line));
    body.remove_prefix(std::min(newline + 1, body.size()));
  }
  return Status::Ok();
}

Status AddCsv(const MediaType& type, std::string_view body, RowCollector& collector) {
  const std::string* label_size = type.Find("label_size");
  if (label_size != nullptr && *label_size != "0" && *label_size != "1") {
    return InvalidArgument("Content-Type's label_size is not 0 or 1: \"" + *label_size + "\"");
  }
  const size_t labels = label_size != nullptr && *label_size == "1" ? 1 : 0;
  return ForEachLine(body, [&](std::string_view line) {
    return collector.AddDense([&](std::span<float> row) { return FillCsvRow(line, labels, row); });
  });
}

/// The member's elements; null when it is absent or no array.
const json::Array* ArrayOf(const json::Value& object, std::string_view name) {
  const json::Value* member = object.Find(name);
  return member == nullptr ? nullptr : member->if_array();
}

Status FillNumbers(const json::Array& numbers, std::span<float> row) {
  if (numbers.size() != row.size()) return WrongLength(numbers.size(), row.size());
  for (size_t i = 0; i < numbers.size(); ++i) {
    if (!numbers[i].is_number()) return CorruptData("Feature " + std::to_string(i) + " is no number");
    row[i] = static_cast<float>(numbers[i].number());
  }
  return Status::Ok();
}

Status CheckShape(const json::Value& tensor, int64_t width) {
  const json::Array* shape = ArrayOf(tensor, "shape");
  if (shape == nullptr) return Status::Ok();
  if (shape->empty() || shape->back().if_int() == nullptr) return CorruptData("Shape is no list of integers");
  const int64_t length = *shape->back().if_int();
  return length == width ? Status::Ok() : WrongLength(static_cast<size_t>(length), static_cast<size_t>(width));
}

Status AppendSparse(const json::Array& keys, const json::Array& values, codec::RowBlock& block) {
  std::vector<uint64_t> columns(keys.size());
  std::vector<float> numbers(keys.size());
  if (keys.size() != values.size()) return CorruptData("Instance has unlike numbers of keys and values");
  for (size_t i = 0; i < keys.size(); ++i) {
    const int64_t* key = keys[i].if_int();
    if (key == nullptr || *key < 0 || *key >= block.num_columns()) {
      return CorruptData("Key " + std::to_string(i) + " is not an integer in [0, " +
                         std::to_string(block.num_columns()) + ")");
    }
    if (!values[i].is_number()) return CorruptData("Value " + std::to_string(i) + " is no number");
    columns[i] = static_cast<uint64_t>(*key);
    numbers[i] = static_cast<float>(values[i].number());
  }
  return block.AppendSparse(block.num_columns(), columns, numbers);
}

Status AddNumbers(const json::Array& numbers, RowCollector& collector, codec::RowBlock& block) {
  SAGESPARK_RETURN_IF_ERROR(FillNumbers(numbers, collector.dense_row()));
  return block.AppendDense(collector.dense_row());
}

Status AddTensor(const json::Value& tensor, RowCollector& collector, codec::RowBlock& block) {
  const json::Array* values = ArrayOf(tensor, "values");
  const json::Array* keys = ArrayOf(tensor, "keys");
  if (values == nullptr) return CorruptData("Instance's features have no list \"values\"");
  SAGESPARK_RETURN_IF_ERROR(CheckShape(tensor, block.num_columns()));
  return keys == nullptr ? AddNumbers(*values, collector, block) : AppendSparse(*keys, *values, block);
}

Status AddInstance(const json::Value& instance, RowCollector& collector, codec::RowBlock& block) {
  if (const json::Array* features = ArrayOf(instance, "features")) return AddNumbers(*features, collector, block);
  const json::Value* data = instance.Find("data");
  const json::Value* tensor = data == nullptr ? nullptr : data->Find("features");
  if (tensor == nullptr) return CorruptData("Instance has neither a list \"features\" nor \"data\" with \"features\"");
  return AddTensor(*tensor, collector, block);
}

Status AddJson(std::string_view body, RowCollector& collector) {
  if (collector.AddPlainJson(body)) return Status::Ok();
  SAGESPARK_ASSIGN_OR_RETURN(const json::Value document, json::Parse(body));
  const json::Array* instances = ArrayOf(document, "instances");
  if (instances == nullptr) return CorruptData("Request has no list \"instances\"");
  for (const json::Value& instance : *instances) {
    SAGESPARK_RETURN_IF_ERROR(collector.Add([&](codec::RowBlock& block) { return AddInstance(instance, collector, block); }));
  }
  return Status::Ok();
}

Status AddJsonLines(std::string_view body, RowCollector& collector) {
  return ForEachLine(body, [&](std::string_view line) -> Status {
    if (collector.AddPlainJsonLine(line)) return Status::Ok();
    return collector.Add([&](codec::RowBlock& block) -> Status {
      SAGESPARK_ASSIGN_OR_RETURN(const json::Value instance, json::Parse(line));
      return AddInstance(instance, collector, block);
    });
  });
}

Status AddRows(const MediaType& type, std::string_view body, RowCollector& collector) {
  if (type.type == kRecordIoProtobuf) return AddRecords(body, collector);
  if (type.type == kCsv) return AddCsv(type, body, collector);
  if (type.type == kJson) return AddJson(body, collector);
  if (type.type == kJsonLines) return AddJsonLines(body, collector);
  return Unimplemented("Content type cannot be read: " + type.type);
}

}  // namespace

Result<RequestRows> ParseRequestRows(const MediaType& type, std::string_view body, int64_t feature_dim,
                                     RowLayout layout) {
  RowCollector collector(feature_dim, layout);
  SAGESPARK_RETURN_IF_ERROR(AddRows(type, body, collector));
  if (collector.rows().block.num_rows() == 0) return InvalidArgument("Request has no rows");
  return std::move(collector.rows());
}

}  // namespace sagespark::container
