#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sagespark/base/result.h"

namespace sagespark::server {

/// A pattern of FilterLogEvents for plain messages: terms that are all in the message, whatever their order; of the terms behind "?" one at
/// least; none of those behind "-". A term is a word or a text in double quotes (with \" and \\), and counts as it is written.
/// Source: "Filter pattern syntax", Amazon CloudWatch Logs guide.
class FilterPattern {
 public:
  /// Fails with kInvalidArgument for a quote without end, and for patterns of JSON ({...}), of columns ([...]) and regular expressions
  /// (%...%), which are not offered.
  static Result<FilterPattern> Parse(std::string_view text);

  bool Matches(std::string_view message) const;

 private:
  std::vector<std::string> all_;
  std::vector<std::string> any_;
  std::vector<std::string> none_;
};

}  // namespace sagespark::server
