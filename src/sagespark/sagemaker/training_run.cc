#include "sagespark/sagemaker/training_run.h"

#include "sagespark/aws/model/sagemaker_rules.h"
#include "sagespark/aws/model/validation.h"
#include "sagespark/base/log.h"
#include "sagespark/engine/write.h"
#include "sagespark/sagemaker/hosting.h"
#include "sagespark/sagemaker/training_log.h"

namespace sagespark::sagemaker {
namespace {

namespace job_status = aws::sagemaker::training_job_status;

/// Stands for a place that is not resolved yet, where only a request's shape is checked.
const S3DataPath kSomePlace{.bucket = "bucket", .objectPath = "prefix"};

Options WriterOptions(const SageMakerEstimatorOptions& options) {
  return Options(options.trainingSparkDataFormatOptions.begin(), options.trainingSparkDataFormatOptions.end());
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
  SAGESPARK_ASSIGN_OR_RETURN(const S3DataPath input, paths_.Resolve(options_.trainingInputS3DataPath, job_name));
  SAGESPARK_ASSIGN_OR_RETURN(const S3DataPath output, paths_.Resolve(options_.trainingOutputS3DataPath, job_name));
  SAGESPARK_RETURN_IF_ERROR(StageRows(input));
  Result<S3DataPath> artifact = Train(input, output);
  DeleteStagingData();
  if (!artifact.ok()) return std::move(artifact).error();
  return TrainedModel{.artifact = *std::move(artifact), .role_arn = role_arn_};
}

Status TrainingRun::Check() {
  SAGESPARK_ASSIGN_OR_RETURN(role_arn_,
                             ResolveRole(options_.sagemakerRole, request_.training_data.sparkSession().conf()));
  SAGESPARK_RETURN_IF_ERROR(paths_.Check(options_.trainingInputS3DataPath));
  SAGESPARK_RETURN_IF_ERROR(paths_.Check(options_.trainingOutputS3DataPath));
  if (options_.trainingInstanceCount < 1) {  // AWS's rule allows 0, for requests with instance groups.
    return InvalidArgument("Training needs an instance: trainingInstanceCount = " +
                           std::to_string(options_.trainingInstanceCount) + "; valid: >= 1");
  }
  if (options_.trainingCompressionCodec.value_or("None") != "None") {
    return Unimplemented("Training data are written without compression: trainingCompressionCodec = \"" +
                         *options_.trainingCompressionCodec + "\"");
  }
  SAGESPARK_ASSIGN_OR_RETURN(const auto writer,
                             source::MakeFormatWriter(options_.trainingSparkDataFormat, WriterOptions(options_)));
  SAGESPARK_RETURN_IF_ERROR(writer->CheckSchema(request_.training_data.schema()));
  return CheckRequests();
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
                       .instance_count = options_.endpointInitialInstanceCount},
                      request_.names);
}

aws::sagemaker::CreateTrainingJobRequest TrainingRun::BuildRequest(const S3DataPath& input,
                                                                   const S3DataPath& output) const {
  const aws::sagemaker::S3DataSource source{.s3_data_type = "S3Prefix",
                                            .s3_uri = input.toS3UriString(),
                                            .s3_data_distribution_type = options_.trainingS3DataDistribution};
  return {
      .training_job_name = request_.names.trainingJobName(),
      .hyper_parameters = request_.hyper_parameters,
      .algorithm_specification =
          aws::sagemaker::AlgorithmSpecification{.training_image = options_.trainingImage,
                                                 .training_input_mode = options_.trainingInputMode},
      .role_arn = role_arn_,
      .input_data_config = {{.channel_name = options_.trainingChannelName,
                             .data_source = {.s3_data_source = source},
                             .content_type = options_.trainingContentType,
                             .compression_type = options_.trainingCompressionCodec}},
      .output_data_config = {.kms_key_id = options_.trainingKmsKeyId, .s3_output_path = output.toS3UriString()},
      .resource_config = aws::sagemaker::ResourceConfig{.instance_type = options_.trainingInstanceType,
                                                        .instance_count = options_.trainingInstanceCount,
                                                        .volume_size_in_gb = options_.trainingInstanceVolumeSizeInGB},
      .stopping_condition =
          aws::sagemaker::StoppingCondition{.max_runtime_in_seconds = options_.trainingMaxRuntimeInSeconds},
  };
}

Status TrainingRun::StageRows(const S3DataPath& input) {
  const sql::SparkSession& session = request_.training_data.sparkSession();
  // The marker would be one more file of the channel, and not a training file.
  auto written = engine::Write(session.engine(), request_.training_data.plan(), session.fileSystems(),
                               {.format = options_.trainingSparkDataFormat,
                                .options = WriterOptions(options_),
                                .folder = input.toS3UriString(),
                                .success_marker = false},
                               options_.cancellation);
  if (!written.ok()) return std::move(written).error();
  staged_ = *std::move(written);
  if (staged_.rows > 0) return Status::Ok();
  DeleteStagingData();
  return InvalidArgument("Training data have no rows");
}

Result<S3DataPath> TrainingRun::Train(const S3DataPath& input, const S3DataPath& output) {
  bool in_doubt = false;
  const auto created = options_.sagemakerClient->CreateTrainingJob(
      BuildRequest(input, output), {.cancellation = options_.cancellation, .in_doubt = &in_doubt});
  // A retry of an attempt whose reply got lost finds the job made already.
  const bool is_made = created.ok() || (in_doubt && created.error().kind() == ErrorKind::kAlreadyExists);
  if (!is_made) {
    if (in_doubt) static_cast<void>(options_.sagemakerClient->StopTrainingJob({.training_job_name = request_.names.trainingJobName()}));
    return created.error();
  }
  if (request_.on_job_created) request_.on_job_created();
  SAGESPARK_ASSIGN_OR_RETURN(const auto job, WaitForJob());
  SAGESPARK_ASSIGN_OR_RETURN(Uri artifact, ParseUri(job.model_artifacts.s3_model_artifacts));
  return S3DataPath{.bucket = std::move(artifact.authority), .objectPath = std::move(artifact.path)};
}

Result<aws::sagemaker::DescribeTrainingJobResponse> TrainingRun::WaitForJob() {
  const std::string& name = request_.names.trainingJobName();
  TrainingLog log(*options_.logsClient, name, options_.trainingInstanceCount);
  PollSchedule schedule = PollSchedule::For(request_.config);
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
      if (status == job_status::kCompleted) return job;
      if (status != job_status::kInProgress && status != job_status::kStopping) return JobError(*job, log.Tail());
    } else if (job.error().kind() != ErrorKind::kCancelled &&
               (!IsPassing(job.error()) || ++failed_polls == kMostFailedPolls)) {
      return job.error().WithContext("Training job may still run, but its state cannot be read: \"" + name + "\"");
    }
    if (!schedule.Wait(request_.clock, options_.cancellation).ok()) return StopJob();
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

Error TrainingRun::JobError(const aws::sagemaker::DescribeTrainingJobResponse& job, const std::string& log_tail) const {
  std::string message = "Training job did not complete: \"" + job.training_job_name + "\" is " + job.training_job_status +
                        " (" + job.secondary_status + "): " + job.failure_reason.value_or("no reason given");
  if (!log_tail.empty()) message += "\nLast lines of its log:\n" + log_tail;
  return Error(ErrorKind::kModelError, std::move(message));
}

Error TrainingRun::StopJob() const {
  const std::string& name = request_.names.trainingJobName();
  const auto stopped = options_.sagemakerClient->StopTrainingJob({.training_job_name = name});
  if (stopped.ok()) return Cancelled("Fit was cancelled; its training job was told to stop: \"" + name + "\"");
  return Cancelled("Fit was cancelled; its training job may still run: \"" + name + "\" could not be stopped: " +
                   stopped.error().message());
}

void TrainingRun::DeleteStagingData() const {
  if (!options_.deleteStagingDataAfterTraining) return;
  const auto& file_systems = request_.training_data.sparkSession().fileSystems();
  for (const Uri& file : staged_.files) {
    auto file_system = file_systems->For(file);
    const Status deleted = file_system.ok() ? (*file_system)->Delete(file) : file_system.status();
    if (!deleted.ok()) Log(LogLevel::kWarning, "Staging data could not be deleted: " + deleted.error().message());
  }
}

}  // namespace sagespark::sagemaker
