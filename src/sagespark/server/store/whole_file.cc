#include "sagespark/server/store/whole_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <sstream>

namespace sagespark::server {

Result<std::string> ReadWholeFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return NotFound("File does not open: " + path.string());
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

Status WriteWholeFile(const std::filesystem::path& path, std::string_view text, mode_t mode) {
  const std::string temporary = path.string() + ".new";
  const int file = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (file < 0) return IoError("File does not open: " + temporary, errno);
  const ssize_t written = write(file, text.data(), text.size());
  const bool complete = written == static_cast<ssize_t>(text.size()) && fsync(file) == 0;
  const int error = errno;
  close(file);
  if (complete && rename(temporary.c_str(), path.c_str()) == 0) return Status::Ok();
  unlink(temporary.c_str());
  return IoError("File cannot be written: " + path.string(), error);
}

}  // namespace sagespark::server
