#include "sagespark/server/jobs/checkpoints.h"

#include "sagespark/base/log.h"
#include "sagespark/server/jobs/input_objects.h"

namespace sagespark::server {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kFresh{1};

}  // namespace

std::string Checkpoints::KeyOf(const std::string& name) const {
  const bool needs_slash = !place_.path.empty() && !place_.path.ends_with('/');
  return place_.path + (needs_slash ? "/" : "") + name;
}

Status Checkpoints::Restore(const CancellationToken& cancellation) {
  std::error_code error;
  if (fs::create_directories(folder_, error); error) return IoError("Cannot make the checkpoints' folder", error.value());
  const std::string prefix = KeyOf("");
  return objects_.List(place_.authority, prefix, [&](const StoredObject& object) -> Status {
    SAGESPARK_RETURN_IF_ERROR(cancellation.Check());
    if (object.key.ends_with('/')) return Status::Ok();
    SAGESPARK_ASSIGN_OR_RETURN(const fs::path name, PathInChannel(prefix, object.key));
    const fs::path path = folder_ / name;
    std::error_code folder_error;
    fs::create_directories(path.parent_path(), folder_error);
    SAGESPARK_RETURN_IF_ERROR(objects_.Materialize(place_.authority, object.key, path));
    stored_[name.string()] = fs::last_write_time(path, folder_error);
    return Status::Ok();
  });
}

void Checkpoints::Start(milliseconds interval) {
  thread_ = std::thread([this, interval] {
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, interval, [&] { return ending_; })) {
      lock.unlock();
      const Status stored = StoreChanged(false);
      if (!stored.ok()) Log(LogLevel::kWarning, "Checkpoints wait to be stored: " + stored.error().message());
      lock.lock();
    }
  });
}

void Checkpoints::StopThread() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    wake_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

Status Checkpoints::Finish() {
  StopThread();
  return StoreChanged(true);
}

Status Checkpoints::StoreChanged(bool also_fresh_files) {
  std::error_code error;  // Files may go away while they are looked at.
  for (fs::recursive_directory_iterator entry(folder_, error); !error && entry != fs::end(entry); entry.increment(error)) {
    std::error_code file_error;
    if (!entry->is_regular_file(file_error)) continue;
    const fs::file_time_type changed = entry->last_write_time(file_error);
    if (file_error || (!also_fresh_files && changed > fs::file_time_type::clock::now() - kFresh)) continue;
    const std::string name = entry->path().lexically_relative(folder_).string();
    const auto known = stored_.find(name);
    if (known != stored_.end() && known->second == changed) continue;
    const Status stored = objects_.Store(place_.authority, KeyOf(name), entry->path());
    if (!stored.ok() && fs::exists(entry->path(), file_error)) return stored;
    if (stored.ok()) stored_[name] = changed;
  }
  return Status::Ok();
}

}  // namespace sagespark::server
