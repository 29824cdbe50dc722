#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sagespark/base/cancellation.h"
#include "sagespark/source/format.h"

namespace sagespark::source {

enum class SaveMode { kAppend, kOverwrite, kErrorIfExists, kIgnore };

struct WriteSpec {
  std::string format;
  Options options;
  std::string folder;  ///< "s3://bucket/prefix", "/tmp/x".
  SaveMode mode = SaveMode::kErrorIfExists;
  bool success_marker = true;  ///< Write an empty _SUCCESS when all is done. A training channel is better without.
};

/// What one task wrote, not yet visible. It may travel to the driver.
struct WrittenTask {
  std::vector<io::PendingFile> files;  ///< At most one.
  int64_t rows = 0;
};

struct WriteResult {
  std::vector<Uri> files;  ///< Without the marker, in partition order.
  int64_t rows = 0;
  int64_t bytes = 0;
  bool skipped = false;  ///< SaveMode::kIgnore met existing files.
};

/// Writes rows as files part-00000-UUID-c000.EXT of one folder, which become visible together at Commit.
///
/// The driver calls Begin, tasks call WriteTask (thread-safe), then the driver calls Commit, or Abort with what the tasks
/// that succeeded returned; a failed or cancelled task has dropped its own bytes.
class WriteJob {
 public:
  /// Checks the format, the schema and the save mode. Fails with kAlreadyExists as Spark: `[PATH_ALREADY_EXISTS] Path ...`.
  static Result<std::unique_ptr<WriteJob>> Begin(std::shared_ptr<const io::FileSystems> file_systems, WriteSpec spec,
                                                 const data::Schema& schema);

  /// True when the mode says that nothing is to be written.
  bool skipped() const { return skipped_; }

  /// Writes one partition. An empty one writes no file, but for partition 0, as Spark does.
  Result<WrittenTask> WriteTask(int partition, data::BatchStream& rows, const CancellationToken& cancellation) const;

  /// Deletes what kOverwrite replaces, then makes the tasks' files visible, then writes the marker. On an error the files not
  /// yet visible are dropped.
  Result<WriteResult> Commit(const std::vector<WrittenTask>& tasks);

  /// Drops the tasks' bytes.
  void Abort(const std::vector<WrittenTask>& tasks);

 private:
  WriteJob() = default;
  std::string FileName(int partition) const;
  Status DeleteReplacedFiles();
  Status WriteMarker();

  std::shared_ptr<const io::FileSystems> file_systems_;
  std::shared_ptr<io::FileSystem> file_system_;
  std::unique_ptr<FormatWriter> writer_;
  WriteSpec spec_;
  Uri folder_;
  data::Schema schema_;
  std::vector<Uri> replaced_;  ///< What kOverwrite found; deleted only when the new files have arrived.
  std::string job_id_;  ///< The UUID in the file names.
  bool skipped_ = false;
};

}  // namespace sagespark::source
