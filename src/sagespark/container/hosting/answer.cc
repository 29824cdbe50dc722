#include "sagespark/container/hosting/answer.h"

#include <cmath>
#include <span>

#include "sagespark/container/python_text.h"

namespace sagespark::container {
namespace {

std::span<const float> ValuesOf(const PredictionColumn& column, int64_t row) {
  return {column.values.data() + row * column.width, static_cast<size_t>(column.width)};
}

void AppendNumbers(const PredictionColumn& column, int64_t row, std::string_view separator, std::string_view nan,
                   std::string& out) {
  const std::span<const float> values = ValuesOf(column, row);
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out += separator;
    if (std::isnan(values[i])) {
      out += nan;
      continue;
    }
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
    AppendNumbers(column, row, ", ", "NaN", out);
    if (is_list) out += ']';
  }
  out += '}';
}

std::string WriteJson(const std::vector<PredictionColumn>& columns, int64_t rows, std::string_view list_name) {
  std::string out = "{\"" + std::string(list_name) + "\": [";
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
      AppendNumbers(columns[i], row, ",", "nan", out);
    }
    out += '\n';
  }
  return out;
}

bool IsAnswerType(std::string_view type) {
  return type == kJson || type == kRecordIoProtobuf || type == kCsv || type == kJsonLines;
}

}  // namespace

std::optional<std::string> ChooseAnswerType(std::string_view accept, std::string_view default_type) {
  const auto accepted = ParseAccept(accept.empty() ? "*/*" : accept);
  const auto fallback = ParseMediaType(default_type);
  if (!accepted.ok() || !fallback.ok()) return std::nullopt;
  for (const MediaType& type : *accepted) {
    if (IsAnswerType(fallback->type) && Accepts(type, fallback->type)) return fallback->type;
    for (const std::string_view written : {kJson, kRecordIoProtobuf, kCsv, kJsonLines}) {
      if (Accepts(type, written)) return std::string(written);
    }
  }
  return std::nullopt;
}

std::string WriteAnswer(std::string_view type, const std::vector<PredictionColumn>& columns, const AnsweredRows& rows,
                        std::string_view json_list_name) {
  if (type == kRecordIoProtobuf) return WriteRecordIoAnswer(columns, rows);
  if (type == kCsv) return WriteCsv(columns, rows.count);
  if (type == kJsonLines) return WriteJsonLines(columns, rows.count);
  return WriteJson(columns, rows.count, json_list_name);
}

}  // namespace sagespark::container
