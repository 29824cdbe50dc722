#include "sagespark/server/jobs/training_jobs.h"

#include <signal.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>

#include "sagespark/base/log.h"
#include "sagespark/base/uri.h"
#include "sagespark/server/jobs/artifacts.h"
#include "sagespark/server/jobs/channel_data.h"
#include "sagespark/server/jobs/checkpoints.h"
#include "sagespark/server/jobs/container_process.h"
#include "sagespark/server/jobs/input_objects.h"
#include "sagespark/server/jobs/job_folder.h"
#include "sagespark/server/jobs/log_metrics.h"
#include "sagespark/server/jobs/pipe_feeder.h"

namespace sagespark::server {
namespace {

namespace fs = std::filesystem;
namespace sm = aws::sagemaker;
namespace job_status = aws::sagemaker::training_job_status;
namespace secondary = aws::sagemaker::secondary_status;

constexpr int64_t kDefaultRuntimeSeconds = 86'400;
constexpr char kDefaultCheckpointPath[] = "/opt/ml/checkpoints";
constexpr int kEndedBySigterm = 143;  // The exit code of programs that catch SIGTERM and end in order.
constexpr char kServerEnded[] = "InternalServerError: The local server ended while the training job ran. Please create the job again.";

SystemTime NowInMillis() { return std::chrono::floor<milliseconds>(Clock::System().Now()); }

/// Ends the current secondary status and begins the next.
void EnterSecondaryStatus(sm::DescribeTrainingJobResponse& job, std::string_view status, const std::string& message, SystemTime now) {
  if (!job.secondary_status_transitions.empty()) job.secondary_status_transitions.back().end_time = now;
  job.secondary_status = status;
  job.secondary_status_transitions.push_back({.status = std::string(status), .start_time = now, .status_message = message});
  job.last_modified_time = now;
}

Status ChangeJob(Record& record, const std::function<void(sm::DescribeTrainingJobResponse&, SystemTime)>& change) {
  SAGESPARK_ASSIGN_OR_RETURN(auto job, aws::FromJson<sm::DescribeTrainingJobResponse>(record.document));
  record.modified = NowInMillis();
  change(job, record.modified);
  record.status = job.training_job_status;
  record.document = ToJson(job);
  return Status::Ok();
}

/// How a job ends.
struct Outcome {
  std::string_view status;
  std::string_view secondary;
  std::string message;         ///< Of the last secondary status.
  std::string failure_reason;  ///< Empty unless failed.
};

Outcome Failed(std::string reason) {
  return {job_status::kFailed, secondary::kFailed, "Training job failed", std::move(reason)};
}

Outcome Stopped() { return {job_status::kStopped, secondary::kStopped, "Training job stopped", ""}; }

void EndJob(sm::DescribeTrainingJobResponse& job, const Outcome& outcome, SystemTime now) {
  job.training_job_status = outcome.status;
  EnterSecondaryStatus(job, outcome.secondary, outcome.message, now);
  job.secondary_status_transitions.back().end_time = now;
  if (!outcome.failure_reason.empty()) job.failure_reason = outcome.failure_reason.substr(0, 1024);
  if (job.training_start_time) {
    job.training_end_time = now;
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(now - *job.training_start_time).count();
    job.training_time_in_seconds = std::max<int64_t>(1, seconds);
    job.billable_time_in_seconds = job.training_time_in_seconds;
  }
}

}  // namespace

/// One job from its record to its end, on its own thread.
class TrainingJobs::Run {
 public:
  Run(TrainingJobs& jobs, JobSignals& signals, std::string name)
      : jobs_(jobs), signals_(signals), name_(std::move(name)), folder_(jobs.options_.folder / name_) {}

  void Execute() {
    const auto outcome = ExecuteWithoutExceptions();
    feeders_.clear();
    std::error_code error;
    fs::remove_all(folder_, error);
    Outcome end = outcome.ok() ? *outcome : EndByError(outcome.error());
    static_cast<void>(StoreUntilDone(name_, signals_, [&] {
      return Change([&](sm::DescribeTrainingJobResponse& job, SystemTime now) {
        if (metrics_ != nullptr) job.final_metric_data_list = metrics_->Last();
        EndJob(job, end, now);
      });
    }).ok());
  }

 private:
  enum class StopReason { kNone, kAsked, kRuntime, kOtherHost, kInput, kServerEnds };
  struct HostEnd {
    std::optional<Error> start_error;
    ProcessExit exit;
  };

  Result<Outcome> ExecuteWithoutExceptions() {
    try {
      return TryExecute();
    } catch (const std::exception& exception) {  // Memory, or a folder that changes while it is listed.
      return InternalError(exception.what());
    }
  }

  Result<Outcome> TryExecute() {
    SAGESPARK_ASSIGN_OR_RETURN(const Record record, jobs_.records_.Get(RecordKind::kTrainingJob, name_));
    SAGESPARK_ASSIGN_OR_RETURN(job_, aws::FromJson<sm::DescribeTrainingJobResponse>(record.document));
    SAGESPARK_ASSIGN_OR_RETURN(program_, jobs_.images_.Find(job_.algorithm_specification->training_image.value_or("")));
    SAGESPARK_ASSIGN_OR_RETURN(metrics_, LogMetrics::Make(job_.algorithm_specification->metric_definitions));
    SAGESPARK_RETURN_IF_ERROR(signals_.cancellation.token().Check());
    SAGESPARK_RETURN_IF_ERROR(Prepare());
    SAGESPARK_RETURN_IF_ERROR(Enter(secondary::kTraining, "Training image download completed. Training in progress."));
    RunHosts();
    feeders_.clear();
    const Status stored = FinishCheckpoints();  // Those of a job that failed are what the next one starts from.
    if (stop_reason_ == StopReason::kServerEnds) return Failed(kServerEnded);
    if (stop_reason_ == StopReason::kInput) return *input_error_;
    if (stop_reason_ == StopReason::kOtherHost || stop_reason_ == StopReason::kNone) {
      if (const std::string reason = HostFailure(); !reason.empty()) return Failed(reason);
    }
    SAGESPARK_RETURN_IF_ERROR(stored);
    SAGESPARK_RETURN_IF_ERROR(Upload());
    return OutcomeOfStop();
  }

  Status Prepare() {
    SAGESPARK_RETURN_IF_ERROR(Change([](sm::DescribeTrainingJobResponse& job, SystemTime now) {
      job.training_start_time = now;
      if (job.training_job_status == job_status::kInProgress) EnterSecondaryStatus(job, secondary::kDownloading, "Downloading input data", now);
    }));
    LogStep(secondary::kDownloading);
    hosts_ = HostFolders(folder_, job_.resource_config->instance_count.value_or(1));
    SAGESPARK_RETURN_IF_ERROR(WriteJobConfig(job_, hosts_));
    for (const sm::Channel& channel : job_.input_data_config) {
      if (IsPipe(channel)) {
        SAGESPARK_RETURN_IF_ERROR(StartPipes(channel));
        continue;
      }
      std::vector<fs::path> folders;
      for (const HostFolder& host : hosts_) folders.push_back(host.channel(channel.channel_name));
      SAGESPARK_RETURN_IF_ERROR(LayOutChannel(channel, job_.role_arn.value_or(""), Region(), folders, ChannelUse(), jobs_.objects_,
                                              signals_.cancellation.token()));
    }
    return StartCheckpoints();
  }

  /// The algorithms of this project only read their channels; what an own image does is not known.
  FileUse ChannelUse() const { return program_.form == ContainerForm::kAlgorithm ? FileUse::kReadOnly : FileUse::kWritable; }

  bool IsPipe(const sm::Channel& channel) const {
    return channel.input_mode.value_or(job_.algorithm_specification->training_input_mode) == sm::training_input_mode::kPipe;
  }

  Status StartPipes(const sm::Channel& channel) {
    const auto& source = *channel.data_source.s3_data_source;
    // An empty channel is an error before anything runs.
    const Status listed = ListInput(source.s3_data_type, source.s3_uri, job_.role_arn.value_or(""), Region(), jobs_.objects_,
                                    [](const InputObject&) -> Status { return Cancelled("One is enough"); });
    if (!listed.ok() && listed.error().kind() != ErrorKind::kCancelled) return listed;
    for (size_t i = 0; i < hosts_.size(); ++i) {
      PipeInput input{.channel = channel, .role_arn = job_.role_arn.value_or(""), .region = Region(), .host = i, .hosts = hosts_.size(),
                      .pipe = hosts_[i].channel(channel.channel_name), .scratch = hosts_[i].root / ("spool-" + channel.channel_name)};
      SAGESPARK_ASSIGN_OR_RETURN(auto feeder, PipeFeeder::Start(std::move(input), jobs_.objects_, [this](const Error& error) { EndByInput(error); }));
      feeders_.push_back(std::move(feeder));
    }
    return Status::Ok();
  }

  void EndByInput(const Error& error) {
    {
      const std::lock_guard lock(input_error_mutex_);
      if (!input_error_) input_error_ = error;
    }
    EndHosts(StopReason::kInput);
  }

  Status StartCheckpoints() {
    if (!job_.checkpoint_config) return Status::Ok();
    SAGESPARK_ASSIGN_OR_RETURN(const Uri place, ParseUri(job_.checkpoint_config->s3_uri));
    const std::string path = job_.checkpoint_config->local_path.value_or(kDefaultCheckpointPath);
    for (const HostFolder& host : hosts_) {
      checkpoints_.push_back(std::make_unique<Checkpoints>(place, host.root / fs::path(path).relative_path(), jobs_.objects_));
      SAGESPARK_RETURN_IF_ERROR(checkpoints_.back()->Restore(signals_.cancellation.token()));
    }
    for (const auto& checkpoints : checkpoints_) checkpoints->Start(jobs_.options_.checkpoint_interval);
    return Status::Ok();
  }

  Status FinishCheckpoints() {
    Status first;
    for (const auto& checkpoints : checkpoints_) {
      const Status stored = checkpoints->Finish();
      if (first.ok() && !stored.ok()) first = stored;
    }
    return first;
  }

  void RunHosts() {
    const auto seconds = job_.stopping_condition.max_runtime_in_seconds.value_or(kDefaultRuntimeSeconds);
    const Deadline deadline = Deadline::After(std::chrono::seconds(seconds));
    ends_.resize(hosts_.size());
    std::vector<std::thread> others;
    for (size_t i = 1; i < hosts_.size(); ++i) others.emplace_back([this, i, &deadline] { RunHost(i, deadline); });
    RunHost(0, deadline);
    for (std::thread& other : others) other.join();
  }

  void RunHost(size_t index, const Deadline& deadline) {
    const auto millis = std::chrono::duration_cast<milliseconds>(NowInMillis().time_since_epoch()).count();
    ContainerLog log(jobs_.logs_, std::string(kTrainingLogGroup), name_ + "/" + hosts_[index].host + "-" + std::to_string(millis),
                     [this](const std::vector<std::string>& lines) { metrics_->Add(lines, NowInMillis()); });
    auto process = StartContainer(program_, "train", hosts_[index].root.string(), Environment());
    if (process.ok()) {
      Watch(**process, log, deadline);
      ends_[index].exit = (*process)->Wait();
    } else {
      ends_[index].start_error = process.error();
    }
    log.Finish();
    // One host that failed ends the job: the others would wait for it.
    if (!process.ok() || !ends_[index].exit.ok()) EndHosts(StopReason::kOtherHost);
  }

  /// Passes output on until the process ends; asks it to end, then makes it, when the time has come.
  void Watch(Process& process, ContainerLog& log, const Deadline& runtime) {
    const Wakeup never;
    const Wakeup* wakeup = &signals_.ask_to_end;
    Deadline deadline = runtime;
    std::string output;
    while (true) {
      output.clear();
      const ProcessEvent event = process.WaitForEvent(*wakeup, deadline, output);
      if (event == ProcessEvent::kOutput) {
        log.Write(output);
      } else if (event == ProcessEvent::kExited) {
        return;
      } else if (wakeup == &signals_.ask_to_end) {
        if (event == ProcessEvent::kTimeout) EndHosts(StopReason::kRuntime);
        NoteWhoAsked();
        process.SignalGroup(SIGTERM);
        wakeup = &signals_.end_now;
        deadline = Deadline::After(jobs_.options_.stop_grace);
      } else {
        process.SignalGroup(SIGKILL);
        wakeup = &never;
        deadline = Deadline();
      }
    }
  }

  void NoteWhoAsked() {
    if (signals_.server_ends) EndHosts(StopReason::kServerEnds);
    if (signals_.stop_asked) EndHosts(StopReason::kAsked);
  }

  /// Keeps the first reason.
  void EndHosts(StopReason reason) {
    StopReason none = StopReason::kNone;
    stop_reason_.compare_exchange_strong(none, reason);
    signals_.ask_to_end.Signal();
  }

  /// Why the first host that failed by itself did so; empty when none did.
  std::string HostFailure() const {
    for (size_t i = 0; i < ends_.size(); ++i) {
      if (ends_[i].start_error) return "InternalServerError: " + ends_[i].start_error->message();
      // Hosts that were ended because of another one tell nothing.
      const ProcessExit& exit = ends_[i].exit;
      const bool was_ended = exit.signal == SIGTERM || exit.signal == SIGKILL || exit.exit_code == kEndedBySigterm;
      if (exit.ok() || (ends_.size() > 1 && was_ended)) continue;
      return FailureOf(hosts_[i], exit);
    }
    return stop_reason_ == StopReason::kOtherHost ? FailureOf(hosts_[0], ends_[0].exit) : "";
  }

  static std::string FailureOf(const HostFolder& host, const ProcessExit& exit) {
    const std::string failure = ReadFailure(host);
    const std::string code = exit.signal == 0 ? "exit code: " + std::to_string(exit.exit_code) : "ended by " + exit.ToString();
    // An algorithm may say itself whose fault it was.
    const bool has_kind = failure.starts_with("ClientError:") || failure.starts_with("AlgorithmError:");
    return (has_kind ? "" : "AlgorithmError: ") + (failure.empty() ? "" : failure + ", ") + code;
  }

  Status Upload() {
    SAGESPARK_RETURN_IF_ERROR(Enter(secondary::kUploading, "Uploading generated training model"));
    SAGESPARK_RETURN_IF_ERROR(MergeModels(hosts_));
    const std::string model_uri = job_.model_artifacts.s3_model_artifacts;
    const bool stopped = stop_reason_ != StopReason::kNone;
    if (!stopped || !IsEmptyFolder(hosts_[0].model())) {
      SAGESPARK_RETURN_IF_ERROR(UploadFolder(hosts_[0].model(), model_uri, folder_ / "model.tar.gz", jobs_.objects_));
    }
    const fs::path data = hosts_[0].output() / "data";
    if (IsEmptyFolder(data)) return Status::Ok();
    const std::string output_uri = model_uri.substr(0, model_uri.rfind('/') + 1) + "output.tar.gz";
    return UploadFolder(data, output_uri, folder_ / "output.tar.gz", jobs_.objects_);
  }

  Outcome OutcomeOfStop() const {
    switch (stop_reason_) {
      case StopReason::kAsked: return Stopped();
      case StopReason::kRuntime:
        return {job_status::kStopped, secondary::kMaxRuntimeExceeded, "Training job runtime exceeded MaxRuntimeInSeconds provided", ""};
      default: return {job_status::kCompleted, secondary::kCompleted, "Training job completed", ""};
    }
  }

  Outcome EndByError(const Error& error) const {
    if (signals_.server_ends) return Failed(kServerEnded);
    if (error.kind() == ErrorKind::kCancelled) return Stopped();
    const bool is_aws_text = error.message().starts_with("ClientError:");
    return Failed(is_aws_text ? error.message() : "InternalServerError: " + error.message());
  }

  void LogStep(std::string_view status) const { Log(LogLevel::kInfo, "training-job enters", {{"name", name_}, {"secondary_status", status}}); }

  /// Steps are not shown any more once the job is Stopping.
  Status Enter(std::string_view status, const std::string& message) {
    LogStep(status);
    return Change([&](sm::DescribeTrainingJobResponse& job, SystemTime now) {
      if (job.training_job_status == job_status::kInProgress) EnterSecondaryStatus(job, status, message, now);
    });
  }

  Status Change(const std::function<void(sm::DescribeTrainingJobResponse&, SystemTime)>& change) {
    return jobs_.records_.Update(RecordKind::kTrainingJob, name_, [&](Record& record) { return ChangeJob(record, change); }).status();
  }

  std::map<std::string, std::string> Environment() const {
    std::map<std::string, std::string> environment = job_.environment;
    environment["TRAINING_JOB_NAME"] = name_;
    environment["TRAINING_JOB_ARN"] = job_.training_job_arn;
    environment["AWS_REGION"] = Region();
    return environment;
  }

  /// "arn:aws:sagemaker:REGION:...".
  std::string Region() const {
    const size_t start = std::string_view("arn:aws:sagemaker:").size();
    return job_.training_job_arn.substr(start, job_.training_job_arn.find(':', start) - start);
  }

  TrainingJobs& jobs_;
  JobSignals& signals_;
  const std::string name_;
  const fs::path folder_;
  sm::DescribeTrainingJobResponse job_;
  ContainerProgram program_;
  std::vector<HostFolder> hosts_;
  std::vector<std::unique_ptr<PipeFeeder>> feeders_;  ///< One a host and channel.
  std::mutex input_error_mutex_;
  std::optional<Error> input_error_;
  std::vector<HostEnd> ends_;
  std::unique_ptr<LogMetrics> metrics_;
  std::vector<std::unique_ptr<Checkpoints>> checkpoints_;  ///< One a host.
  std::atomic<StopReason> stop_reason_ = StopReason::kNone;
};

Result<std::unique_ptr<TrainingJobs>> TrainingJobs::Open(TrainingJobsOptions options, RecordStore& records, LogStore& logs,
                                                         ObjectAccess& objects, const ContainerImages& images) {
  std::error_code error;
  fs::remove_all(options.folder, error);  // Of jobs that a killed server left behind.
  if (fs::create_directories(options.folder, error); error) return IoError("Cannot make the jobs' folder", error.value());
  std::unique_ptr<TrainingJobs> jobs(new TrainingJobs(std::move(options), records, logs, objects, images));
  SAGESPARK_RETURN_IF_ERROR(jobs->FailWhatWasRunning());
  return jobs;
}

TrainingJobs::TrainingJobs(TrainingJobsOptions options, RecordStore& records, LogStore& logs, ObjectAccess& objects,
                           const ContainerImages& images)
    : options_(std::move(options)), records_(records), logs_(logs), objects_(objects), images_(images), threads_(options_.max_running) {}

TrainingJobs::~TrainingJobs() = default;

Status TrainingJobs::FailWhatWasRunning() {
  const auto end_as = [](Outcome outcome) {
    return [outcome](Record& record) {
      return ChangeJob(record, [&outcome](sm::DescribeTrainingJobResponse& job, SystemTime now) { EndJob(job, outcome, now); });
    };
  };
  SAGESPARK_RETURN_IF_ERROR(records_.UpdateAll(RecordKind::kTrainingJob, job_status::kInProgress, end_as(Failed(kServerEnded))));
  return records_.UpdateAll(RecordKind::kTrainingJob, job_status::kStopping, end_as(Stopped()));
}

void TrainingJobs::Start(const std::string& name) {
  threads_.Start(name, [this, name](JobSignals& signals) { Run(*this, signals, name).Execute(); });
}

}  // namespace sagespark::server
