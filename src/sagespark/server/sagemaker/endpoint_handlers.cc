#include "sagespark/server/sagemaker/endpoint_handlers.h"

#include "sagespark/server/sagemaker/resource.h"

namespace sagespark::server {

namespace sm = aws::sagemaker;

Result<sm::ProductionVariantSummary> EndpointHandlers::SummaryOf(const RequestContext& context, const sm::ProductionVariant& variant) {
  SAGESPARK_ASSIGN_OR_RETURN(const Record record, Find(records_, context, RecordKind::kModel, variant.model_name.value_or("")));
  SAGESPARK_ASSIGN_OR_RETURN(const auto model, aws::FromJson<sm::DescribeModelResponse>(record.document));
  const auto& container = model.primary_container ? *model.primary_container : model.containers.front();
  const double weight = variant.initial_variant_weight.value_or(1);
  return sm::ProductionVariantSummary{
      .variant_name = variant.variant_name,
      .deployed_images = {{.specified_image = container.image, .resolved_image = container.image, .resolution_time = NowOf(context)}},
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
                                        .last_modified_time = NowOf(context)};
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

Status EndpointHandlers::Delete(const RequestContext& context, const sm::DeleteEndpointRequest& request) {
  const Status deleted = endpoints_.Delete(request.endpoint_name);
  if (!deleted.ok() && deleted.error().kind() == ErrorKind::kNotFound) {
    return CouldNotFind(context, RecordKind::kEndpoint, request.endpoint_name);
  }
  return deleted;
}

}  // namespace sagespark::server
