#include "sagespark/source/path_pattern.h"

#include <fnmatch.h>

#include <algorithm>

namespace sagespark::source {
namespace {

constexpr std::string_view kWildcards = "*?[{";

/// "a{b,c}d" as "abd" and "acd". Braces do not nest, as in Hadoop's everyday use.
std::vector<std::string> ExpandBraces(std::string_view path) {
  const size_t open = path.find('{');
  const size_t close = open == path.npos ? path.npos : path.find('}', open);
  if (close == path.npos) return {std::string(path)};
  std::vector<std::string> expanded;
  std::string_view choices = path.substr(open + 1, close - open - 1);
  for (;;) {
    const size_t comma = choices.find(',');
    std::string one(path.substr(0, open));
    one += choices.substr(0, comma);
    one += path.substr(close + 1);
    for (std::string& rest : ExpandBraces(one)) expanded.push_back(std::move(rest));
    if (comma == choices.npos) return expanded;
    choices.remove_prefix(comma + 1);
  }
}

bool FirstPartsMatch(const std::vector<std::string>& pattern, const std::vector<std::string>& parts, size_t count) {
  return std::equal(pattern.begin(), pattern.begin() + static_cast<std::ptrdiff_t>(count), parts.begin(),
                    [](const std::string& glob, const std::string& part) {
                      // Hidden folders must be asked for by their first character.
                      const bool hidden = part.starts_with('_') || part.starts_with('.');
                      return (!hidden || glob.starts_with(part[0])) && ::fnmatch(glob.c_str(), part.c_str(), 0) == 0;
                    });
}

}  // namespace

std::vector<std::string> SplitPath(std::string_view path) {
  std::vector<std::string> parts;
  if (path.starts_with('/')) parts.emplace_back();
  while (!path.empty()) {
    const size_t slash = path.find('/');
    if (slash != 0) parts.emplace_back(path.substr(0, slash));
    path.remove_prefix(slash == path.npos ? path.size() : slash + 1);
  }
  return parts;
}

bool PathPattern::HasWildcard(std::string_view path) { return path.find_first_of(kWildcards) != path.npos; }

PathPattern::PathPattern(std::string_view path) {
  const size_t slash = path.rfind('/', path.find_first_of(kWildcards));
  if (slash != path.npos) base_ = slash == 0 ? "/" : std::string(path.substr(0, slash));
  for (const std::string& one : ExpandBraces(path)) alternatives_.push_back(SplitPath(one));
}

size_t PathPattern::MatchedParts(std::string_view path) const {
  const std::vector<std::string> parts = SplitPath(path);
  for (const std::vector<std::string>& pattern : alternatives_) {
    if (pattern.size() <= parts.size() && FirstPartsMatch(pattern, parts, pattern.size())) return pattern.size();
  }
  return 0;
}

bool PathPattern::CanMatchBelow(std::string_view path) const {
  const std::vector<std::string> parts = SplitPath(path);
  return std::any_of(alternatives_.begin(), alternatives_.end(), [&parts](const std::vector<std::string>& pattern) {
    return FirstPartsMatch(pattern, parts, std::min(pattern.size(), parts.size()));
  });
}

}  // namespace sagespark::source
