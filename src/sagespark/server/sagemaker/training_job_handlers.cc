#include "sagespark/server/sagemaker/training_job_handlers.h"

#include <filesystem>
#include <set>

#include "sagespark/server/jobs/log_metrics.h"
#include "sagespark/server/sagemaker/resource.h"
#include "sagespark/server/sagemaker/s3_place.h"

namespace sagespark::server {
namespace {

namespace sm = aws::sagemaker;
namespace job_status = aws::sagemaker::training_job_status;

constexpr int64_t kDefaultRuntimeSeconds = 86'400;

Error Invalid(std::string message) { return CodedError(ErrorKind::kInvalidArgument, "ValidationException", std::move(message)); }

Status CheckChannel(const sm::Channel& channel, const std::string& job_mode) {
  const std::string of = " of channel " + channel.channel_name;
  if (channel.data_source.file_system_data_source || channel.data_source.dataset_source) return NotOffered("DataSource without S3DataSource" + of);
  if (!channel.data_source.s3_data_source) return Invalid("S3DataSource is missing" + of);
  const sm::S3DataSource& source = *channel.data_source.s3_data_source;
  SAGESPARK_RETURN_IF_ERROR(CheckS3Uri(source.s3_uri));
  if (source.s3_data_type != sm::s3_data_type::kS3Prefix && source.s3_data_type != sm::s3_data_type::kManifestFile) return NotOffered("S3DataType " + source.s3_data_type + of);
  if (channel.input_mode.value_or(job_mode) != sm::training_input_mode::kPipe) {
    if (channel.compression_type.value_or("None") != "None") return Invalid("CompressionType is of Pipe input mode only: " + *channel.compression_type + of);
    if (channel.record_wrapper_type.value_or("None") != "None") return Invalid("RecordWrapperType is of Pipe input mode only: " + *channel.record_wrapper_type + of);
  }
  return Status::Ok();
}

/// Checkpoints lie where a container can be given files: below /opt/ml.
Status CheckCheckpoints(const sm::CheckpointConfig& checkpoints) {
  const std::filesystem::path path = checkpoints.local_path.value_or("/opt/ml/checkpoints");
  for (const auto& reserved : {"/opt/ml", "/opt/ml/input", "/opt/ml/model", "/opt/ml/output"}) {
    if (path.lexically_normal() == reserved) return Invalid("CheckpointConfig.LocalPath is reserved: " + path.string());
  }
  const bool is_below = path.lexically_normal().string().starts_with("/opt/ml/") && path.lexically_normal() == path;
  return is_below ? Status::Ok() : NotOffered("CheckpointConfig.LocalPath outside of /opt/ml: " + path.string());
}

/// MaxWaitTimeInSeconds is of spot training only, and includes the run.
Status CheckStopping(const sm::CreateTrainingJobRequest& request) {
  const sm::StoppingCondition condition = request.stopping_condition.value_or(sm::StoppingCondition{});
  const bool is_spot = request.enable_managed_spot_training.value_or(false);
  if (!is_spot && condition.max_wait_time_in_seconds) {
    return Invalid("MaxWaitTimeInSeconds above 0 is not supported for non-spot training jobs: set EnableManagedSpotTraining");
  }
  if (!is_spot) return Status::Ok();
  if (!condition.max_wait_time_in_seconds) return Invalid("MaxWaitTimeInSeconds must be provided for managed spot training");
  if (*condition.max_wait_time_in_seconds < condition.max_runtime_in_seconds.value_or(kDefaultRuntimeSeconds)) {
    return Invalid("Invalid MaxWaitTimeInSeconds: it must be at least MaxRuntimeInSeconds, " +
                   std::to_string(condition.max_runtime_in_seconds.value_or(kDefaultRuntimeSeconds)));
  }
  return Status::Ok();
}

Status CheckChannels(const std::vector<sm::Channel>& channels, const std::string& job_mode) {
  std::set<std::string> names;
  for (const sm::Channel& channel : channels) {
    SAGESPARK_RETURN_IF_ERROR(CheckChannel(channel, job_mode));
    const bool is_path = channel.channel_name == "." || channel.channel_name == "..";
    if (is_path || !names.insert(channel.channel_name).second) return Invalid("Channel name is not usable or comes twice: " + channel.channel_name);
  }
  return Status::Ok();
}

/// Settings that would change what a job does, and that are not offered: they must not be ignored in silence.
Status CheckOfferedSettings(const sm::CreateTrainingJobRequest& request) {
  const sm::AlgorithmSpecification& algorithm = *request.algorithm_specification;
  const sm::ResourceConfig& resources = *request.resource_config;
  const std::pair<bool, const char*> settings[] = {
      {algorithm.algorithm_name.has_value(), "AlgorithmSpecification.AlgorithmName"},
      {!algorithm.container_entrypoint.empty(), "AlgorithmSpecification.ContainerEntrypoint"},
      {!algorithm.container_arguments.empty(), "AlgorithmSpecification.ContainerArguments"},
      {request.serverless_job_config.has_value(), "ServerlessJobConfig"},
      {request.model_package_config.has_value(), "ModelPackageConfig"},
      {!request.debug_rule_configurations.empty(), "DebugRuleConfigurations"},
      {request.output_data_config.compression_type == "NONE", "OutputDataConfig.CompressionType NONE"},
      {!resources.instance_groups.empty(), "ResourceConfig.InstanceGroups"},
      {!resources.instance_preferences.empty(), "ResourceConfig.InstancePreferences"},
      {resources.training_plan_arn.has_value(), "ResourceConfig.TrainingPlanArn"},
  };
  for (const auto& [is_asked_for, name] : settings) {
    if (is_asked_for) return NotOffered(name);
  }
  return Status::Ok();
}

std::string ModelUri(const sm::CreateTrainingJobRequest& request) {
  std::string path = request.output_data_config.s3_output_path;
  while (path.ends_with('/')) path.pop_back();
  return path + "/" + request.training_job_name + "/output/model.tar.gz";
}

sm::DescribeTrainingJobResponse NewJob(const RequestContext& context, const sm::CreateTrainingJobRequest& request) {
  const SystemTime now = NowOf(context);
  sm::DescribeTrainingJobResponse job{
      .training_job_name = request.training_job_name,
      .training_job_arn = ArnOf(context, RecordKind::kTrainingJob, request.training_job_name),
      .model_artifacts = {.s3_model_artifacts = ModelUri(request)},
      .training_job_status = std::string(job_status::kInProgress),
      .secondary_status = std::string(sm::secondary_status::kStarting),
      .hyper_parameters = request.hyper_parameters,
      .algorithm_specification = request.algorithm_specification,
      .role_arn = request.role_arn,
      .input_data_config = request.input_data_config,
      .output_data_config = request.output_data_config,
      .resource_config = request.resource_config,
      .vpc_config = request.vpc_config,
      .stopping_condition = request.stopping_condition.value_or(sm::StoppingCondition{}),
      .creation_time = now,
      .last_modified_time = now,
      .enable_network_isolation = request.enable_network_isolation.value_or(false),
      .enable_inter_container_traffic_encryption = request.enable_inter_container_traffic_encryption.value_or(false),
      .enable_managed_spot_training = request.enable_managed_spot_training.value_or(false),
      .checkpoint_config = request.checkpoint_config,
      .debug_hook_config = request.debug_hook_config,
      .experiment_config = request.experiment_config,
      .profiler_config = request.profiler_config,
      .environment = request.environment,
      .retry_strategy = request.retry_strategy,
  };
  if (!job.stopping_condition.max_runtime_in_seconds) job.stopping_condition.max_runtime_in_seconds = kDefaultRuntimeSeconds;
  job.secondary_status_transitions.push_back(
      {.status = job.secondary_status, .start_time = now, .status_message = "Preparing the instances for training"});
  return job;
}

}  // namespace

Status TrainingJobHandlers::CheckCanRun(const sm::CreateTrainingJobRequest& request) {
  if (!request.algorithm_specification) return Invalid("AlgorithmSpecification is missing");
  if (!request.resource_config || !request.resource_config->instance_count) return Invalid("ResourceConfig.InstanceCount is missing");
  SAGESPARK_RETURN_IF_ERROR(CheckOfferedSettings(request));
  if (!request.algorithm_specification->training_image) return Invalid("AlgorithmSpecification.TrainingImage is missing");
  SAGESPARK_RETURN_IF_ERROR(LogMetrics::Make(request.algorithm_specification->metric_definitions).status());
  SAGESPARK_RETURN_IF_ERROR(CheckChannels(request.input_data_config, request.algorithm_specification->training_input_mode));
  SAGESPARK_RETURN_IF_ERROR(CheckStopping(request));
  if (request.checkpoint_config) {
    SAGESPARK_RETURN_IF_ERROR(CheckCheckpoints(*request.checkpoint_config));
    SAGESPARK_RETURN_IF_ERROR(CheckS3Output(request.checkpoint_config->s3_uri, "CheckpointConfig.S3Uri", objects_));
  }
  const std::string& image = *request.algorithm_specification->training_image;
  SAGESPARK_ASSIGN_OR_RETURN(const ContainerProgram program, images_.Find(image));
  const int64_t hosts = *request.resource_config->instance_count;
  if (hosts > program.max_training_hosts) {
    return Invalid("The algorithm " + std::string(RepositoryOf(image)) + " trains on at most " + std::to_string(program.max_training_hosts) +
                   " instance" + (program.max_training_hosts > 1 ? "s" : "") + " here: InstanceCount " + std::to_string(hosts));
  }
  return CheckS3Output(request.output_data_config.s3_output_path, "OutputDataConfig.S3OutputPath", objects_);
}

Result<sm::CreateTrainingJobResponse> TrainingJobHandlers::Create(const RequestContext& context,
                                                                  const sm::CreateTrainingJobRequest& request) {
  SAGESPARK_RETURN_IF_ERROR(CheckCanRun(request));
  const sm::DescribeTrainingJobResponse job = NewJob(context, request);
  const Record record{.name = request.training_job_name, .status = job.training_job_status, .document = ToJson(job)};
  SAGESPARK_ASSIGN_OR_RETURN(const Record inserted, InsertRecord(records_, context, RecordKind::kTrainingJob, record, request.tags));
  jobs_.Start(inserted.name);
  return sm::CreateTrainingJobResponse{.training_job_arn = inserted.arn};
}

Result<json::Value> TrainingJobHandlers::Describe(const RequestContext& context, const sm::DescribeTrainingJobRequest& request) {
  SAGESPARK_ASSIGN_OR_RETURN(const Record record, Find(records_, context, RecordKind::kTrainingJob, request.training_job_name));
  return record.document;
}

Result<sm::ListTrainingJobsResponse> TrainingJobHandlers::List(const sm::ListTrainingJobsRequest& request) {
  sm::ListTrainingJobsResponse response;
  if (request.warm_pool_status_equals || request.training_plan_arn_equals) return response;  // No job here has either.
  RecordQuery query = QueryOf(request, /*ascending_by_default=*/true);
  query.status = request.status_equals.value_or("");
  query.modified_after = request.last_modified_time_after;
  query.modified_before = request.last_modified_time_before;
  SAGESPARK_ASSIGN_OR_RETURN(const RecordPage page, records_.List(RecordKind::kTrainingJob, query));
  for (const Record& record : page.records) {
    SAGESPARK_ASSIGN_OR_RETURN(const auto job, aws::FromJson<sm::DescribeTrainingJobResponse>(record.document));
    response.training_job_summaries.push_back({.training_job_name = job.training_job_name,
                                               .training_job_arn = job.training_job_arn,
                                               .creation_time = job.creation_time,
                                               .training_end_time = job.training_end_time,
                                               .last_modified_time = job.last_modified_time,
                                               .training_job_status = job.training_job_status,
                                               .secondary_status = job.secondary_status});
  }
  response.next_token = TokenOf(page);
  return response;
}

Status TrainingJobHandlers::Stop(const RequestContext& context, const sm::StopTrainingJobRequest& request) {
  const std::string& name = request.training_job_name;
  SAGESPARK_RETURN_IF_ERROR(Find(records_, context, RecordKind::kTrainingJob, name).status());
  const auto stopping = records_.Update(RecordKind::kTrainingJob, name, [&](Record& record) -> Status {
    if (record.status == job_status::kStopping) return Status::Ok();
    if (record.status != job_status::kInProgress) {
      return Invalid("The request was rejected because the training job is in status " + record.status + ".");
    }
    SAGESPARK_ASSIGN_OR_RETURN(auto job, aws::FromJson<sm::DescribeTrainingJobResponse>(record.document));
    record.modified = NowOf(context);
    record.status = job_status::kStopping;
    job.training_job_status = record.status;
    job.secondary_status = sm::secondary_status::kStopping;
    job.last_modified_time = record.modified;
    if (!job.secondary_status_transitions.empty()) job.secondary_status_transitions.back().end_time = record.modified;
    job.secondary_status_transitions.push_back(
        {.status = job.secondary_status, .start_time = record.modified, .status_message = "Stopping the training job"});
    record.document = ToJson(job);
    return Status::Ok();
  });
  SAGESPARK_RETURN_IF_ERROR(stopping.status());
  jobs_.Stop(name);
  return Status::Ok();
}

Status TrainingJobHandlers::Delete(const RequestContext& context, const sm::DeleteTrainingJobRequest& request) {
  SAGESPARK_ASSIGN_OR_RETURN(const Record record, Find(records_, context, RecordKind::kTrainingJob, request.training_job_name));
  if (record.status == job_status::kInProgress || record.status == job_status::kStopping) {
    return CodedError(ErrorKind::kConflict, "ResourceInUse", "The training job is in status " + record.status + ": " + record.arn);
  }
  return records_.Delete(RecordKind::kTrainingJob, record.name);
}

}  // namespace sagespark::server
