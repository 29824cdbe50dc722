#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sagespark/base/json/value.h"
#include "sagespark/base/result.h"

namespace sagespark::server {

/// The JSONPath expressions that batch transform's filters take: "$", then any of ".name", ".*", "[*]", "['name','other']",
/// "[0,-1]" and "[1:4]", also mixed as in "[0,2:]". Negative numbers count from the end.
/// Source: "Associate Prediction Results with Input Records", Amazon SageMaker guide.
class JsonPath {
 public:
  /// Fails with kInvalidArgument, naming the expression and the position.
  static Result<JsonPath> Parse(std::string_view text);

  /// "$": everything.
  bool is_whole() const { return steps_.empty(); }

  /// What the path selects: the value itself when it can select one only, else a list of all. Fails with kInvalidArgument when a path
  /// for one value selects none.
  Result<json::Value> Select(const json::Value& root) const;

  /// The same for a row of cells, on which only one step of numbers makes sense; kInvalidArgument for other paths.
  Result<std::vector<std::string_view>> SelectCells(const std::vector<std::string_view>& cells) const;

 private:
  struct Slice {
    std::optional<int64_t> begin;
    std::optional<int64_t> end;
    bool is_index = false;  ///< Of `begin` alone.
  };
  using Names = std::vector<std::string>;
  using Slices = std::vector<Slice>;
  /// All members or items when there are neither names nor slices.
  struct Step {
    Names names;
    Slices slices;
    bool is_wildcard() const { return names.empty() && slices.empty(); }
  };
  class Parser;

  static std::vector<size_t> IndexesOf(const Slices& slices, size_t size);
  static std::vector<const json::Value*> Apply(const Step& step, const json::Value& value);
  bool selects_one() const;

  std::string text_;
  std::vector<Step> steps_;
};

}  // namespace sagespark::server
