#include "sagespark/base/archive/tar_gz.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "sagespark/base/archive/libarchive.h"

namespace sagespark::archive {
namespace {

namespace fs = std::filesystem;

Error PackError(::archive* writer) { return Error(ErrorKind::kIo, "Cannot write an archive: " + TextOf(writer)); }

Status WriteFileBytes(::archive* writer, const fs::path& path, int64_t size) {
  std::ifstream input(path, std::ios::binary);
  std::vector<char> block(kBlockBytes);
  while (size > 0) {
    input.read(block.data(), std::min<int64_t>(size, static_cast<int64_t>(block.size())));
    if (input.gcount() == 0) return IoError("Cannot read " + path.string(), errno);
    if (archive_write_data(writer, block.data(), static_cast<size_t>(input.gcount())) < 0) return PackError(writer);
    size -= input.gcount();
  }
  return Status::Ok();
}

Status PackEntry(::archive* writer, const fs::path& path, const std::string& name) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::is_directory(status) && !fs::is_regular_file(status)) return Status::Ok();
  const int64_t size = fs::is_directory(status) ? 0 : static_cast<int64_t>(fs::file_size(path, error));
  if (error) return IoError("Cannot read " + path.string(), error.value());

  const Entry entry(archive_entry_new());
  archive_entry_set_pathname(entry.get(), name.c_str());
  archive_entry_set_filetype(entry.get(), fs::is_directory(status) ? AE_IFDIR : AE_IFREG);
  archive_entry_set_perm(entry.get(), fs::is_directory(status) ? 0755 : 0644);
  archive_entry_set_size(entry.get(), size);
  archive_entry_set_mtime(entry.get(), 0, 0);
  // A warning is of a name that is no UTF-8, which is written as it is.
  if (archive_write_header(writer, entry.get()) < ARCHIVE_WARN) return PackError(writer);
  return WriteFileBytes(writer, path, size);
}

Result<std::vector<std::string>> NamesBelow(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error);
  for (; !error && entry != fs::end(entry); entry.increment(error)) {
    names.push_back(entry->path().lexically_relative(folder).string());
  }
  if (error == std::errc::no_such_file_or_directory) return NotFound("No such folder: " + folder.string());
  if (error) return IoError("Cannot list " + folder.string(), error.value());
  std::sort(names.begin(), names.end());
  return names;
}

Status PackAll(const fs::path& folder, const fs::path& file) {
  SAGESPARK_ASSIGN_OR_RETURN(const std::vector<std::string> names, NamesBelow(folder));
  const Archive writer(archive_write_new());
  archive_write_add_filter_gzip(writer.get());
  archive_write_set_format_pax_restricted(writer.get());
  // Without the time in gzip's header. Level 1: model files are floats, which hardly compress at any level.
  archive_write_set_options(writer.get(), "gzip:!timestamp,gzip:compression-level=1");
  if (archive_write_open_filename(writer.get(), file.c_str()) != ARCHIVE_OK) return PackError(writer.get());
  for (const std::string& name : names) SAGESPARK_RETURN_IF_ERROR(PackEntry(writer.get(), folder / name, name));
  if (archive_write_close(writer.get()) != ARCHIVE_OK) return PackError(writer.get());
  return Status::Ok();
}

Error Broken(const fs::path& file, const std::string& what) {
  return CorruptData("Cannot unpack " + file.filename().string() + ": " + what);
}

/// The entry's place within the folder; empty for the folder itself ("./").
Result<fs::path> SafePath(const fs::path& file, const char* name) {
  if (name == nullptr) return Broken(file, "an entry has no path");
  fs::path safe;
  for (const fs::path& part : fs::path(name)) {
    if (part == ".." || part.is_absolute()) return Broken(file, "an entry lies outside of the folder: " + std::string(name));
    if (!part.empty() && part != ".") safe /= part;
  }
  return safe;
}

Status UnpackFile(::archive* reader, const fs::path& file, const fs::path& target, int64_t& bytes_left) {
  const int fd = open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (fd < 0) {
    return errno == EEXIST ? Broken(file, "an entry comes twice: " + target.filename().string()) : IoError("Cannot make a file", errno);
  }
  const std::unique_ptr<const int, void (*)(const int*)> closer(&fd, [](const int* open_fd) { close(*open_fd); });
  std::vector<char> block(kBlockBytes);
  while (true) {
    const la_ssize_t count = archive_read_data(reader, block.data(), block.size());
    if (count == 0) return Status::Ok();
    if (count < 0) return Broken(file, TextOf(reader));
    if ((bytes_left -= count) < 0) return ResourceLimit("Archive is too large: " + file.filename().string());
    for (la_ssize_t written = 0; written < count;) {
      const ssize_t step = write(fd, block.data() + written, static_cast<size_t>(count - written));
      if (step < 0 && errno != EINTR) return IoError("Cannot write an unpacked file", errno);
      written += std::max<ssize_t>(step, 0);
    }
  }
}

Status UnpackEntry(::archive* reader, archive_entry* entry, const fs::path& file, const fs::path& folder, int64_t& bytes_left) {
  const char* const utf8_name = archive_entry_pathname_utf8(entry);
  SAGESPARK_ASSIGN_OR_RETURN(const fs::path place, SafePath(file, utf8_name != nullptr ? utf8_name : archive_entry_pathname(entry)));
  const bool is_folder = archive_entry_filetype(entry) == AE_IFDIR;
  const bool is_link = archive_entry_hardlink(entry) != nullptr;
  if (is_link || (!is_folder && archive_entry_filetype(entry) != AE_IFREG)) {
    return Broken(file, "an entry is neither file nor folder: " + place.string());
  }
  const fs::path target = folder / place;
  std::error_code error;
  fs::create_directories(is_folder ? target : target.parent_path(), error);
  if (error) return IoError("Cannot make a folder", error.value());
  return is_folder ? Status::Ok() : UnpackFile(reader, file, target, bytes_left);
}

}  // namespace

Status PackTarGz(const fs::path& folder, const fs::path& file) {
  Status status = PackAll(folder, file);
  std::error_code error;
  if (!status.ok()) fs::remove(file, error);
  return status;
}

Status UnpackTarGz(const fs::path& file, const fs::path& folder, const UnpackLimits& limits) {
  std::error_code error;
  if (!fs::exists(file, error)) return NotFound("No such archive: " + file.string());
  if (fs::create_directories(folder, error); error) return IoError("Cannot make " + folder.string(), error.value());
  const Archive reader(archive_read_new());
  archive_read_support_filter_gzip(reader.get());
  archive_read_support_format_tar(reader.get());
  if (archive_read_open_filename(reader.get(), file.c_str(), kBlockBytes) != ARCHIVE_OK) return Broken(file, TextOf(reader.get()));
  int64_t bytes_left = limits.max_bytes;
  for (int64_t count = 0;; ++count) {
    archive_entry* entry = nullptr;
    const int code = archive_read_next_header(reader.get(), &entry);
    if (code == ARCHIVE_EOF) return Status::Ok();
    if (code != ARCHIVE_OK && code != ARCHIVE_WARN) return Broken(file, TextOf(reader.get()));
    if (count == limits.max_entries) return ResourceLimit("Archive has too many entries: " + file.filename().string());
    SAGESPARK_RETURN_IF_ERROR(UnpackEntry(reader.get(), entry, file, folder, bytes_left));
  }
}

}  // namespace sagespark::archive
