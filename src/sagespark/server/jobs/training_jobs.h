#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "sagespark/aws/model/sagemaker.h"
#include "sagespark/server/jobs/container_images.h"
#include "sagespark/server/jobs/job_threads.h"
#include "sagespark/server/jobs/object_access.h"
#include "sagespark/server/logs/log_store.h"
#include "sagespark/server/records/record_store.h"

namespace sagespark::server {

struct TrainingJobsOptions {
  std::filesystem::path folder;      ///< Of the jobs' files; on the object store's disk, so that data can be shared.
  milliseconds stop_grace{120'000};  ///< From SIGTERM to SIGKILL.
  int max_running = 4;               ///< Further jobs wait in "Starting".
  milliseconds checkpoint_interval{5'000};
};

/// Runs training jobs, each on a thread of its own, by the /opt/ml contract: data from the object store, one child process a
/// host, output lines to /aws/sagemaker/TrainingJobs, the model back to the object store. Statuses change in the record store the
/// moment things happen. Thread-safe.
/// Source: "How Amazon SageMaker Runs Your Training Image", Amazon SageMaker guide.
class TrainingJobs {
 public:
  /// What is given must outlive this. Jobs that a server which ended left behind become Failed (or Stopped).
  static Result<std::unique_ptr<TrainingJobs>> Open(TrainingJobsOptions options, RecordStore& records, LogStore& logs,
                                                    ObjectAccess& objects, const ContainerImages& images);

  /// Ends all jobs at once; they become Failed.
  ~TrainingJobs();

  /// Runs the job of the record `name`, whose status is InProgress.
  void Start(const std::string& name);

  /// Asks a running job to stop, whose status is Stopping; nothing when it ended meanwhile.
  void Stop(const std::string& name) { threads_.Stop(name); }

 private:
  class Run;

  TrainingJobs(TrainingJobsOptions options, RecordStore& records, LogStore& logs, ObjectAccess& objects, const ContainerImages& images);
  Status FailWhatWasRunning();

  const TrainingJobsOptions options_;
  RecordStore& records_;
  LogStore& logs_;
  ObjectAccess& objects_;
  const ContainerImages& images_;
  JobThreads threads_;  ///< Last: its threads use all of the above.
};

/// The stream prefix and group of a training job's lines.
inline constexpr std::string_view kTrainingLogGroup = "/aws/sagemaker/TrainingJobs";

}  // namespace sagespark::server
