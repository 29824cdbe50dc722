#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "sagespark/algo/xgboost/rows.h"
#include "sagespark/testing/paths.h"

namespace sagespark::algo {

/// A file that tests/goldens/make_xgboost_goldens.py wrote.
inline std::string ReadGolden(const std::string& name) {
  std::ifstream file(SourcePath("tests/goldens/xgboost/" + name), std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

/// The rows, dense, with their labels.
inline XGBoostRows GoldenRows() {
  XGBoostRows rows;
  std::istringstream lines(ReadGolden("rows.txt"));
  for (std::string line; std::getline(lines, line); ++rows.num_rows) {
    std::istringstream words(line);
    std::string word;
    words >> word;
    rows.labels.push_back(std::stof(word));
    while (words >> word) rows.values.push_back(std::stof(word));
  }
  rows.num_columns = static_cast<int64_t>(rows.values.size()) / rows.num_rows;
  return rows;
}

/// The same without what is missing.
inline XGBoostRows AsSparse(const XGBoostRows& dense) {
  XGBoostRows rows{.is_sparse = true, .num_rows = dense.num_rows, .num_columns = dense.num_columns, .labels = dense.labels};
  for (size_t i = 0; i < dense.values.size(); ++i) {
    const auto column = static_cast<int64_t>(i) % dense.num_columns;
    if (dense.values[i] == dense.values[i]) {
      rows.values.push_back(dense.values[i]);
      rows.columns.push_back(static_cast<int32_t>(column));
    }
    if (column + 1 == dense.num_columns) rows.row_offsets.push_back(static_cast<int64_t>(rows.values.size()));
  }
  return rows;
}

struct GoldenCase {
  std::string name;
  std::string model_file;
  std::vector<std::pair<std::string, std::string>> parameters;
  std::vector<float> predictions;
};

inline std::vector<GoldenCase> GoldenCases() {
  std::vector<GoldenCase> cases;
  std::istringstream lines(ReadGolden("cases.txt"));
  for (std::string line; std::getline(lines, line);) {
    GoldenCase& golden = cases.emplace_back();
    std::istringstream words(line);
    words >> golden.name >> golden.model_file;
    for (std::string word; words >> word;) {
      golden.parameters.emplace_back(word.substr(0, word.find('=')), word.substr(word.find('=') + 1));
    }
    std::getline(lines, line);
    std::istringstream numbers(line);
    for (std::string word; numbers >> word;) golden.predictions.push_back(std::stof(word));
  }
  return cases;
}

}  // namespace sagespark::algo
