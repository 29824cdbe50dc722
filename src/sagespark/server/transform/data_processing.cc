#include "sagespark/server/transform/data_processing.h"

#include <algorithm>

#include "sagespark/http/message.h"

namespace sagespark::server {
namespace {

namespace sm = aws::sagemaker;

/// Cells as they stand, at commas outside of double quotes.
std::vector<std::string_view> CellsOf(std::string_view line) {
  std::vector<std::string_view> cells;
  bool quoted = false;
  size_t begin = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') quoted = !quoted;
    if (line[i] != ',' || quoted) continue;
    cells.push_back(line.substr(begin, i - begin));
    begin = i + 1;
  }
  cells.push_back(line.substr(begin));
  return cells;
}

std::string JoinCells(const std::vector<std::string_view>& cells) {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) line += (i > 0 ? "," : "") + std::string(cells[i]);
  return line;
}

Error InRecord(size_t index, const Error& error) { return error.WithContext("Record " + std::to_string(index) + " of a request"); }

}  // namespace

DataProcessing::Format DataProcessing::FormatOf(std::string_view content_type) {
  std::string_view type = content_type.substr(0, content_type.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  if (http::EqualsIgnoringCase(type, "text/csv")) return Format::kCsv;
  if (http::EqualsIgnoringCase(type, "application/jsonlines")) return Format::kJsonLines;
  if (http::EqualsIgnoringCase(type, "application/json")) return Format::kJson;
  return Format::kOther;
}

Result<DataProcessing> DataProcessing::Make(const sm::DescribeTransformJobResponse& job) {
  const sm::DataProcessing given = job.data_processing.value_or(sm::DataProcessing{});
  DataProcessing processing;
  SAGESPARK_ASSIGN_OR_RETURN(processing.input_filter_, JsonPath::Parse(given.input_filter.value_or("$")));
  SAGESPARK_ASSIGN_OR_RETURN(processing.output_filter_, JsonPath::Parse(given.output_filter.value_or("$")));
  processing.joins_ = given.join_source == "Input";
  if (processing.is_identity()) return processing;
  const std::string content_type = job.transform_input.content_type.value_or("");
  processing.input_format_ = FormatOf(content_type);
  // The container's own choice is of the request's kind, as of the built-in algorithms.
  const std::string accept = job.transform_output && job.transform_output->accept ? *job.transform_output->accept : content_type;
  processing.output_format_ = FormatOf(accept);
  if (processing.input_format_ == Format::kOther || processing.output_format_ == Format::kOther) {
    return InvalidArgument("DataProcessing needs ContentType and Accept text/csv, application/jsonlines or application/json: " + content_type +
                           " and " + accept);
  }
  const bool is_csv = processing.input_format_ == Format::kCsv;
  if (processing.joins_ && is_csv != (processing.output_format_ == Format::kCsv)) {
    return InvalidArgument("JoinSource Input needs ContentType and Accept of one kind: " + content_type + " and " + accept);
  }
  return processing;
}

/// Of lines without their ends; blank ones are none.
std::vector<std::string_view> DataProcessing::RecordsOf(Format format, std::string_view bytes) {
  if (format == Format::kJson) return {bytes};
  std::vector<std::string_view> lines;
  while (!bytes.empty()) {
    const size_t end = std::min(bytes.find('\n'), bytes.size());
    std::string_view line = bytes.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) lines.push_back(line);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  return lines;
}

Result<std::string> DataProcessing::Filter(Format format, const JsonPath& filter, std::string_view record) {
  if (filter.is_whole()) return std::string(record);
  if (format == Format::kCsv) {
    SAGESPARK_ASSIGN_OR_RETURN(const auto cells, filter.SelectCells(CellsOf(record)));
    return JoinCells(cells);
  }
  SAGESPARK_ASSIGN_OR_RETURN(const json::Value value, json::Parse(record));
  SAGESPARK_ASSIGN_OR_RETURN(const json::Value selected, filter.Select(value));
  return json::Dump(selected);
}

Result<std::string> DataProcessing::FilterAll(Format format, const JsonPath& filter, std::string_view bytes) {
  if (filter.is_whole()) return std::string(bytes);
  const std::vector<std::string_view> records = RecordsOf(format, bytes);
  std::string all;
  for (size_t i = 0; i < records.size(); ++i) {
    const auto filtered = Filter(format, filter, records[i]);
    if (!filtered.ok()) return InRecord(i, filtered.error());
    all += *filtered;
    if (format != Format::kJson) all += '\n';
  }
  return all;
}

Result<std::string> DataProcessing::Join(Format format, std::string_view input, std::string_view output) {
  if (format == Format::kCsv) return std::string(input) + "," + std::string(output);
  SAGESPARK_ASSIGN_OR_RETURN(json::Value record, json::Parse(input));
  SAGESPARK_ASSIGN_OR_RETURN(json::Value answer, json::Parse(output));
  if (json::Object* object = record.if_object()) {
    (*object)["SageMakerOutput"] = std::move(answer);
    return json::Dump(record);
  }
  return json::Dump(json::Object{{"SageMakerInput", std::move(record)}, {"SageMakerOutput", std::move(answer)}});
}

Result<std::string> DataProcessing::RequestOf(std::string_view body) const { return FilterAll(input_format_, input_filter_, body); }

Result<std::string> DataProcessing::OutputOf(std::string_view body, std::string_view reply) const {
  if (!joins_) return FilterAll(output_format_, output_filter_, reply);
  const std::vector<std::string_view> inputs = RecordsOf(input_format_, body);
  const std::vector<std::string_view> outputs = RecordsOf(output_format_, reply);
  if (inputs.size() != outputs.size()) {
    return InvalidArgument("Fail to join data: mismatched line count between the input and the output: " + std::to_string(inputs.size()) +
                           " and " + std::to_string(outputs.size()));
  }
  std::string all;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const auto joined = Join(input_format_, inputs[i], outputs[i]);
    if (!joined.ok()) return InRecord(i, joined.error());
    const auto filtered = Filter(input_format_, output_filter_, *joined);
    if (!filtered.ok()) return InRecord(i, filtered.error());
    all += *filtered;
    if (output_format_ != Format::kJson) all += '\n';
  }
  return all;
}

}  // namespace sagespark::server
