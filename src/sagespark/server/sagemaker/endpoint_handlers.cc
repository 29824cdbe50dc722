#include "sagespark/server/sagemaker/endpoint_handlers.h"

#include <algorithm>

#include "sagespark/server/sagemaker/resource.h"

namespace sagespark::server {

namespace sm = aws::sagemaker;

namespace {

Error Invalid(std::string message) { return CodedError(ErrorKind::kInvalidArgument, "ValidationException", std::move(message)); }

std::vector<sm::DeployedImage> ImagesOf(const sm::DescribeModelResponse& model, SystemTime now) {
  std::vector<sm::DeployedImage> images;
  const auto add = [&](const sm::ContainerDefinition& container) {
    images.push_back({.specified_image = container.image, .resolved_image = container.image, .resolution_time = now});
  };
  if (model.primary_container) add(*model.primary_container);
  for (const sm::ContainerDefinition& container : model.containers) add(container);
  return images;
}

sm::PendingProductionVariantSummary PendingOf(const sm::ProductionVariantSummary& variant) {
  return {.variant_name = variant.variant_name,
          .deployed_images = variant.deployed_images,
          .current_weight = variant.current_weight,
          .desired_weight = variant.desired_weight,
          .current_instance_count = variant.current_instance_count,
          .desired_instance_count = variant.desired_instance_count};
}

const sm::ProductionVariantSummary* FindVariant(const sm::DescribeEndpointResponse& endpoint, const std::string& name) {
  const auto& variants = endpoint.production_variants;
  const auto found = std::find_if(variants.begin(), variants.end(), [&](const auto& variant) { return variant.variant_name == name; });
  return found == variants.end() ? nullptr : &*found;
}

/// Whether the request keeps the property of variants that the endpoint has already.
bool Retains(const sm::UpdateEndpointRequest& request, std::string_view property) {
  if (!request.retain_all_variant_properties.value_or(false)) return false;
  const auto& excluded = request.exclude_retained_variant_properties;
  return std::none_of(excluded.begin(), excluded.end(), [&](const auto& one) { return one.variant_property_type == property; });
}

Status CheckInstances(int64_t count) {
  if (count >= 1 && count <= kMostInstances) return Status::Ok();
  return CodedError(ErrorKind::kResourceLimit, "ResourceLimitExceeded",
                    "A production variant runs on 1 to " + std::to_string(kMostInstances) + " instances here: DesiredInstanceCount " +
                        std::to_string(count));
}

}  // namespace

Result<sm::ProductionVariantSummary> EndpointHandlers::SummaryOf(const RequestContext& context, const sm::ProductionVariant& variant) {
  SAGESPARK_ASSIGN_OR_RETURN(const Record record, Find(records_, context, RecordKind::kModel, variant.model_name.value_or("")));
  SAGESPARK_ASSIGN_OR_RETURN(const auto model, aws::FromJson<sm::DescribeModelResponse>(record.document));
  const double weight = variant.initial_variant_weight.value_or(1);
  return sm::ProductionVariantSummary{.variant_name = variant.variant_name,
                                      .deployed_images = ImagesOf(model, NowOf(context)),
                                      .current_weight = weight,
                                      .desired_weight = weight,
                                      .current_instance_count = 0,
                                      .desired_instance_count = variant.initial_instance_count.value_or(1)};
}

Result<sm::CreateEndpointResponse> EndpointHandlers::Create(const RequestContext& context, const sm::CreateEndpointRequest& request) {
  if (request.deployment_config) return NotOffered("DeploymentConfig");
  SAGESPARK_ASSIGN_OR_RETURN(const Record config_record,
                             Find(records_, context, RecordKind::kEndpointConfig, request.endpoint_config_name));
  SAGESPARK_ASSIGN_OR_RETURN(const auto config, aws::FromJson<sm::DescribeEndpointConfigResponse>(config_record.document));
  sm::DescribeEndpointResponse endpoint{.endpoint_name = request.endpoint_name,
                                        .endpoint_arn = ArnOf(context, RecordKind::kEndpoint, request.endpoint_name),
                                        .endpoint_config_name = request.endpoint_config_name,
                                        .endpoint_status = std::string(sm::endpoint_status::kCreating),
                                        .creation_time = NowOf(context),
                                        .last_modified_time = NowOf(context),
                                        .async_inference_config = config.async_inference_config};
  for (const sm::ProductionVariant& variant : config.production_variants) {
    SAGESPARK_ASSIGN_OR_RETURN(sm::ProductionVariantSummary summary, SummaryOf(context, variant));
    endpoint.production_variants.push_back(std::move(summary));
  }
  const Record record{.name = request.endpoint_name, .status = endpoint.endpoint_status, .document = ToJson(endpoint)};
  SAGESPARK_ASSIGN_OR_RETURN(const Record inserted, InsertRecord(records_, context, RecordKind::kEndpoint, record, request.tags));
  endpoints_.Create(inserted.name);
  return sm::CreateEndpointResponse{.endpoint_arn = inserted.arn};
}

Result<json::Value> EndpointHandlers::Describe(const RequestContext& context, const sm::DescribeEndpointRequest& request) {
  SAGESPARK_ASSIGN_OR_RETURN(const Record record, Find(records_, context, RecordKind::kEndpoint, request.endpoint_name));
  return record.document;
}

Result<sm::ListEndpointsResponse> EndpointHandlers::List(const sm::ListEndpointsRequest& request) {
  RecordQuery query = QueryOf(request, /*ascending_by_default=*/false);
  query.status = request.status_equals.value_or("");
  query.modified_after = request.last_modified_time_after;
  query.modified_before = request.last_modified_time_before;
  SAGESPARK_ASSIGN_OR_RETURN(const RecordPage page, records_.List(RecordKind::kEndpoint, query));
  sm::ListEndpointsResponse response{.next_token = TokenOf(page)};
  for (const Record& record : page.records) {
    response.endpoints.push_back({.endpoint_name = record.name,
                                  .endpoint_arn = record.arn,
                                  .creation_time = record.created,
                                  .last_modified_time = record.modified,
                                  .endpoint_status = record.status});
  }
  return response;
}

Result<Record> EndpointHandlers::BeginUpdate(
    const RequestContext& context, const std::string& name,
    const std::function<Result<sm::PendingDeploymentSummary>(const sm::DescribeEndpointResponse&)>& plan) {
  const auto updated = records_.Update(RecordKind::kEndpoint, name, [&](Record& record) -> Status {
    if (record.status != sm::endpoint_status::kInService) {
      return Invalid(record.status == sm::endpoint_status::kFailed ? "Cannot update failed endpoint \"" + record.arn + "\"."
                                                                   : "Cannot update in-progress endpoint \"" + record.arn + "\".");
    }
    SAGESPARK_ASSIGN_OR_RETURN(auto endpoint, aws::FromJson<sm::DescribeEndpointResponse>(record.document));
    SAGESPARK_ASSIGN_OR_RETURN(sm::PendingDeploymentSummary pending, plan(endpoint));
    pending.start_time = NowOf(context);
    endpoint.pending_deployment_summary = std::move(pending);
    endpoint.endpoint_status = sm::endpoint_status::kUpdating;
    endpoint.failure_reason.reset();
    record.modified = NowOf(context);
    endpoint.last_modified_time = record.modified;
    record.status = endpoint.endpoint_status;
    record.document = ToJson(endpoint);
    return Status::Ok();
  });
  if (!updated.ok() && updated.error().kind() == ErrorKind::kNotFound) return CouldNotFind(context, RecordKind::kEndpoint, name);
  return updated;
}

Result<sm::UpdateEndpointResponse> EndpointHandlers::Update(const RequestContext& context, const sm::UpdateEndpointRequest& request) {
  if (request.deployment_config) return NotOffered("DeploymentConfig");
  SAGESPARK_RETURN_IF_ERROR(Find(records_, context, RecordKind::kEndpoint, request.endpoint_name).status());
  SAGESPARK_ASSIGN_OR_RETURN(const Record config_record,
                             Find(records_, context, RecordKind::kEndpointConfig, request.endpoint_config_name));
  SAGESPARK_ASSIGN_OR_RETURN(const auto config, aws::FromJson<sm::DescribeEndpointConfigResponse>(config_record.document));
  std::vector<sm::ProductionVariantSummary> variants;
  for (const sm::ProductionVariant& variant : config.production_variants) {
    SAGESPARK_ASSIGN_OR_RETURN(sm::ProductionVariantSummary summary, SummaryOf(context, variant));
    variants.push_back(std::move(summary));
  }
  const auto plan = [&](const sm::DescribeEndpointResponse& endpoint) -> Result<sm::PendingDeploymentSummary> {
    if (endpoint.async_inference_config.has_value() != config.async_inference_config.has_value()) {
      return Invalid("An endpoint stays with or without AsyncInferenceConfig: \"" + request.endpoint_config_name + "\"");
    }
    sm::PendingDeploymentSummary pending{.endpoint_config_name = request.endpoint_config_name};
    for (const sm::ProductionVariantSummary& variant : variants) {
      pending.production_variants.push_back(PendingOf(variant));
      sm::PendingProductionVariantSummary& planned = pending.production_variants.back();
      const sm::ProductionVariantSummary* old = FindVariant(endpoint, variant.variant_name);
      if (old == nullptr) continue;
      if (Retains(request, sm::variant_property_type::kDesiredWeight)) planned.desired_weight = old->desired_weight;
      if (Retains(request, sm::variant_property_type::kDesiredInstanceCount)) planned.desired_instance_count = old->desired_instance_count;
    }
    return pending;
  };
  SAGESPARK_ASSIGN_OR_RETURN(const Record updating, BeginUpdate(context, request.endpoint_name, plan));
  endpoints_.Update(updating.name);
  return sm::UpdateEndpointResponse{.endpoint_arn = updating.arn};
}

Result<sm::UpdateEndpointWeightsAndCapacitiesResponse> EndpointHandlers::UpdateWeightsAndCapacities(
    const RequestContext& context, const sm::UpdateEndpointWeightsAndCapacitiesRequest& request) {
  const auto plan = [&](const sm::DescribeEndpointResponse& endpoint) -> Result<sm::PendingDeploymentSummary> {
    sm::PendingDeploymentSummary pending{.endpoint_config_name = endpoint.endpoint_config_name.value_or("")};
    for (const auto& variant : endpoint.production_variants) pending.production_variants.push_back(PendingOf(variant));
    for (const sm::DesiredWeightAndCapacity& desired : request.desired_weights_and_capacities) {
      const sm::ProductionVariantSummary* variant = FindVariant(endpoint, desired.variant_name);
      if (variant == nullptr) {
        return Invalid("The variant name(s) \"" + desired.variant_name + "\" is/are not present within endpoint configuration \"" +
                       pending.endpoint_config_name + "\".");
      }
      auto& planned = pending.production_variants[static_cast<size_t>(variant - endpoint.production_variants.data())];
      if (desired.desired_weight) planned.desired_weight = desired.desired_weight;
      if (!desired.desired_instance_count) continue;
      SAGESPARK_RETURN_IF_ERROR(CheckInstances(*desired.desired_instance_count));
      planned.desired_instance_count = desired.desired_instance_count;
    }
    return pending;
  };
  SAGESPARK_ASSIGN_OR_RETURN(const Record updating, BeginUpdate(context, request.endpoint_name, plan));
  endpoints_.Rebalance(updating.name);
  return sm::UpdateEndpointWeightsAndCapacitiesResponse{.endpoint_arn = updating.arn};
}

Status EndpointHandlers::Delete(const RequestContext& context, const sm::DeleteEndpointRequest& request) {
  const Status deleted = endpoints_.Delete(request.endpoint_name);
  if (!deleted.ok() && deleted.error().kind() == ErrorKind::kNotFound) {
    return CouldNotFind(context, RecordKind::kEndpoint, request.endpoint_name);
  }
  return deleted;
}

}  // namespace sagespark::server
