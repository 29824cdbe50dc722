#pragma once

#include <CLI/CLI.hpp>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace sagespark::cli {

enum class OutputFormat { kTable, kJson };

/// Adds --output table|json.
void AddOutputFormat(CLI::App& command, OutputFormat& format);

/// Rows of text under named columns.
class Table {
 public:
  /// Names in lower case, as JSON has them: "created_at"; a table shows "CREATED AT".
  explicit Table(std::vector<std::string> columns) : columns_(std::move(columns)) {}

  void Add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  /// Columns side by side with a head, or an array of objects.
  void Print(std::ostream& out, OutputFormat format) const;

 private:
  void PrintTable(std::ostream& out) const;
  void PrintJson(std::ostream& out) const;

  const std::vector<std::string> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// Names and values, one a line, or one JSON object.
void PrintFacts(std::ostream& out, const std::vector<std::pair<std::string, std::string>>& facts, OutputFormat format);

}  // namespace sagespark::cli
