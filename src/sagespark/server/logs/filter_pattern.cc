#include "sagespark/server/logs/filter_pattern.h"

#include <algorithm>

namespace sagespark::server {
namespace {

/// Takes a term from the start of `text`.
Result<std::string> TakeTerm(std::string_view& text) {
  std::string term;
  if (!text.starts_with('"')) {
    const size_t end = std::min(text.find(' '), text.size());
    term = text.substr(0, end);
    text.remove_prefix(end);
    return term;
  }
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return term;
    }
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    term += text[i];
  }
  return InvalidArgument("Invalid filter pattern: a quote has no end");
}

}  // namespace

Result<FilterPattern> FilterPattern::Parse(std::string_view text) {
  FilterPattern pattern;
  while (true) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    if (text.empty()) return pattern;
    std::vector<std::string>* terms = text.front() == '?' ? &pattern.any_ : text.front() == '-' ? &pattern.none_ : &pattern.all_;
    if (terms != &pattern.all_) text.remove_prefix(1);
    if (text.starts_with('{') || text.starts_with('[') || text.starts_with('%')) {
      return InvalidArgument("Invalid filter pattern: the local cloud offers terms only, none that begins with { [ or %");
    }
    SAGESPARK_ASSIGN_OR_RETURN(std::string term, TakeTerm(text));
    terms->push_back(std::move(term));
  }
}

bool FilterPattern::Matches(std::string_view message) const {
  const auto is_in = [&](const std::string& term) { return message.find(term) != message.npos; };
  return std::all_of(all_.begin(), all_.end(), is_in) && (any_.empty() || std::any_of(any_.begin(), any_.end(), is_in)) &&
         std::none_of(none_.begin(), none_.end(), is_in);
}

}  // namespace sagespark::server
