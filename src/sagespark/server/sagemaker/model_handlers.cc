#include "sagespark/server/sagemaker/model_handlers.h"

#include <set>

#include "sagespark/base/uri.h"
#include "sagespark/server/sagemaker/resource.h"
#include "sagespark/server/sagemaker/s3_place.h"

namespace sagespark::server {
namespace {

namespace sm = aws::sagemaker;

Error Invalid(std::string message) { return CodedError(ErrorKind::kInvalidArgument, "ValidationException", std::move(message)); }

Status CheckModelDataSource(const sm::ContainerDefinition& container) {
  if (container.model_data_url) {
    const auto uri = ParseUri(*container.model_data_url);
    if (!uri.ok() || uri->scheme != "s3") return Invalid("The local cloud takes s3:// URIs only: " + *container.model_data_url);
  }
  if (!container.model_data_source) return Status::Ok();
  if (container.model_data_url) return Invalid("ModelDataUrl and ModelDataSource exclude each other");
  const auto& source = container.model_data_source->s3_data_source;
  if (!source || source->s3_data_type != "S3Object" || source->compression_type != "Gzip") {
    return NotOffered("ModelDataSource other than one Gzip object");
  }
  return Status::Ok();
}

Status CheckVariantSettings(const sm::ProductionVariant& variant) {
  const std::pair<bool, const char*> settings[] = {
      {variant.serverless_config.has_value(), "ServerlessConfig"},
      {variant.managed_instance_scaling.has_value(), "ManagedInstanceScaling"},
      {!variant.instance_pools.empty(), "InstancePools"},
      {!variant.model_name.has_value(), "a ProductionVariant without ModelName"},
  };
  for (const auto& [is_asked_for, name] : settings) {
    if (is_asked_for) return NotOffered(name);
  }
  const int64_t count = variant.initial_instance_count.value_or(1);
  if (count > kMostInstances) {
    return CodedError(ErrorKind::kResourceLimit, "ResourceLimitExceeded",
                      "A production variant runs on at most " + std::to_string(kMostInstances) +
                          " instances here: InitialInstanceCount " + std::to_string(count));
  }
  return Status::Ok();
}

Status CheckAsync(const sm::AsyncInferenceConfig& config) {
  const sm::AsyncInferenceOutputConfig& output = config.output_config;
  if (output.notification_config) return NotOffered("NotificationConfig of AsyncInferenceConfig");
  if (!output.s3_output_path) return Invalid("S3OutputPath of AsyncInferenceConfig is missing");
  SAGESPARK_RETURN_IF_ERROR(CheckS3Uri(*output.s3_output_path));
  return output.s3_failure_path ? CheckS3Uri(*output.s3_failure_path) : Status::Ok();
}

}  // namespace

Status ModelHandlers::CheckContainer(const sm::ContainerDefinition& container) {
  if (container.model_package_name) return NotOffered("ModelPackageName");
  if (container.mode.value_or("SingleModel") != "SingleModel") return NotOffered("Mode " + *container.mode);
  if (!container.additional_model_data_sources.empty()) return NotOffered("AdditionalModelDataSources");
  if (!container.image) return Invalid("Image of the container is missing");
  SAGESPARK_RETURN_IF_ERROR(images_.Find(*container.image).status());
  return CheckModelDataSource(container);
}

Status ModelHandlers::CheckContainers(const sm::CreateModelRequest& request) {
  std::set<std::string> names;
  for (const sm::ContainerDefinition& container : request.containers) {
    SAGESPARK_RETURN_IF_ERROR(CheckContainer(container));
    if (container.container_hostname && !names.insert(*container.container_hostname).second) {
      return Invalid("ContainerHostname must be unique: " + *container.container_hostname);
    }
  }
  const bool is_direct = request.inference_execution_config && request.inference_execution_config->mode == sm::inference_execution_mode::kDirect;
  if ((is_direct || !names.empty()) && names.size() != request.containers.size()) {
    return Invalid(is_direct ? "Each container needs a ContainerHostname with InferenceExecutionConfig Direct"
                             : "ContainerHostname must be given for each container or for none");
  }
  return Status::Ok();
}

Result<sm::CreateModelResponse> ModelHandlers::CreateModel(const RequestContext& context, const sm::CreateModelRequest& request) {
  if (request.primary_container.has_value() != request.containers.empty()) {
    return Invalid("Exactly one of PrimaryContainer and Containers is wanted");
  }
  SAGESPARK_RETURN_IF_ERROR(request.primary_container ? CheckContainer(*request.primary_container) : CheckContainers(request));
  const sm::DescribeModelResponse model{.model_name = request.model_name,
                                        .primary_container = request.primary_container,
                                        .containers = request.containers,
                                        .inference_execution_config = request.inference_execution_config,
                                        .execution_role_arn = request.execution_role_arn,
                                        .vpc_config = request.vpc_config,
                                        .creation_time = NowOf(context),
                                        .model_arn = ArnOf(context, RecordKind::kModel, request.model_name),
                                        .enable_network_isolation = request.enable_network_isolation.value_or(false)};
  SAGESPARK_ASSIGN_OR_RETURN(const Record record, InsertRecord(records_, context, RecordKind::kModel,
                                                               {.name = request.model_name, .document = ToJson(model)}, request.tags));
  return sm::CreateModelResponse{.model_arn = record.arn};
}

Result<json::Value> ModelHandlers::DescribeModel(const RequestContext& context, const sm::DescribeModelRequest& request) {
  SAGESPARK_ASSIGN_OR_RETURN(const Record record, Find(records_, context, RecordKind::kModel, request.model_name));
  return record.document;
}

Result<sm::ListModelsResponse> ModelHandlers::ListModels(const sm::ListModelsRequest& request) {
  SAGESPARK_ASSIGN_OR_RETURN(const RecordPage page, records_.List(RecordKind::kModel, QueryOf(request, false)));
  sm::ListModelsResponse response{.next_token = TokenOf(page)};
  for (const Record& record : page.records) {
    response.models.push_back({.model_name = record.name, .model_arn = record.arn, .creation_time = record.created});
  }
  return response;
}

Status ModelHandlers::DeleteModel(const RequestContext& context, const sm::DeleteModelRequest& request) {
  SAGESPARK_RETURN_IF_ERROR(Find(records_, context, RecordKind::kModel, request.model_name).status());
  return records_.Delete(RecordKind::kModel, request.model_name);
}

Status ModelHandlers::CheckVariant(const RequestContext& context, const sm::ProductionVariant& variant) {
  SAGESPARK_RETURN_IF_ERROR(CheckVariantSettings(variant));
  return Find(records_, context, RecordKind::kModel, *variant.model_name).status();
}

Result<sm::CreateEndpointConfigResponse> ModelHandlers::CreateEndpointConfig(const RequestContext& context,
                                                                             const sm::CreateEndpointConfigRequest& request) {
  const std::pair<bool, const char*> settings[] = {
      {request.data_capture_config && request.data_capture_config->enable_capture.value_or(true), "DataCaptureConfig"},
      {request.explainer_config.has_value(), "ExplainerConfig"},
      {!request.shadow_production_variants.empty(), "ShadowProductionVariants"},
  };
  for (const auto& [is_asked_for, name] : settings) {
    if (is_asked_for) return NotOffered(name);
  }
  if (request.async_inference_config) SAGESPARK_RETURN_IF_ERROR(CheckAsync(*request.async_inference_config));
  std::set<std::string> names;
  for (const sm::ProductionVariant& variant : request.production_variants) {
    SAGESPARK_RETURN_IF_ERROR(CheckVariant(context, variant));
    if (!names.insert(variant.variant_name).second) return Invalid("Production variant names must be unique: " + variant.variant_name);
  }
  const sm::DescribeEndpointConfigResponse config{
      .endpoint_config_name = request.endpoint_config_name,
      .endpoint_config_arn = ArnOf(context, RecordKind::kEndpointConfig, request.endpoint_config_name),
      .production_variants = request.production_variants,
      .kms_key_id = request.kms_key_id,
      .creation_time = NowOf(context),
      .async_inference_config = request.async_inference_config,
      .execution_role_arn = request.execution_role_arn,
      .vpc_config = request.vpc_config,
      .enable_network_isolation = request.enable_network_isolation};
  SAGESPARK_ASSIGN_OR_RETURN(
      const Record record, InsertRecord(records_, context, RecordKind::kEndpointConfig,
                                        {.name = request.endpoint_config_name, .document = ToJson(config)}, request.tags));
  return sm::CreateEndpointConfigResponse{.endpoint_config_arn = record.arn};
}

Result<json::Value> ModelHandlers::DescribeEndpointConfig(const RequestContext& context,
                                                          const sm::DescribeEndpointConfigRequest& request) {
  SAGESPARK_ASSIGN_OR_RETURN(const Record record, Find(records_, context, RecordKind::kEndpointConfig, request.endpoint_config_name));
  return record.document;
}

Result<sm::ListEndpointConfigsResponse> ModelHandlers::ListEndpointConfigs(const sm::ListEndpointConfigsRequest& request) {
  SAGESPARK_ASSIGN_OR_RETURN(const RecordPage page, records_.List(RecordKind::kEndpointConfig, QueryOf(request, false)));
  sm::ListEndpointConfigsResponse response{.next_token = TokenOf(page)};
  for (const Record& record : page.records) {
    response.endpoint_configs.push_back(
        {.endpoint_config_name = record.name, .endpoint_config_arn = record.arn, .creation_time = record.created});
  }
  return response;
}

Status ModelHandlers::DeleteEndpointConfig(const RequestContext& context, const sm::DeleteEndpointConfigRequest& request) {
  SAGESPARK_RETURN_IF_ERROR(Find(records_, context, RecordKind::kEndpointConfig, request.endpoint_config_name).status());
  return records_.Delete(RecordKind::kEndpointConfig, request.endpoint_config_name);
}

}  // namespace sagespark::server
