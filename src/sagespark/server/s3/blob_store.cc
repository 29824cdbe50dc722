#include "sagespark/server/s3/blob_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "sagespark/base/digest.h"
#include "sagespark/base/log.h"

namespace sagespark::server {
namespace {

constexpr size_t kRunDigits = 12;
constexpr uint64_t kFlushBytes = 8 << 20;

/// Files are spread by their last two digits: those of one run share their first ones.
std::string FolderOf(std::string_view name) { return std::string(name.substr(name.size() - 2)); }

Status SyncDirectory(const std::string& path) {
  const int directory = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return IoError("Object folder does not open", errno);
  const int code = fsync(directory);
  const int error = errno;
  close(directory);
  return code == 0 ? Status::Ok() : Status(IoError("Object folder cannot be synchronized", error));
}

}  // namespace

BlobStore::BlobStore(std::filesystem::path directory)
    : directory_(std::move(directory)), run_(ToHex(RandomBytes(kRunDigits / 2))) {}

Result<std::unique_ptr<BlobStore>> BlobStore::Open(const std::filesystem::path& directory) {
  std::error_code error;
  for (int folder = 0; folder < 256 && !error; ++folder) {
    std::filesystem::create_directories(directory / ToHex(std::string(1, static_cast<char>(folder))), error);
  }
  if (error) return IoError("Object folder cannot be made: " + directory.string(), error.value());
  SAGESPARK_RETURN_IF_ERROR(SyncDirectory(directory));
  return std::unique_ptr<BlobStore>(new BlobStore(directory));
}

std::string BlobStore::PathOf(const std::string& name) const { return directory_ / FolderOf(name) / name; }

BlobStore::Writer::Writer(BlobStore& store) : store_(store) {}

BlobStore::Writer::Writer(Writer&& other) noexcept
    : store_(other.store_),
      blob_(std::move(other.blob_)),
      file_(std::exchange(other.file_, -1)),
      flushing_(other.flushing_),
      kept_(std::exchange(other.kept_, true)) {}

BlobStore::Writer::~Writer() {
  if (file_ >= 0) close(file_);
  if (!kept_ && !blob_.name.empty()) unlink(store_.PathOf(blob_.name).c_str());
}

Status BlobStore::Writer::Write(std::string_view bytes) {
  if (bytes.empty()) return Status::Ok();
  if (file_ < 0) {
    blob_.name = store_.run_ + ToHex(RandomBytes(12));
    file_ = open(store_.PathOf(blob_.name).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file_ < 0) {
      blob_.name.clear();
      return IoError("Object file cannot be made", errno);
    }
  }
  while (!bytes.empty()) {
    const ssize_t written = write(file_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return IoError("Object file cannot be written", errno);
    bytes.remove_prefix(static_cast<size_t>(written));
    blob_.size += static_cast<uint64_t>(written);
  }
  // The disk works while the rest comes, so that Finish has little to wait for. An error of it is Finish's to see.
  if (blob_.size - flushing_ >= kFlushBytes) {
    sync_file_range(file_, static_cast<off_t>(flushing_), static_cast<off_t>(blob_.size - flushing_), SYNC_FILE_RANGE_WRITE);
    flushing_ = blob_.size;
  }
  return Status::Ok();
}

Result<Blob> BlobStore::Writer::Finish() {
  if (file_ < 0) return blob_;
  if (fdatasync(file_) != 0) return IoError("Object file cannot be synchronized", errno);
  if (close(std::exchange(file_, -1)) != 0) return IoError("Object file cannot be closed", errno);
  SAGESPARK_RETURN_IF_ERROR(SyncDirectory(store_.directory_ / FolderOf(blob_.name)));
  return blob_;
}

std::shared_ptr<const BlobStore::Pin> BlobStore::PinAll(std::vector<Blob> blobs) {
  {
    const std::lock_guard lock(pin_mutex_);
    for (const Blob& blob : blobs) ++pins_[blob.name];
  }
  return std::make_shared<const Pin>(*this, std::move(blobs));
}

void BlobStore::Unpin(const std::vector<Blob>& blobs) {
  const std::lock_guard lock(pin_mutex_);
  for (const Blob& blob : blobs) {
    const auto pin = pins_.find(blob.name);
    if (--pin->second > 0) continue;
    pins_.erase(pin);
    if (doomed_.erase(blob.name) > 0) remover_.Remove(PathOf(blob.name), blob.size);
  }
}

Result<int> BlobStore::OpenBlob(const Blob& blob) const {
  const int file = open(PathOf(blob.name).c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return IoError("Object file does not open", errno);
  return file;
}

bool BlobStore::LinkBlob(const Blob& blob, const std::filesystem::path& path) const {
  return link(PathOf(blob.name).c_str(), path.c_str()) == 0;
}

void BlobStore::Remove(const std::vector<Blob>& blobs) {
  if (blobs.empty()) return;
  const std::unique_lock wait_for_pinning(removal_mutex_);
  const std::lock_guard lock(pin_mutex_);
  for (const Blob& blob : blobs) {
    if (blob.name.empty()) continue;
    if (pins_.contains(blob.name)) {
      doomed_.insert(blob.name);
    } else {
      remover_.Remove(PathOf(blob.name), blob.size);
    }
  }
}

void BlobStore::Sweep(const std::unordered_set<std::string>& live) {
  std::error_code error;
  for (const auto& folder : std::filesystem::directory_iterator(directory_, error)) {
    for (const auto& file : std::filesystem::directory_iterator(folder.path(), error)) {
      const std::string name = file.path().filename();
      if (name.starts_with(run_) || live.contains(name)) continue;
      std::error_code ignored;
      std::filesystem::remove(file.path(), ignored);
    }
  }
  if (error) Log(LogLevel::kWarning, "Object folder cannot be swept: " + error.message());
}

}  // namespace sagespark::server
