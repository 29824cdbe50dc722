#pragma once

#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "sagespark/base/cancellation.h"
#include "sagespark/base/clock.h"
#include "sagespark/base/uri.h"
#include "sagespark/server/jobs/object_access.h"

namespace sagespark::server {

/// Keeps the checkpoints of a container in the object store: what is there is put into the folder first; from then on files that are
/// new or changed are stored, every `interval` and at the end. A file that was changed within the last second waits for the next
/// time, but at the end. What the container deletes stays in the store.
/// Source: "Use checkpoints in Amazon SageMaker", Amazon SageMaker guide.
class Checkpoints {
 public:
  Checkpoints(Uri place, std::filesystem::path folder, ObjectAccess& objects) : place_(std::move(place)), folder_(std::move(folder)), objects_(objects) {}
  ~Checkpoints() { StopThread(); }

  /// Makes the folder and fetches what the store has. Fails as ObjectAccess does; an empty place is no error.
  Status Restore(const CancellationToken& cancellation);

  /// Stores changes on a thread of its own until Finish. An error there is tried again the next time.
  void Start(milliseconds interval);

  /// Stores what is left.
  Status Finish();

 private:
  void StopThread();
  Status StoreChanged(bool also_fresh_files);
  std::string KeyOf(const std::string& name) const;

  const Uri place_;
  const std::filesystem::path folder_;
  ObjectAccess& objects_;
  std::map<std::string, std::filesystem::file_time_type> stored_;  ///< By name in the folder; of the thread while it runs.
  std::mutex mutex_;
  std::condition_variable wake_;
  bool ending_ = false;  ///< Guarded by mutex_.
  std::thread thread_;
};

}  // namespace sagespark::server
