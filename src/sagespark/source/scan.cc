#include "sagespark/source/scan.h"

#include <algorithm>
#include <filesystem>

#include "sagespark/source/path_pattern.h"
#include "sagespark/source/paths.h"

namespace sagespark::source {
namespace {

bool IsHidden(const std::string& name) { return name.starts_with('_') || name.starts_with('.'); }

/// Whether Spark reads a file that was found below a path of `root_parts` parts.
bool IsVisible(const std::string& path, size_t root_parts) {
  const std::vector<std::string> parts = SplitPath(path);
  if (parts.empty() || IsHidden(parts.back())) return false;
  return std::none_of(parts.begin() + static_cast<std::ptrdiff_t>(std::min(root_parts, parts.size())), parts.end(),
                      IsHidden);
}

/// Appends what lies at or below `uri`. False when there is no such file or folder.
Result<bool> ListBelow(io::FileSystem& file_system, const Uri& uri, std::vector<io::FileInfo>& files) {
  if (!uri.path.empty() && !uri.path.ends_with('/')) {
    auto file = file_system.Stat(uri);
    if (file.ok()) {
      if (file->size > 0 && IsVisible(uri.path, SIZE_MAX)) files.push_back(*std::move(file));
      return true;
    }
    if (file.error().kind() != ErrorKind::kNotFound) return std::move(file).error();
  }
  const size_t root_parts = SplitPath(uri.path).size();
  bool found = uri.scheme == "file";  // A local folder exists without files, a prefix of keys does not.
  const auto visit = [&](const io::FileInfo& file) {
    found = true;
    if (file.size > 0 && IsVisible(file.uri.path, root_parts)) files.push_back(file);
    return true;
  };
  const auto enters = [](const std::string& folder) { return !IsHidden(folder.substr(folder.rfind('/') + 1)); };
  const Status listed = file_system.List(uri, visit, enters);
  if (listed.ok()) return found;
  // An error code means that the store said more than "not found": no such bucket.
  if (listed.error().kind() != ErrorKind::kNotFound || !listed.error().code().empty()) return listed.error();
  return false;
}

/// Appends the files that a pattern matches. False when nothing does.
Result<bool> ListMatching(io::FileSystem& file_system, const Uri& uri, std::vector<io::FileInfo>& files) {
  const PathPattern pattern(uri.path);
  Uri base = uri;
  base.path = pattern.base();
  bool found = false;
  const auto visit = [&](const io::FileInfo& file) {
    const size_t parts = pattern.MatchedParts(file.uri.path);
    if (parts == 0) return true;
    found = true;
    if (file.size > 0 && IsVisible(file.uri.path, parts)) files.push_back(file);
    return true;
  };
  const auto enters = [&](const std::string& folder) { return pattern.CanMatchBelow(folder); };
  const Status listed = file_system.List(base, visit, enters);
  if (!listed.ok() && (listed.error().kind() != ErrorKind::kNotFound || !listed.error().code().empty())) {
    return listed.error();
  }
  return found;
}

Result<bool> ListPath(io::FileSystem& file_system, const Uri& uri, std::vector<io::FileInfo>& files) {
  if (!PathPattern::HasWildcard(uri.path)) return ListBelow(file_system, uri, files);
  // A name may itself hold such a character.
  SAGESPARK_ASSIGN_OR_RETURN(const bool found, ListMatching(file_system, uri, files));
  if (found) return true;
  return ListBelow(file_system, uri, files);
}

/// Spark's target size of a partition.
int64_t MaxSplitBytes(const std::vector<io::FileInfo>& files, const SplitSettings& settings) {
  int64_t total = 0;
  for (const io::FileInfo& file : files) total += file.size + settings.open_cost_bytes;
  const int64_t bytes_per_core = total / std::max(settings.parallelism, 1);
  return std::max<int64_t>(
      1, std::min(settings.max_partition_bytes, std::max(settings.open_cost_bytes, bytes_per_core)));
}

std::vector<FileSplit> CutFiles(const std::vector<io::FileInfo>& files, bool splittable, int64_t max_bytes) {
  std::vector<FileSplit> splits;
  for (const io::FileInfo& file : files) {
    const int64_t step = splittable ? max_bytes : std::max<int64_t>(file.size, 1);
    for (int64_t offset = 0; offset < file.size; offset += step) {
      splits.push_back({.uri = file.uri,
                        .offset = offset,
                        .length = std::min(step, file.size - offset),
                        .file_size = file.size});
    }
  }
  std::stable_sort(splits.begin(), splits.end(),
                   [](const FileSplit& left, const FileSplit& right) { return left.length > right.length; });
  return splits;
}

}  // namespace

Result<Uri> ParsePath(const std::string& path) {
  SAGESPARK_ASSIGN_OR_RETURN(Uri uri, ParseUri(path));
  if (uri.scheme == "file" && !uri.path.starts_with('/')) {
    uri.path = std::filesystem::absolute(uri.path).lexically_normal().string();
  }
  return uri;
}

std::string PathText(const Uri& uri) { return uri.scheme == "file" ? "file:" + uri.path : uri.ToString(); }

Result<std::vector<io::FileInfo>> ListFiles(const io::FileSystems& file_systems,
                                            const std::vector<std::string>& paths) {
  std::vector<io::FileInfo> files;
  for (const std::string& path : paths) {
    SAGESPARK_ASSIGN_OR_RETURN(const Uri uri, ParsePath(path));
    SAGESPARK_ASSIGN_OR_RETURN(const auto file_system, file_systems.For(uri));
    SAGESPARK_ASSIGN_OR_RETURN(bool found, ListPath(*file_system, uri, files));
    if (!found) return NotFound("[PATH_NOT_FOUND] Path does not exist: " + PathText(uri) + ". SQLSTATE: 42K03");
  }
  return files;
}

std::vector<std::vector<FileSplit>> MakePartitions(const std::vector<io::FileInfo>& files, bool splittable,
                                                   const SplitSettings& settings) {
  const int64_t max_bytes = MaxSplitBytes(files, settings);
  std::vector<std::vector<FileSplit>> partitions(1);
  int64_t size = 0;
  for (FileSplit& split : CutFiles(files, splittable, max_bytes)) {
    if (size + split.length > max_bytes && !partitions.back().empty()) {
      partitions.emplace_back();
      size = 0;
    }
    size += split.length + settings.open_cost_bytes;
    partitions.back().push_back(std::move(split));
  }
  return partitions;
}

}  // namespace sagespark::source
