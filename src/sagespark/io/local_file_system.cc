#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <random>
#include <set>

#include "sagespark/io/file_system.h"
#include "sagespark/io/unique_fd.h"

namespace sagespark::io {
namespace {

Error FileError(std::string_view what, const std::string& path, int error_number) {
  const std::string message = std::string(what) + ": " + path;
  if (error_number == ENOENT || error_number == ENOTDIR) return NotFound(message);
  if (error_number == EACCES || error_number == EPERM) return {ErrorKind::kPermissionDenied, message};
  return IoError(message, error_number);
}

Status SyncFolder(const std::string& folder) {
  const UniqueFd fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid() || fsync(fd.get()) != 0) return FileError("Folder cannot be synced", folder, errno);
  return Status::Ok();
}

std::string FolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

/// A hidden name beside `path` that no other writer takes: writers of one file do not meet.
std::string TemporaryName(const std::string& path) {
  static std::atomic<uint64_t> counter{(uint64_t{std::random_device{}()} << 32) ^ std::random_device{}()};
  const std::filesystem::path target(path);
  return FolderOf(path) + "/." + target.filename().string() + "." + std::to_string(getpid()) + "-" +
         std::to_string(counter.fetch_add(1)) + ".tmp";
}

class LocalInputStream final : public InputStream {
 public:
  LocalInputStream(UniqueFd fd, std::string path, int64_t left) : fd_(std::move(fd)), path_(std::move(path)), left_(left) {}

  Result<size_t> Read(std::span<char> buffer) override {
    const auto wanted = static_cast<size_t>(std::min<int64_t>(static_cast<int64_t>(buffer.size()), left_));
    ssize_t count = 0;
    do {
      count = read(fd_.get(), buffer.data(), wanted);
    } while (count < 0 && errno == EINTR);
    if (count < 0) return FileError("File cannot be read", path_, errno);
    left_ -= count;
    return static_cast<size_t>(count);
  }

 private:
  UniqueFd fd_;
  std::string path_;
  int64_t left_;
};

Status Publish(const std::string& temporary, const std::string& path) {
  if (rename(temporary.c_str(), path.c_str()) != 0) return FileError("File cannot be renamed", path, errno);
  return SyncFolder(FolderOf(path));
}

/// The folders made for files that are not yet visible: they go with the last file that is dropped, so that a failed write
/// leaves no empty folder in the way of the next. Thread-safe.
class FoldersMade {
 public:
  /// Opens the new file `temporary` for `path`, in a folder that is made as needed.
  Result<UniqueFd> OpenNew(const std::string& temporary, const std::string& path) {
    std::lock_guard lock(mutex_);  // Keeps the folder until the file is in it.
    const std::string folder = FolderOf(path);
    SAGESPARK_RETURN_IF_ERROR(Make(folder));
    UniqueFd fd(open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (fd.valid()) return fd;
    const int error_number = errno;
    RemoveEmpty(folder);
    return FileError("File cannot be created", path, error_number);
  }

  /// A file has become visible in `folder`: it stays.
  void Keep(const std::string& folder) {
    std::lock_guard lock(mutex_);
    for (std::string kept = folder; made_.erase(kept) > 0;) kept = FolderOf(kept);
  }

  /// Removes an invisible file. One that does not exist is no error.
  Status Drop(const std::string& path) {
    std::lock_guard lock(mutex_);
    if (unlink(path.c_str()) != 0 && errno != ENOENT && errno != ENOTDIR) {
      return FileError("File cannot be deleted", path, errno);
    }
    RemoveEmpty(FolderOf(path));
    return Status::Ok();
  }

 private:
  Status Make(const std::string& folder) {
    std::vector<std::string> missing;
    for (std::string above = folder; access(above.c_str(), F_OK) != 0 && errno == ENOENT; above = FolderOf(above)) {
      missing.push_back(above);
    }
    made_.insert(missing.begin(), missing.end());
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (!error) return Status::Ok();
    RemoveEmpty(folder);
    return FileError("Folder cannot be made", folder, error.value());
  }

  void RemoveEmpty(std::string folder) {
    for (; made_.contains(folder); folder = FolderOf(folder)) {
      if (rmdir(folder.c_str()) != 0 && errno != ENOENT) return;
      made_.erase(folder);
    }
  }

  std::mutex mutex_;
  std::set<std::string> made_;
};

class LocalOutputStream final : public OutputStream {
 public:
  LocalOutputStream(UniqueFd fd, Uri uri, std::string temporary, std::shared_ptr<FoldersMade> folders)
      : fd_(std::move(fd)), uri_(std::move(uri)), temporary_(std::move(temporary)), folders_(std::move(folders)) {}

  ~LocalOutputStream() override {
    if (!temporary_.empty()) static_cast<void>(folders_->Drop(temporary_));
  }

  Status Write(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t count = write(fd_.get(), bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return FileError("File cannot be written", uri_.path, errno);
      bytes.remove_prefix(static_cast<size_t>(count));
      bytes_written_ += count;
    }
    return Status::Ok();
  }

  Status Close() override {
    SAGESPARK_RETURN_IF_ERROR(Finish());
    SAGESPARK_RETURN_IF_ERROR(Publish(temporary_, uri_.path));
    folders_->Keep(FolderOf(uri_.path));
    temporary_.clear();
    return Status::Ok();
  }

  Result<PendingFile> Detach() override {
    SAGESPARK_RETURN_IF_ERROR(Finish());
    return PendingFile{.uri = uri_, .upload_id = std::exchange(temporary_, {}), .size = bytes_written_};
  }

 private:
  /// The bytes are on the disk when this succeeds; some file systems report a full disk only here.
  Status Finish() {
    if (fsync(fd_.get()) != 0) return FileError("File cannot be synced", uri_.path, errno);
    if (fd_.Close() != 0) return FileError("File cannot be closed", uri_.path, errno);
    return Status::Ok();
  }

  UniqueFd fd_;
  Uri uri_;
  std::string temporary_;
  std::shared_ptr<FoldersMade> folders_;
};

Result<FileInfo> InfoOf(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return FileError("File does not exist", path, errno);
  if (!S_ISREG(status.st_mode)) return NotFound("File does not exist: " + path);
  return FileInfo{.uri = {.scheme = "file", .path = path}, .size = status.st_size};
}

struct Entry {
  std::string name;  ///< Folders end in "/", so that names sort as whole paths do.
  bool is_folder = false;
};

/// The files and folders in `folder`, in byte order of the paths below it.
Result<std::vector<Entry>> ReadFolder(const std::string& folder) {
  DIR* dir = opendir(folder.c_str());
  if (dir == nullptr) return FileError("Folder cannot be listed", folder, errno);
  const std::unique_ptr<DIR, int (*)(DIR*)> closer(dir, closedir);
  std::vector<Entry> entries;
  errno = 0;
  for (const dirent* found = readdir(dir); found != nullptr; errno = 0, found = readdir(dir)) {
    const std::string name = found->d_name;
    if (name == "." || name == "..") continue;
    struct stat status {};
    if (fstatat(dirfd(dir), name.c_str(), &status, 0) != 0) continue;  // Gone meanwhile, or a dead link.
    if (S_ISDIR(status.st_mode)) entries.push_back({name + "/", true});
    if (S_ISREG(status.st_mode)) entries.push_back({name, false});
  }
  if (errno != 0) return FileError("Folder cannot be listed", folder, errno);
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return entries;
}

constexpr int kMaxDepth = 128;  // Ends loops of symbolic links.

/// Returns false when `visit` asked to stop.
Result<bool> Walk(const std::string& folder, int depth, const std::function<bool(const FileInfo&)>& visit,
                  const std::function<bool(const std::string&)>& enters) {
  if (depth > kMaxDepth) return ResourceLimit("Folders are nested too deep: " + folder);
  SAGESPARK_ASSIGN_OR_RETURN(const std::vector<Entry> entries, ReadFolder(folder));
  const std::string prefix = folder.ends_with('/') ? folder : folder + "/";
  for (const Entry& entry : entries) {
    if (entry.is_folder) {
      const std::string below = prefix + entry.name.substr(0, entry.name.size() - 1);
      if (!enters(below)) continue;
      SAGESPARK_ASSIGN_OR_RETURN(const bool go_on, Walk(below, depth + 1, visit, enters));
      if (!go_on) return false;
      continue;
    }
    const Result<FileInfo> info = InfoOf(prefix + entry.name);
    if (info.ok() && !visit(*info)) return false;
  }
  return true;
}

class LocalFileSystem final : public FileSystem {
 public:
  Result<FileInfo> Stat(const Uri& uri) override { return InfoOf(uri.path); }

  Status List(const Uri& folder, const std::function<bool(const FileInfo&)>& visit,
              const std::function<bool(const std::string&)>& enters) override {
    return Walk(folder.path, 0, visit, enters).status();
  }

  Result<std::unique_ptr<InputStream>> Open(const Uri& uri, int64_t offset, std::optional<int64_t> length) override {
    UniqueFd fd(open(uri.path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd.valid()) return FileError("File cannot be opened", uri.path, errno);
    struct stat status {};
    if (fstat(fd.get(), &status) != 0) return FileError("File cannot be opened", uri.path, errno);
    if (S_ISDIR(status.st_mode)) return NotFound("File does not exist: " + uri.path);
    if (offset < 0 || length.value_or(0) < 0) {
      return InvalidArgument("Range is negative: " + std::to_string(offset) + " of " + uri.path);
    }
    // A pipe has no offsets; its bytes are read as they come.
    if (offset > 0 && lseek(fd.get(), offset, SEEK_SET) < 0) return FileError("File cannot be read", uri.path, errno);
    return std::make_unique<LocalInputStream>(std::move(fd), uri.path, length.value_or(INT64_MAX));
  }

  Result<std::unique_ptr<OutputStream>> Create(const Uri& uri) override {
    if (std::filesystem::path(uri.path).filename().empty()) {
      return InvalidArgument("Path names no file: \"" + uri.path + "\"");
    }
    std::string temporary = TemporaryName(uri.path);
    SAGESPARK_ASSIGN_OR_RETURN(UniqueFd fd, folders_->OpenNew(temporary, uri.path));
    return std::make_unique<LocalOutputStream>(std::move(fd), uri, std::move(temporary), folders_);
  }

  Status Commit(const PendingFile& pending) override {
    SAGESPARK_RETURN_IF_ERROR(Publish(pending.upload_id, pending.uri.path));
    folders_->Keep(FolderOf(pending.uri.path));
    return Status::Ok();
  }

  Status Abort(const PendingFile& pending) override { return folders_->Drop(pending.upload_id); }

  Status Delete(const Uri& uri) override {
    if (unlink(uri.path.c_str()) == 0 || errno == ENOENT || errno == ENOTDIR) return Status::Ok();
    return FileError("File cannot be deleted", uri.path, errno);
  }

 private:
  const std::shared_ptr<FoldersMade> folders_ = std::make_shared<FoldersMade>();
};

}  // namespace

std::shared_ptr<FileSystem> MakeLocalFileSystem() { return std::make_shared<LocalFileSystem>(); }

}  // namespace sagespark::io
