#include "sagespark/server/sagemaker/transform_job_handlers.h"

#include "sagespark/server/sagemaker/resource.h"
#include "sagespark/server/sagemaker/s3_place.h"
#include "sagespark/server/transform/data_processing.h"
#include "sagespark/server/transform/transform_settings.h"

namespace sagespark::server {
namespace {

namespace sm = aws::sagemaker;
namespace job_status = aws::sagemaker::transform_job_status;

Error Invalid(std::string message) { return CodedError(ErrorKind::kInvalidArgument, "ValidationException", std::move(message)); }

/// Settings that would change what a job does, and that are not offered: they must not be ignored in silence.
Status CheckOfferedSettings(const sm::CreateTransformJobRequest& request) {
  const sm::TransformS3DataSource& source = request.transform_input.data_source.s3_data_source;
  if (request.data_capture_config) return NotOffered("DataCaptureConfig");
  if (source.s3_data_type == sm::s3_data_type::kAugmentedManifestFile) return NotOffered("S3DataType AugmentedManifestFile");
  if (source.s3_data_type != sm::s3_data_type::kS3Prefix && source.s3_data_type != sm::s3_data_type::kManifestFile) {
    return NotOffered("S3DataType " + source.s3_data_type);
  }
  const int64_t instances = request.transform_resources.instance_count;
  if (instances > kMostInstances) {
    return CodedError(ErrorKind::kResourceLimit, "ResourceLimitExceeded",
                      "A transform job runs on at most " + std::to_string(kMostInstances) + " instances here: InstanceCount " +
                          std::to_string(instances));
  }
  return Status::Ok();
}

sm::DescribeTransformJobResponse NewJob(const RequestContext& context, const sm::CreateTransformJobRequest& request) {
  return {.transform_job_name = request.transform_job_name,
          .transform_job_arn = ArnOf(context, RecordKind::kTransformJob, request.transform_job_name),
          .transform_job_status = std::string(job_status::kInProgress),
          .model_name = request.model_name,
          .max_concurrent_transforms = request.max_concurrent_transforms,
          .model_client_config = request.model_client_config,
          .max_payload_in_mb = request.max_payload_in_mb,
          .batch_strategy = request.batch_strategy,
          .environment = request.environment,
          .transform_input = request.transform_input,
          .transform_output = request.transform_output,
          .transform_resources = request.transform_resources,
          .creation_time = NowOf(context),
          .data_processing = request.data_processing,
          .experiment_config = request.experiment_config};
}

}  // namespace

Result<sm::CreateTransformJobResponse> TransformJobHandlers::Create(const RequestContext& context,
                                                                    const sm::CreateTransformJobRequest& request) {
  SAGESPARK_RETURN_IF_ERROR(CheckOfferedSettings(request));
  SAGESPARK_RETURN_IF_ERROR(CheckS3Uri(request.transform_input.data_source.s3_data_source.s3_uri));
  SAGESPARK_RETURN_IF_ERROR(CheckS3Output(request.transform_output.s3_output_path, "TransformOutput.S3OutputPath", objects_));
  const sm::DescribeTransformJobResponse job = NewJob(context, request);
  const auto settings = SettingsOf(job);
  if (!settings.ok()) return Invalid(settings.error().message());
  const auto processing = DataProcessing::Make(job);
  if (!processing.ok()) return Invalid(processing.error().message());
  if (settings->is_unlimited() && !processing->is_identity()) return NotOffered("MaxPayloadInMB 0 with DataProcessing");
  SAGESPARK_RETURN_IF_ERROR(Find(records_, context, RecordKind::kModel, request.model_name).status());
  const Record record{.name = request.transform_job_name, .status = job.transform_job_status, .document = ToJson(job)};
  SAGESPARK_ASSIGN_OR_RETURN(const Record inserted, InsertRecord(records_, context, RecordKind::kTransformJob, record, request.tags));
  jobs_.Start(inserted.name);
  return sm::CreateTransformJobResponse{.transform_job_arn = inserted.arn};
}

Result<json::Value> TransformJobHandlers::Describe(const RequestContext& context, const sm::DescribeTransformJobRequest& request) {
  SAGESPARK_ASSIGN_OR_RETURN(const Record record, Find(records_, context, RecordKind::kTransformJob, request.transform_job_name));
  return record.document;
}

Result<sm::ListTransformJobsResponse> TransformJobHandlers::List(const sm::ListTransformJobsRequest& request) {
  RecordQuery query = QueryOf(request, /*ascending_by_default=*/false);
  query.status = request.status_equals.value_or("");
  query.modified_after = request.last_modified_time_after;
  query.modified_before = request.last_modified_time_before;
  SAGESPARK_ASSIGN_OR_RETURN(const RecordPage page, records_.List(RecordKind::kTransformJob, query));
  sm::ListTransformJobsResponse response{.next_token = TokenOf(page)};
  for (const Record& record : page.records) {
    SAGESPARK_ASSIGN_OR_RETURN(const auto job, aws::FromJson<sm::DescribeTransformJobResponse>(record.document));
    response.transform_job_summaries.push_back({.transform_job_name = job.transform_job_name,
                                                .transform_job_arn = job.transform_job_arn,
                                                .creation_time = job.creation_time,
                                                .transform_end_time = job.transform_end_time,
                                                .last_modified_time = record.modified,
                                                .transform_job_status = job.transform_job_status,
                                                .failure_reason = job.failure_reason});
  }
  return response;
}

Status TransformJobHandlers::Stop(const RequestContext& context, const sm::StopTransformJobRequest& request) {
  const std::string& name = request.transform_job_name;
  SAGESPARK_RETURN_IF_ERROR(Find(records_, context, RecordKind::kTransformJob, name).status());
  const auto stopping = records_.Update(RecordKind::kTransformJob, name, [&](Record& record) -> Status {
    if (record.status == job_status::kStopping) return Status::Ok();
    if (record.status != job_status::kInProgress) {
      return Invalid("The request was rejected because the transform job is in status " + record.status + ".");
    }
    SAGESPARK_ASSIGN_OR_RETURN(auto job, aws::FromJson<sm::DescribeTransformJobResponse>(record.document));
    record.modified = NowOf(context);
    record.status = job_status::kStopping;
    job.transform_job_status = record.status;
    record.document = ToJson(job);
    return Status::Ok();
  });
  SAGESPARK_RETURN_IF_ERROR(stopping.status());
  jobs_.Stop(name);
  return Status::Ok();
}

}  // namespace sagespark::server
