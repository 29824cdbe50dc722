#include "sagespark/io/file_system.h"

#include <algorithm>

namespace sagespark::io {

FileSystems::FileSystems() { Register("file", MakeLocalFileSystem()); }

void FileSystems::Register(std::string scheme, std::shared_ptr<FileSystem> file_system) {
  for (auto& [known, registered] : by_scheme_) {
    if (known != scheme) continue;
    registered = std::move(file_system);
    return;
  }
  by_scheme_.emplace_back(std::move(scheme), std::move(file_system));
}

Result<std::shared_ptr<FileSystem>> FileSystems::For(const Uri& uri) const {
  std::string known;
  for (const auto& [scheme, file_system] : by_scheme_) {
    if (scheme == uri.scheme) return file_system;
    known += (known.empty() ? "\"" : ", \"") + scheme + "\"";
  }
  return InvalidArgument("No file system for the scheme \"" + uri.scheme + "\"; known are " + known);
}

Result<std::string> ReadAll(InputStream& stream, size_t max_bytes) {
  constexpr size_t kFirstChunk = 64 * 1024;
  std::string bytes;
  while (true) {
    const size_t filled = bytes.size();
    // One byte beyond the limit shows that there is more.
    const size_t room = std::min(std::max(kFirstChunk, filled), max_bytes - filled + 1);
    bytes.resize(filled + room);
    SAGESPARK_ASSIGN_OR_RETURN(const size_t count, stream.Read({bytes.data() + filled, room}));
    bytes.resize(filled + count);
    if (count == 0) return bytes;
    if (bytes.size() > max_bytes) return ResourceLimit("File is longer than the limit: " + std::to_string(max_bytes));
  }
}

}  // namespace sagespark::io
