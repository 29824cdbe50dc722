#include "sagespark/container/hosting/answer.h"

#include <span>

#include "sagespark/container/python_text.h"

namespace sagespark::container {
namespace {

std::span<const float> ValuesOf(const PredictionColumn& column, int64_t row) {
  return {column.values.data() + row * column.width, static_cast<size_t>(column.width)};
}

void AppendNumbers(const PredictionColumn& column, int64_t row, std::string_view separator, std::string& out) {
  const std::span<const float> values = ValuesOf(column, row);
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out += separator;
    out += column.is_integer ? std::to_string(static_cast<int64_t>(values[i]))
                             : PythonFloat(static_cast<double>(values[i]));
  }
}

/// The names are identifiers, which JSON takes as they are.
void AppendObject(const std::vector<PredictionColumn>& columns, int64_t row, std::string& out) {
  out += '{';
  for (const PredictionColumn& column : columns) {
    const bool is_list = column.is_list || column.width > 1;
    if (out.back() != '{') out += ", ";
    out.append("\"").append(column.name).append(is_list ? "\": [" : "\": ");
    AppendNumbers(column, row, ", ", out);
    if (is_list) out += ']';
  }
  out += '}';
}

std::string WriteJson(const std::vector<PredictionColumn>& columns, int64_t rows) {
  std::string out = "{\"predictions\": [";
  for (int64_t row = 0; row < rows; ++row) {
    if (row > 0) out += ", ";
    AppendObject(columns, row, out);
  }
  return out + "]}";
}

std::string WriteJsonLines(const std::vector<PredictionColumn>& columns, int64_t rows) {
  std::string out;
  for (int64_t row = 0; row < rows; ++row) {
    AppendObject(columns, row, out);
    out += '\n';
  }
  return out;
}

std::string WriteCsv(const std::vector<PredictionColumn>& columns, int64_t rows) {
  std::string out;
  for (int64_t row = 0; row < rows; ++row) {
    for (size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) out += ',';
      AppendNumbers(columns[i], row, ",", out);
    }
    out += '\n';
  }
  return out;
}

}  // namespace

bool IsAnswerType(std::string_view type) {
  return type == kJson || type == kRecordIoProtobuf || type == kCsv || type == kJsonLines;
}

std::string WriteAnswer(std::string_view type, const std::vector<PredictionColumn>& columns, const RequestRows& rows) {
  if (type == kRecordIoProtobuf) return WriteRecordIoAnswer(columns, rows);
  if (type == kCsv) return WriteCsv(columns, rows.block.num_rows());
  if (type == kJsonLines) return WriteJsonLines(columns, rows.block.num_rows());
  return WriteJson(columns, rows.block.num_rows());
}

}  // namespace sagespark::container
