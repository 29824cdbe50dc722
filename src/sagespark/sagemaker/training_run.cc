#include "sagespark/sagemaker/training_run.h"

#include "sagespark/aws/model/sagemaker_rules.h"
#include "sagespark/aws/model/validation.h"
#include "sagespark/base/log.h"
#include "sagespark/engine/write.h"
#include "sagespark/sagemaker/hosting.h"
#include "sagespark/sagemaker/training_log.h"
#include "sagespark/sagemaker/training_metrics.h"

namespace sagespark::sagemaker {
namespace {

namespace job_status = aws::sagemaker::training_job_status;

/// Stands for a place that is not resolved yet, where only a request's shape is checked.
const S3DataPath kSomePlace{.bucket = "bucket", .objectPath = "prefix"};

/// Ends with a slash: a prefix without one would take in the channels whose names begin with this one's, too.
std::string ChannelFolder(const S3DataPath& staging, const std::string& channel) {
  return staging.toS3UriString() + "/" + channel + "/";
}

sql::DataFrame Projected(const sql::DataFrame& rows, const std::optional<std::vector<std::string>>& columns) {
  return columns && !columns->empty() ? rows.select(*columns) : rows;
}

std::optional<aws::sagemaker::CheckpointConfig> ToRequest(const std::optional<CheckpointConfig>& config) {
  if (!config) return std::nullopt;
  return aws::sagemaker::CheckpointConfig{.s3_uri = config->s3Uri, .local_path = config->localPath};
}

Result<std::string> ResolveRole(const IAMRoleResource& resource, const sql::RuntimeConfig& conf) {
  if (const auto* role = std::get_if<IAMRole>(&resource)) return role->role;
  const std::string& key = std::get<IAMRoleFromConfig>(resource).configKey;
  const std::optional<std::string> role = conf.getOption(key);
  if (!role) return InvalidArgument("Configuration has no IAM role, and sagemakerRole is not given: " + key + " is not set");
  return *role;
}

}  // namespace

TrainingRun::TrainingRun(Request request)
    : request_(std::move(request)),
      options_(request_.options),
      paths_({.s3 = *options_.s3Client, .sts = *options_.stsClient, .region = request_.config.region},
             request_.training_data.sparkSession().conf(), options_.cancellation) {}

Result<TrainedModel> TrainingRun::Run() {
  SAGESPARK_RETURN_IF_ERROR(Check());
  const std::string& job_name = request_.names.trainingJobName();
  SAGESPARK_ASSIGN_OR_RETURN(const S3DataPath staging,
                             paths_.ResolveStaging(options_.trainingInputS3DataPath, request_.run_id, job_name));
  SAGESPARK_ASSIGN_OR_RETURN(const S3DataPath output, paths_.Resolve(options_.trainingOutputS3DataPath, job_name));
  const Status is_staged = StageChannels(staging);
  if (!is_staged.ok()) {
    DeleteStagingData();
    return is_staged.error();
  }
  Result<TrainedModel> trained = Train(staging, output);
  if (options_.deleteStagingDataAfterTraining) DeleteStagingData();
  return trained;
}

Status TrainingRun::MakeChannels() {
  channels_.push_back(MakeChannel(options_.trainingChannelName,
                                  {.data = request_.training_data, .s3DataDistribution = options_.trainingS3DataDistribution}));
  for (const auto& [name, source] : request_.channels) {
    if (name == options_.trainingChannelName) {
      return InvalidArgument("Channel is that of the training rows already: \"" + name + "\"");
    }
    channels_.push_back(MakeChannel(name, source));
  }
  return Status::Ok();
}

TrainingRun::Channel TrainingRun::MakeChannel(const std::string& name, TrainingChannel source) const {
  if (auto* rows = std::get_if<sql::DataFrame>(&source.data)) {
    *rows = Projected(*rows, source.projectedColumns ? source.projectedColumns : options_.trainingProjectedColumns);
  }
  if (!source.contentType) source.contentType = options_.trainingContentType;
  const auto& texts = source.sparkDataFormatOptions ? *source.sparkDataFormatOptions : options_.trainingSparkDataFormatOptions;
  return {.name = name,
          .source = source,
          .format = source.sparkDataFormat.value_or(options_.trainingSparkDataFormat),
          .writer_options = Options(texts.begin(), texts.end())};
}

Status TrainingRun::Check() {
  SAGESPARK_ASSIGN_OR_RETURN(role_arn_,
                             ResolveRole(options_.sagemakerRole, request_.training_data.sparkSession().conf()));
  SAGESPARK_ASSIGN_OR_RETURN(tags_, WithRunTag(options_.tags, request_.run_id));
  SAGESPARK_RETURN_IF_ERROR(MakeChannels());
  SAGESPARK_RETURN_IF_ERROR(paths_.Check(options_.trainingInputS3DataPath));
  SAGESPARK_RETURN_IF_ERROR(paths_.Check(options_.trainingOutputS3DataPath));
  SAGESPARK_RETURN_IF_ERROR(CheckRequestOptions(options_.requestOptions));
  if (options_.trainingInstanceCount < 1) {  // AWS's rule allows 0, for requests with instance groups.
    return InvalidArgument("Training needs an instance: trainingInstanceCount = " +
                           std::to_string(options_.trainingInstanceCount) + "; valid: >= 1");
  }
  if (options_.trainingCompressionCodec.value_or("None") != "None") {
    return Unimplemented("Training data are written without compression: trainingCompressionCodec = \"" +
                         *options_.trainingCompressionCodec + "\"");
  }
  SAGESPARK_RETURN_IF_ERROR(CheckTimes());
  SAGESPARK_RETURN_IF_ERROR(CheckRows());
  return CheckRequests();
}

Status TrainingRun::CheckRows() const {
  for (const Channel& channel : channels_) {
    const auto* rows = std::get_if<sql::DataFrame>(&channel.source.data);
    if (rows == nullptr) continue;
    SAGESPARK_ASSIGN_OR_RETURN(const auto writer, source::MakeFormatWriter(channel.format, channel.writer_options));
    const Status status = writer->CheckSchema(rows->schema());
    if (!status.ok()) return status.error().WithContext("Channel \"" + channel.name + "\"");
  }
  return Status::Ok();
}

Status TrainingRun::CheckTimes() const {
  if (options_.trainingTimeoutInSeconds.value_or(1) < 1) {
    return InvalidArgument("Option is out of range: trainingTimeoutInSeconds = " +
                           std::to_string(*options_.trainingTimeoutInSeconds) + "; valid: >= 1");
  }
  if (!options_.trainingMaxWaitTimeInSeconds) return Status::Ok();
  if (!options_.enableManagedSpotTraining) {
    return InvalidArgument("Option goes with enableManagedSpotTraining: trainingMaxWaitTimeInSeconds");
  }
  if (*options_.trainingMaxWaitTimeInSeconds < options_.trainingMaxRuntimeInSeconds) {
    return InvalidArgument("Option is out of range: trainingMaxWaitTimeInSeconds = " +
                           std::to_string(*options_.trainingMaxWaitTimeInSeconds) + "; valid: >= " +
                           std::to_string(options_.trainingMaxRuntimeInSeconds) + ", trainingMaxRuntimeInSeconds");
  }
  return Status::Ok();
}

Status TrainingRun::CheckRequests() const {
  const aws::OperationRule* rule = aws::FindOperation(aws::sagemaker::OperationRules(), "CreateTrainingJob");
  Status status = aws::Validate(*rule->input, ToJson(BuildRequest(kSomePlace, kSomePlace)));
  if (!status.ok()) return status.error().WithContext("CreateTrainingJob");
  if (options_.endpointCreationPolicy == EndpointCreationPolicy::DO_NOT_CREATE) return Status::Ok();
  return CheckHosting({.model_image = options_.modelImage,
                       .model_path = kSomePlace,
                       .environment = options_.modelEnvironmentVariables,
                       .role_arn = role_arn_,
                       .instance_type = options_.endpointInstanceType,
                       .instance_count = options_.endpointInitialInstanceCount,
                       .tags = tags_,
                       .vpc = options_.vpcConfig,
                       .volume_kms_key_id = options_.endpointVolumeKmsKeyId,
                       .network_isolation = options_.enableNetworkIsolation},
                      request_.names);
}

aws::sagemaker::CreateTrainingJobRequest TrainingRun::BuildRequest(const S3DataPath& staging, const S3DataPath& output) const {
  aws::sagemaker::StoppingCondition stopping{.max_runtime_in_seconds = options_.trainingMaxRuntimeInSeconds};
  if (options_.enableManagedSpotTraining) {
    stopping.max_wait_time_in_seconds = options_.trainingMaxWaitTimeInSeconds.value_or(options_.trainingMaxRuntimeInSeconds);
  }
  return {
      .training_job_name = request_.names.trainingJobName(),
      .hyper_parameters = request_.hyper_parameters,
      .algorithm_specification =
          aws::sagemaker::AlgorithmSpecification{.training_image = options_.trainingImage,
                                                 .training_input_mode = options_.trainingInputMode},
      .role_arn = role_arn_,
      .input_data_config = BuildChannels(staging),
      .output_data_config = {.kms_key_id = options_.trainingKmsKeyId, .s3_output_path = output.toS3UriString()},
      .resource_config = aws::sagemaker::ResourceConfig{.instance_type = options_.trainingInstanceType,
                                                        .instance_count = options_.trainingInstanceCount,
                                                        .volume_size_in_gb = options_.trainingInstanceVolumeSizeInGB,
                                                        .volume_kms_key_id = options_.trainingVolumeKmsKeyId},
      .vpc_config = sagemaker::ToRequest(options_.vpcConfig),
      .stopping_condition = stopping,
      .tags = sagemaker::ToRequest(tags_),
      .enable_network_isolation = IfTrue(options_.enableNetworkIsolation),
      .enable_inter_container_traffic_encryption = IfTrue(options_.enableInterContainerTrafficEncryption),
      .enable_managed_spot_training = IfTrue(options_.enableManagedSpotTraining),
      .checkpoint_config = ToRequest(options_.checkpointConfig),
      .environment = options_.trainingEnvironmentVariables,
  };
}

std::vector<aws::sagemaker::Channel> TrainingRun::BuildChannels(const S3DataPath& staging) const {
  std::vector<aws::sagemaker::Channel> channels;
  for (const Channel& channel : channels_) {
    const auto* objects = std::get_if<S3DataPath>(&channel.source.data);
    const aws::sagemaker::S3DataSource source{
        .s3_data_type = "S3Prefix",
        .s3_uri = objects != nullptr ? objects->toS3UriString() : ChannelFolder(staging, channel.name),
        .s3_data_distribution_type = channel.source.s3DataDistribution};
    channels.push_back({.channel_name = channel.name,
                        .data_source = {.s3_data_source = source},
                        .content_type = channel.source.contentType,
                        .compression_type = options_.trainingCompressionCodec,
                        .input_mode = channel.source.inputMode});
  }
  return channels;
}

Status TrainingRun::StageChannels(const S3DataPath& staging) {
  for (const Channel& channel : channels_) {
    const auto* rows = std::get_if<sql::DataFrame>(&channel.source.data);
    if (rows != nullptr) SAGESPARK_RETURN_IF_ERROR(StageRows(channel, *rows, ChannelFolder(staging, channel.name)));
  }
  return Status::Ok();
}

Status TrainingRun::StageRows(const Channel& channel, const sql::DataFrame& rows, const std::string& folder) {
  const sql::SparkSession& session = rows.sparkSession();
  // The marker would be one more file of the channel, and not a training file.
  SAGESPARK_ASSIGN_OR_RETURN(source::WriteResult written,
                             engine::Write(session.engine(), rows.plan(), session.fileSystems(),
                                           {.format = channel.format,
                                            .options = channel.writer_options,
                                            .folder = folder,
                                            .success_marker = false},
                                           options_.cancellation));
  staged_.insert(staged_.end(), written.files.begin(), written.files.end());
  if (written.rows > 0) return Status::Ok();
  if (&channel == &channels_.front()) return InvalidArgument("Training data have no rows");
  return InvalidArgument("Channel has no rows: \"" + channel.name + "\"");
}

Result<TrainedModel> TrainingRun::Train(const S3DataPath& staging, const S3DataPath& output) {
  bool in_doubt = false;
  const auto created = options_.sagemakerClient->CreateTrainingJob(
      BuildRequest(staging, output), {.cancellation = options_.cancellation, .in_doubt = &in_doubt});
  // A retry of an attempt whose reply got lost finds the job made already.
  const bool is_made = created.ok() || (in_doubt && created.error().kind() == ErrorKind::kAlreadyExists);
  if (!is_made) {
    if (in_doubt) static_cast<void>(options_.sagemakerClient->StopTrainingJob({.training_job_name = request_.names.trainingJobName()}));
    return created.error();
  }
  if (request_.on_job_created) request_.on_job_created();
  SAGESPARK_ASSIGN_OR_RETURN(const auto job, WaitForJob());
  SAGESPARK_ASSIGN_OR_RETURN(Uri artifact, ParseUri(job.model_artifacts.s3_model_artifacts));
  return TrainedModel{.artifact = {.bucket = std::move(artifact.authority), .objectPath = std::move(artifact.path)},
                      .role_arn = role_arn_,
                      .metrics = FinalMetrics(job)};
}

Result<aws::sagemaker::DescribeTrainingJobResponse> TrainingRun::WaitForJob() {
  const std::string& name = request_.names.trainingJobName();
  TrainingLog log(*options_.logsClient, name, options_.trainingInstanceCount);
  PollSchedule schedule = PollSchedule::For(request_.config);
  const auto& timeout = options_.trainingTimeoutInSeconds;
  const Deadline deadline = timeout ? Deadline::After(std::chrono::seconds(*timeout), request_.clock) : Deadline();
  size_t transitions_shown = 0;
  int failed_polls = 0;
  for (;;) {
    auto job = options_.sagemakerClient->DescribeTrainingJob({.training_job_name = name},
                                                             {.cancellation = options_.cancellation});
    if (job.ok()) {
      failed_polls = 0;
      ShowLog(log);
      ShowTransitions(*job, schedule, transitions_shown);
      const std::string& status = job->training_job_status;
      if (status == job_status::kCompleted) {
        ShowMetrics(*job);
        return job;
      }
      if (status != job_status::kInProgress && status != job_status::kStopping) return JobError(*job, log.Tail());
    } else if (job.error().kind() != ErrorKind::kCancelled &&
               (!IsPassing(job.error()) || ++failed_polls == kMostFailedPolls)) {
      return job.error().WithContext("Training job may still run, but its state cannot be read: \"" + name + "\"");
    }
    if (!schedule.Wait(request_.clock, options_.cancellation).ok()) return StopJob(ErrorKind::kCancelled, "Fit was cancelled");
    if (deadline.passed(request_.clock)) {
      return StopJob(ErrorKind::kTimeout, "Training took longer than trainingTimeoutInSeconds = " + std::to_string(*timeout));
    }
  }
}

void TrainingRun::ShowLog(TrainingLog& log) const {
  for (const std::string& line : log.NewLines(options_.cancellation)) {
    if (options_.progress && IsMetricLine(line)) options_.progress(line);
  }
}

void TrainingRun::ShowTransitions(const aws::sagemaker::DescribeTrainingJobResponse& job, const PollSchedule& schedule,
                                  size_t& shown) const {
  const auto& transitions = job.secondary_status_transitions;
  for (; shown < transitions.size(); ++shown) {
    const auto& transition = transitions[shown];
    if (!options_.progress) continue;
    std::string message = transition.status_message.value_or("");
    if (transition.status == job_status::kCompleted) message += ", " + WaitedText(schedule);
    options_.progress(StatusLine(transition.start_time, transition.status, message));
  }
}

void TrainingRun::ShowMetrics(const aws::sagemaker::DescribeTrainingJobResponse& job) const {
  const auto metrics = FinalMetrics(job);
  if (!options_.progress || metrics.empty()) return;
  options_.progress(StatusLine(request_.clock.Now(), "Metrics", MetricsText(metrics)));
}

Error TrainingRun::JobError(const aws::sagemaker::DescribeTrainingJobResponse& job, const std::string& log_tail) const {
  std::string message = "Training job did not complete: \"" + job.training_job_name + "\" is " + job.training_job_status +
                        " (" + job.secondary_status + "): " + job.failure_reason.value_or("no reason given");
  if (!log_tail.empty()) message += "\nLast lines of its log:\n" + log_tail;
  return Error(ErrorKind::kModelError, std::move(message));
}

Error TrainingRun::StopJob(ErrorKind kind, const std::string& why) const {
  const std::string& name = request_.names.trainingJobName();
  const auto stopped = options_.sagemakerClient->StopTrainingJob({.training_job_name = name});
  if (stopped.ok()) return Error(kind, why + "; its training job was told to stop: \"" + name + "\"");
  return Error(kind, why + "; its training job may still run: \"" + name + "\" could not be stopped: " + stopped.error().message());
}

void TrainingRun::DeleteStagingData() const {
  const auto& file_systems = request_.training_data.sparkSession().fileSystems();
  for (const Uri& file : staged_) {
    auto file_system = file_systems->For(file);
    const Status deleted = file_system.ok() ? (*file_system)->Delete(file) : file_system.status();
    if (!deleted.ok()) Log(LogLevel::kWarning, "Staging data could not be deleted: " + deleted.error().message());
  }
}

}  // namespace sagespark::sagemaker
