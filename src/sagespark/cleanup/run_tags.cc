#include "sagespark/cleanup/run_tags.h"

#include <algorithm>
#include <cstdio>
#include <random>

namespace sagespark::cleanup {
namespace {

constexpr std::string_view kFolderPrefix = "sagespark-run-";
constexpr size_t kMaxIdLength = 40;

bool IsIdCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

bool IsRunId(std::string_view id) {
  return !id.empty() && id.size() <= kMaxIdLength && std::all_of(id.begin(), id.end(), IsIdCharacter);
}

}  // namespace

std::string MakeRunId() {
  std::random_device random;
  char text[13];
  std::snprintf(text, sizeof(text), "%08x%04x", random(), random() & 0xffffu);
  return text;
}

Status CheckRunId(std::string_view id) {
  if (IsRunId(id)) return Status::Ok();
  return InvalidArgument("Run id is not 1 to 40 characters of a-z, A-Z, 0-9 and \"-\": \"" + std::string(id) + "\"");
}

std::string RunFolder(std::string_view id) { return std::string(kFolderPrefix) + std::string(id); }

std::optional<std::string> RunOfKey(std::string_view key) {
  for (size_t slash = key.find('/'); slash != std::string_view::npos; slash = key.find('/')) {
    const std::string_view folder = key.substr(0, slash);
    key.remove_prefix(slash + 1);
    if (!folder.starts_with(kFolderPrefix)) continue;
    const std::string_view id = folder.substr(kFolderPrefix.size());
    if (IsRunId(id)) return std::string(id);
  }
  return std::nullopt;
}

}  // namespace sagespark::cleanup
