#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sagespark::source {

/// A path with wildcards, as Hadoop's globs: "*" and "?" within a folder, "[a-c]", "[^a]", "{x,y}". Names that begin with
/// "_" or "." are matched only by a part of the pattern that begins so, too.
class PathPattern {
 public:
  explicit PathPattern(std::string_view path);

  /// Whether the path has a wildcard at all.
  static bool HasWildcard(std::string_view path);

  /// The folder, without a wildcard, below which all matches lie; "" for the root of a bucket or a relative path.
  const std::string& base() const { return base_; }

  /// How many parts of `path` (as "a/b/c") the pattern matches: it, or a folder above it; 0 when it does not.
  size_t MatchedParts(std::string_view path) const;

  /// Whether the folder `path`, or something below it, can match: its parts match as many of the pattern's.
  bool CanMatchBelow(std::string_view path) const;

 private:
  std::string base_;
  std::vector<std::vector<std::string>> alternatives_;  ///< The parts of the path, braces expanded.
};

/// The parts of a path between slashes, empty ones left out but for a leading one.
std::vector<std::string> SplitPath(std::string_view path);

}  // namespace sagespark::source
