#include <algorithm>
#include <string>
#include <vector>

#include "sagespark/aws/model/logs_rules.h"
#include "sagespark/aws/model/sagemaker_rules.h"
#include "sagespark/base/json/value.h"
#include "sagespark/server/logs/filter_pattern.h"
#include "sagespark/server/transform/json_path.h"
#include "targets.h"

// What clients of the JSON services send.
namespace sagespark::fuzz {
namespace {

struct Halves {
  std::string_view line;
  std::string_view rest;
};

Halves SplitAtLineEnd(std::string_view bytes) {
  const size_t end = std::min(bytes.find('\n'), bytes.size());
  return {bytes.substr(0, end), bytes.substr(std::min(end + 1, bytes.size()))};
}

}  // namespace

/// An operation's name in a line of its own, then its request.
void ServiceRequest(std::string_view bytes) {
  const auto [operation, request] = SplitAtLineEnd(bytes);
  const auto value = json::Parse(request);
  if (!value.ok()) return;
  for (const auto& rules : {aws::sagemaker::OperationRules(), aws::logs::OperationRules()}) {
    const aws::OperationRule* rule = aws::FindOperation(rules, operation);
    if (rule == nullptr) continue;
    const Status first = aws::Validate(*rule->input, *value);
    const auto again = json::Parse(json::Dump(*value));
    SAGESPARK_CHECK(again.ok() && aws::Validate(*rule->input, *again).ok() == first.ok());
  }
}

/// A pattern in a line of its own, then a message.
void LogFilter(std::string_view bytes) {
  const auto [text, message] = SplitAtLineEnd(bytes);
  const auto pattern = server::FilterPattern::Parse(text);
  if (pattern.ok()) SAGESPARK_CHECK(pattern->Matches(message) == pattern->Matches(std::string(message)));
}

/// A filter of batch transform in a line of its own, then JSON, which is also taken for a row of cells.
void JsonPathFilter(std::string_view bytes) {
  const auto [text, rest] = SplitAtLineEnd(bytes);
  const auto path = server::JsonPath::Parse(text);
  if (!path.ok()) return;
  std::vector<std::string_view> cells;
  for (size_t begin = 0; begin <= rest.size(); begin = std::min(rest.find(',', begin), rest.size()) + 1) {
    cells.push_back(rest.substr(begin, rest.find(',', begin) - begin));
  }
  static_cast<void>(path->SelectCells(cells).ok());
  const auto value = json::Parse(rest);
  if (!value.ok()) return;
  const auto selected = path->Select(*value);
  SAGESPARK_CHECK(!path->is_whole() || (selected.ok() && *selected == *value));
}

}  // namespace sagespark::fuzz
