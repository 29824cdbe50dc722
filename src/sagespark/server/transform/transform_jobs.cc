#include "sagespark/server/transform/transform_jobs.h"

#include <condition_variable>
#include <deque>
#include <fstream>
#include <limits>
#include <optional>
#include <thread>
#include <vector>

#include "sagespark/aws/model/sagemaker.h"
#include "sagespark/base/archive/gunzip.h"
#include "sagespark/base/digest.h"
#include "sagespark/base/log.h"
#include "sagespark/base/uri.h"
#include "sagespark/server/jobs/input_objects.h"
#include "sagespark/server/transform/data_processing.h"
#include "sagespark/server/transform/transform_instance.h"

namespace sagespark::server {
namespace {

namespace fs = std::filesystem;
namespace sm = aws::sagemaker;
namespace job_status = aws::sagemaker::transform_job_status;

constexpr char kServerEnded[] = "InternalServerError: The local server ended while the transform job ran. Please create the job again.";
constexpr int64_t kMostObjectsAtATime = 16;      // In one instance.
constexpr int kMostInFlight = 128;               // In one instance; above what the settings allow.
constexpr uint64_t kMostReplyBytes = 256 << 20;  // Of one request.
constexpr size_t kMostWaitingObjects = 64;

SystemTime NowInMillis() { return std::chrono::floor<milliseconds>(Clock::System().Now()); }

Status ChangeJob(Record& record, const std::function<void(sm::DescribeTransformJobResponse&, SystemTime)>& change) {
  SAGESPARK_ASSIGN_OR_RETURN(auto job, aws::FromJson<sm::DescribeTransformJobResponse>(record.document));
  record.modified = NowInMillis();
  change(job, record.modified);
  record.status = job.transform_job_status;
  record.document = ToJson(job);
  return Status::Ok();
}

/// How a job ends.
struct Outcome {
  std::string_view status;
  std::string failure_reason;  ///< Empty unless failed.
};

void EndJob(sm::DescribeTransformJobResponse& job, const Outcome& outcome, SystemTime now) {
  job.transform_job_status = outcome.status;
  if (!outcome.failure_reason.empty()) job.failure_reason = outcome.failure_reason.substr(0, 1024);
  job.transform_end_time = now;
}

/// Whose fault it is: the job's owner's, the container's, or this server's.
std::string ReasonOf(const Error& error) {
  if (error.message().starts_with("ClientError:")) return error.message();
  if (!error.code().empty()) return error.code() + ": " + error.message();
  switch (error.kind()) {
    case ErrorKind::kInvalidArgument:
    case ErrorKind::kCorruptData:
    case ErrorKind::kResourceLimit:
    case ErrorKind::kNotFound: return "ClientError: " + error.message();
    case ErrorKind::kUnavailable:
    case ErrorKind::kTimeout: return "AlgorithmError: " + error.message();
    default: return "InternalServerError: " + error.message();
  }
}

/// Ends the last line of a file that is not empty.
Status EndLine(const fs::path& file) {
  std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out | std::ios::ate);
  if (stream.tellp() == std::streampos(0)) return Status::Ok();
  stream.seekg(-1, std::ios::end);
  if (stream.get() == '\n') return Status::Ok();
  stream.seekp(0, std::ios::end);
  stream.put('\n');
  stream.close();
  return stream ? Status::Ok() : Status(Error(ErrorKind::kIo, "Output of the transform job cannot be written"));
}

/// Objects that wait for an instance: a lister fills it, the instances' threads empty it.
class ObjectQueue {
 public:
  /// Waits for room. False when the queue was closed.
  bool Push(InputObject object) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closed_ || objects_.size() < kMostWaitingObjects; });
    if (closed_) return false;
    objects_.push_back(std::move(object));
    changed_.notify_all();
    return true;
  }

  /// Waits for an object; nullopt when the queue is closed and empty.
  std::optional<InputObject> Pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closed_ || !objects_.empty(); });
    if (objects_.empty()) return std::nullopt;
    InputObject object = std::move(objects_.front());
    objects_.pop_front();
    changed_.notify_all();
    return object;
  }

  void Close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

  void CloseAndEmpty() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    objects_.clear();
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<InputObject> objects_;
  bool closed_ = false;
};

}  // namespace

/// One job from its record to its end, on its own thread.
class TransformJobs::Run {
 public:
  Run(TransformJobs& jobs, JobSignals& signals, std::string name)
      : jobs_(jobs), signals_(signals), name_(std::move(name)), folder_(jobs.options_.folder / name_), token_(signals.cancellation.token()) {}

  void Execute() {
    const Status done = ExecuteWithoutExceptions();
    instances_.clear();
    std::error_code error;
    fs::remove_all(folder_, error);
    const Outcome outcome = OutcomeOf(done);
    static_cast<void>(StoreUntilDone(name_, signals_, [&] {
      return Change([&](sm::DescribeTransformJobResponse& job, SystemTime now) { EndJob(job, outcome, now); });
    }).ok());
  }

 private:
  struct Worker {
    TransformInstance* instance;
    RequestSlots* slots;
    size_t number;
  };

  Status ExecuteWithoutExceptions() {
    try {
      return TryExecute();
    } catch (const std::exception& exception) {  // Memory, threads, or a folder that changes while it is listed.
      return InternalError(exception.what());
    }
  }

  Outcome OutcomeOf(const Status& done) const {
    if (done.ok()) return {job_status::kCompleted, ""};
    if (signals_.server_ends) return {job_status::kFailed, kServerEnded};
    if (done.error().kind() == ErrorKind::kCancelled) return {job_status::kStopped, ""};
    return {job_status::kFailed, ReasonOf(done.error())};
  }

  Status TryExecute() {
    SAGESPARK_ASSIGN_OR_RETURN(const Record record, jobs_.records_.Get(RecordKind::kTransformJob, name_));
    SAGESPARK_ASSIGN_OR_RETURN(job_, aws::FromJson<sm::DescribeTransformJobResponse>(record.document));
    SAGESPARK_ASSIGN_OR_RETURN(settings_, SettingsOf(job_));
    SAGESPARK_ASSIGN_OR_RETURN(processing_, DataProcessing::Make(job_));
    SAGESPARK_RETURN_IF_ERROR(token_.Check());
    SAGESPARK_RETURN_IF_ERROR(Change([](sm::DescribeTransformJobResponse& job, SystemTime now) { job.transform_start_time = now; }));
    SAGESPARK_RETURN_IF_ERROR(StartInstances());
    SAGESPARK_ASSIGN_OR_RETURN(settings_, WithExecutionParameters(settings_, job_, instances_.front()->ExecutionParameters()));
    LogData({"MaxConcurrentTransforms=" + std::to_string(settings_.max_concurrent) + ", MaxPayloadInMB=" + std::to_string(settings_.max_payload_mb) +
             ", BatchStrategy=" + (settings_.single_record ? "SINGLE_RECORD" : "MULTI_RECORD")});
    return TransformAll();
  }

  Status StartInstances() {
    SAGESPARK_ASSIGN_OR_RETURN(ModelContainers containers, ContainersOfModel(job_.model_name, jobs_.records_, jobs_.images_));
    if (containers.is_direct) return InvalidArgument("A model with InferenceExecutionConfig Direct cannot be transformed with: " + job_.model_name);
    HostingLimits limits = jobs_.options_.limits;
    limits.invocation_timeout = settings_.timeout;
    limits.max_in_flight = kMostInFlight;
    limits.max_reply_bytes = settings_.is_unlimited() ? std::numeric_limits<uint64_t>::max() : kMostReplyBytes;
    for (ModelContainer& container : containers.all) {
      std::map<std::string, std::string> environment = job_.environment;
      environment.merge(container.environment);
      environment.merge(BatchEnvironment(job_));
      container.environment = std::move(environment);
    }
    for (int64_t i = 0; i < job_.transform_resources.instance_count; ++i) {
      SAGESPARK_RETURN_IF_ERROR(token_.Check());
      const std::string stream = name_ + "/i-" + ToHex(RandomBytes(8));
      if (i == 0) OpenDataLog(stream + "/data-log");
      SAGESPARK_ASSIGN_OR_RETURN(auto instance, TransformInstance::Start({.containers = containers,
                                                                          .root = folder_ / ("i-" + std::to_string(i)),
                                                                          .log_group = std::string(kTransformLogGroup),
                                                                          .log_stream = stream,
                                                                          .limits = limits},
                                                                         "transform job " + name_, jobs_.objects_, jobs_.logs_, token_,
                                                                         jobs_.options_.first_backoff));
      instances_.push_back(std::move(instance));
    }
    for (const auto& instance : instances_) SAGESPARK_RETURN_IF_ERROR(instance->WaitUntilHealthy());
    return Status::Ok();
  }

  Status TransformAll() {
    std::deque<RequestSlots> slots;
    std::vector<std::thread> threads;
    for (const auto& instance : instances_) {
      slots.emplace_back(settings_.max_concurrent);
      for (int64_t i = 0; i < std::min(settings_.max_concurrent, kMostObjectsAtATime); ++i) {
        const Worker worker{instance.get(), &slots.back(), threads.size()};
        threads.emplace_back([this, worker] { Work(worker); });
      }
    }
    const auto wake = token_.OnCancel([this] { queue_.CloseAndEmpty(); });
    const sm::TransformS3DataSource& source = job_.transform_input.data_source.s3_data_source;
    const Status listed = ListInput(source.s3_data_type, source.s3_uri, "", Region(), jobs_.objects_, [&](const InputObject& object) -> Status {
      return queue_.Push(object) ? Status::Ok() : Status(Cancelled("The transform job stops"));
    });
    queue_.Close();
    for (std::thread& thread : threads) thread.join();
    SAGESPARK_RETURN_IF_ERROR(token_.Check());
    SAGESPARK_RETURN_IF_ERROR(listed);
    return first_failure_;
  }

  void Work(const Worker& worker) {
    while (const auto object = queue_.Pop()) {
      Status done;
      try {
        done = TransformOne(worker, *object);
      } catch (const std::exception& exception) {
        done = InternalError(exception.what());
      }
      if (!done.ok() && done.error().kind() != ErrorKind::kCancelled) NoteFailure(*object, done.error());
    }
  }

  Status TransformOne(const Worker& worker, const InputObject& object) {
    const fs::path file = folder_ / ("out-" + std::to_string(worker.number));
    SAGESPARK_RETURN_IF_ERROR(settings_.is_unlimited() ? SendWhole(worker, object, file) : SendRecords(worker, object, file));
    SAGESPARK_RETURN_IF_ERROR(token_.Check());
    SAGESPARK_ASSIGN_OR_RETURN(const Uri place, ParseUri(job_.transform_output->s3_output_path));
    const std::string folder = place.path.empty() || place.path.ends_with('/') ? place.path : place.path + "/";
    return jobs_.objects_.Store(place.authority, folder + object.path.string() + ".out", file);
  }

  Result<codec::ByteSource> Open(const InputObject& object) const {
    SAGESPARK_ASSIGN_OR_RETURN(codec::ByteSource source, jobs_.objects_.Open(object.bucket, object.key));
    return job_.transform_input.compression_type == "Gzip" ? archive::Gunzip(std::move(source)) : std::move(source);
  }

  bool AssemblesLines() const { return job_.transform_output->assemble_with == "Line"; }

  Status SendWhole(const Worker& worker, const InputObject& object, const fs::path& file) {
    const auto open = [&] { return Open(object); };
    SAGESPARK_RETURN_IF_ERROR(worker.instance->InvokeUnlimited(job_, open, settings_.max_retries, file));
    return AssemblesLines() ? EndLine(file) : Status::Ok();
  }

  Status SendRecords(const Worker& worker, const InputObject& object, const fs::path& file) {
    SAGESPARK_ASSIGN_OR_RETURN(codec::ByteSource source, Open(object));
    PayloadReader payloads(RecordSplitter(settings_.split, std::move(source), settings_.max_payload_bytes()), settings_.single_record,
                           settings_.max_payload_bytes());
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    const auto send = [&](const Payload& payload) { return Answer(*worker.instance, payload.body); };
    SAGESPARK_RETURN_IF_ERROR(TransformObject(std::move(payloads), *worker.slots, send, AssemblesLines(), out));
    out.close();
    return out ? Status::Ok() : Status(Error(ErrorKind::kIo, "Output of the transform job cannot be written"));
  }

  Result<std::string> Answer(TransformInstance& instance, const std::string& body) {
    if (processing_.is_identity()) return instance.Invoke(job_, body, settings_.max_retries);
    SAGESPARK_ASSIGN_OR_RETURN(const std::string request, processing_.RequestOf(body));
    SAGESPARK_ASSIGN_OR_RETURN(const std::string reply, instance.Invoke(job_, request, settings_.max_retries));
    return processing_.OutputOf(body, reply);
  }

  void NoteFailure(const InputObject& object, const Error& error) {
    const Error named(error.kind(), error.message() + ": s3://" + object.bucket + "/" + object.key, error.code());
    {
      const std::lock_guard lock(failure_mutex_);
      if (first_failure_.ok()) first_failure_ = named;
    }
    LogData({ReasonOf(named)});
  }

  void OpenDataLog(const std::string& stream) {
    data_log_ = stream;
    const Status made = jobs_.logs_.CreateStream(kTransformLogGroup, data_log_);
    if (!made.ok()) Log(LogLevel::kError, "Cannot make a log stream: " + data_log_ + ": " + made.error().message());
  }

  void LogData(const std::vector<std::string>& lines) {
    const Status written = jobs_.logs_.Append(kTransformLogGroup, data_log_, lines);
    if (!written.ok()) Log(LogLevel::kError, "Lost log lines of " + data_log_ + ": " + written.error().message());
  }

  Status Change(const std::function<void(sm::DescribeTransformJobResponse&, SystemTime)>& change) {
    return jobs_.records_.Update(RecordKind::kTransformJob, name_, [&](Record& record) { return ChangeJob(record, change); }).status();
  }

  /// "arn:aws:sagemaker:REGION:...".
  std::string Region() const {
    const size_t start = std::string_view("arn:aws:sagemaker:").size();
    return job_.transform_job_arn.substr(start, job_.transform_job_arn.find(':', start) - start);
  }

  TransformJobs& jobs_;
  JobSignals& signals_;
  const std::string name_;
  const fs::path folder_;
  const CancellationToken token_;
  sm::DescribeTransformJobResponse job_;
  TransformSettings settings_;
  DataProcessing processing_;
  std::string data_log_;
  std::vector<std::unique_ptr<TransformInstance>> instances_;
  ObjectQueue queue_;
  std::mutex failure_mutex_;
  Status first_failure_;
};

Result<std::unique_ptr<TransformJobs>> TransformJobs::Open(TransformJobsOptions options, RecordStore& records, LogStore& logs,
                                                           ObjectAccess& objects, const ContainerImages& images) {
  std::error_code error;
  fs::remove_all(options.folder, error);  // Of jobs that a killed server left behind.
  if (fs::create_directories(options.folder, error); error) return IoError("Cannot make the transform jobs' folder", error.value());
  std::unique_ptr<TransformJobs> jobs(new TransformJobs(std::move(options), records, logs, objects, images));
  SAGESPARK_RETURN_IF_ERROR(jobs->FailWhatWasRunning());
  return jobs;
}

TransformJobs::TransformJobs(TransformJobsOptions options, RecordStore& records, LogStore& logs, ObjectAccess& objects,
                             const ContainerImages& images)
    : options_(std::move(options)), records_(records), logs_(logs), objects_(objects), images_(images), threads_(options_.max_running) {}

TransformJobs::~TransformJobs() = default;

Status TransformJobs::FailWhatWasRunning() {
  const auto end_as = [](Outcome outcome) {
    return [outcome](Record& record) {
      return ChangeJob(record, [&outcome](sm::DescribeTransformJobResponse& job, SystemTime now) { EndJob(job, outcome, now); });
    };
  };
  SAGESPARK_RETURN_IF_ERROR(
      records_.UpdateAll(RecordKind::kTransformJob, job_status::kInProgress, end_as({job_status::kFailed, kServerEnded})));
  return records_.UpdateAll(RecordKind::kTransformJob, job_status::kStopping, end_as({job_status::kStopped, ""}));
}

void TransformJobs::Start(const std::string& name) {
  threads_.Start(name, [this, name](JobSignals& signals) { Run(*this, signals, name).Execute(); });
}

}  // namespace sagespark::server
