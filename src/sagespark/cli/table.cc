#include "sagespark/cli/table.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "sagespark/base/json/value.h"

namespace sagespark::cli {
namespace {

std::string HeadOf(std::string column) {
  std::ranges::transform(column, column.begin(),
                         [](unsigned char c) { return c == '_' ? ' ' : static_cast<char>(std::toupper(c)); });
  return column;
}

}  // namespace

void AddOutputFormat(CLI::App& command, OutputFormat& format) {
  static const std::map<std::string, OutputFormat> kFormats = {{"table", OutputFormat::kTable}, {"json", OutputFormat::kJson}};
  command.add_option("--output", format, "table or json")->transform(CLI::CheckedTransformer(kFormats))->default_str("table");
}

void Table::Print(std::ostream& out, OutputFormat format) const {
  if (format == OutputFormat::kJson) {
    PrintJson(out);
  } else {
    PrintTable(out);
  }
}

void Table::PrintTable(std::ostream& out) const {
  std::vector<std::vector<std::string>> lines{{}};
  for (const std::string& column : columns_) lines.front().push_back(HeadOf(column));
  lines.insert(lines.end(), rows_.begin(), rows_.end());
  std::vector<size_t> widths(columns_.size(), 0);
  for (const auto& line : lines) {
    for (size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  for (const auto& line : lines) {
    std::string text;
    for (size_t i = 0; i < widths.size(); ++i) text += line[i] + std::string(widths[i] - line[i].size() + 2, ' ');
    text.erase(text.find_last_not_of(' ') + 1);
    out << text << "\n";
  }
}

void Table::PrintJson(std::ostream& out) const {
  json::Array all;
  for (const auto& row : rows_) {
    json::Object object;
    for (size_t i = 0; i < columns_.size(); ++i) object[columns_[i]] = row[i];
    all.push_back(std::move(object));
  }
  out << json::DumpPretty(json::Value(std::move(all))) << "\n";
}

void PrintFacts(std::ostream& out, const std::vector<std::pair<std::string, std::string>>& facts, OutputFormat format) {
  if (format == OutputFormat::kJson) {
    json::Object object;
    for (const auto& [name, value] : facts) object[name] = value;
    out << json::DumpPretty(json::Value(std::move(object))) << "\n";
    return;
  }
  size_t width = 0;
  for (const auto& [name, value] : facts) width = std::max(width, name.size());
  for (const auto& [name, value] : facts) out << name << std::string(width - name.size() + 2, ' ') << value << "\n";
}

}  // namespace sagespark::cli
