#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "sagespark/server/hosting/instance.h"
#include "sagespark/server/jobs/container_images.h"
#include "sagespark/server/jobs/job_threads.h"
#include "sagespark/server/jobs/object_access.h"
#include "sagespark/server/logs/log_store.h"
#include "sagespark/server/records/record_store.h"

namespace sagespark::server {

struct TransformJobsOptions {
  std::filesystem::path folder;  ///< Of the containers' and the outputs' files.
  HostingLimits limits;
  int max_running = 2;           ///< Further jobs wait.
  milliseconds first_backoff{100};  ///< Before a request is sent again; doubled each time, to at most 5 s.
};

/// Runs batch transform jobs, each on threads of its own: containers of the model are started, the input's objects are cut into
/// requests, and their replies, in order, become the objects OUTPUT/KEY.out, visible when they are whole. Objects are spread over the
/// instances; one that fails fails the job, but the others are transformed. Thread-safe.
/// Source: "Use Your Own Inference Code with Batch Transform", Amazon SageMaker guide.
class TransformJobs {
 public:
  /// What is given must outlive this. Jobs that a server which ended left behind become Failed (or Stopped).
  static Result<std::unique_ptr<TransformJobs>> Open(TransformJobsOptions options, RecordStore& records, LogStore& logs,
                                                     ObjectAccess& objects, const ContainerImages& images);

  /// Ends all jobs at once; they become Failed.
  ~TransformJobs();

  /// Runs the job of the record `name`, whose status is InProgress.
  void Start(const std::string& name);

  /// Asks a running job to stop, whose status is Stopping; nothing when it ended meanwhile.
  void Stop(const std::string& name) { threads_.Stop(name); }

 private:
  class Run;

  TransformJobs(TransformJobsOptions options, RecordStore& records, LogStore& logs, ObjectAccess& objects, const ContainerImages& images);
  Status FailWhatWasRunning();

  const TransformJobsOptions options_;
  RecordStore& records_;
  LogStore& logs_;
  ObjectAccess& objects_;
  const ContainerImages& images_;
  JobThreads threads_;  ///< Last: its threads use all of the above.
};

inline constexpr std::string_view kTransformLogGroup = "/aws/sagemaker/TransformJobs";

}  // namespace sagespark::server
