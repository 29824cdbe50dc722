#include "sagespark/server/sagemaker/sagemaker_service.h"

#include "sagespark/aws/model/sagemaker_rules.h"

namespace sagespark::server {
namespace {

namespace sm = aws::sagemaker;

json::Value ReplyOf(json::Value reply) { return reply; }
template <typename Response>
json::Value ReplyOf(const Response& response) {
  return ToJson(response);
}

Result<json::Value> ToReply(const Status& status) {
  SAGESPARK_RETURN_IF_ERROR(status);
  return json::Value(json::Object());
}
template <typename Response>
Result<json::Value> ToReply(const Result<Response>& response) {
  SAGESPARK_RETURN_IF_ERROR(response.status());
  return ReplyOf(*response);
}

/// An operation from a handler's method that takes a typed request, with or without the context.
template <typename Handlers, typename Reply, typename Request>
auto Bind(Handlers& handlers, Reply (Handlers::*method)(const RequestContext&, const Request&)) {
  return [&handlers, method](const RequestContext& context, const json::Value& input) -> Result<json::Value> {
    SAGESPARK_ASSIGN_OR_RETURN(const Request request, aws::FromJson<Request>(input));
    return ToReply((handlers.*method)(context, request));
  };
}
template <typename Handlers, typename Reply, typename Request>
auto Bind(Handlers& handlers, Reply (Handlers::*method)(const Request&)) {
  return [&handlers, method](const RequestContext&, const json::Value& input) -> Result<json::Value> {
    SAGESPARK_ASSIGN_OR_RETURN(const Request request, aws::FromJson<Request>(input));
    return ToReply((handlers.*method)(request));
  };
}

}  // namespace

SageMakerService::SageMakerService(RecordStore& records, TrainingJobs& jobs, TransformJobs& transforms, Endpoints& endpoints,
                                   ObjectAccess& objects, const ContainerImages& images)
    : jobs_(records, jobs, objects, images),
      transforms_(records, transforms, objects),
      models_(records, images),
      endpoints_(records, endpoints),
      tags_(records) {
  operations_ = {
      {"CreateTrainingJob", Bind(jobs_, &TrainingJobHandlers::Create)},
      {"DescribeTrainingJob", Bind(jobs_, &TrainingJobHandlers::Describe)},
      {"ListTrainingJobs", Bind(jobs_, &TrainingJobHandlers::List)},
      {"StopTrainingJob", Bind(jobs_, &TrainingJobHandlers::Stop)},
      {"DeleteTrainingJob", Bind(jobs_, &TrainingJobHandlers::Delete)},
      {"CreateTransformJob", Bind(transforms_, &TransformJobHandlers::Create)},
      {"DescribeTransformJob", Bind(transforms_, &TransformJobHandlers::Describe)},
      {"ListTransformJobs", Bind(transforms_, &TransformJobHandlers::List)},
      {"StopTransformJob", Bind(transforms_, &TransformJobHandlers::Stop)},
      {"CreateModel", Bind(models_, &ModelHandlers::CreateModel)},
      {"DescribeModel", Bind(models_, &ModelHandlers::DescribeModel)},
      {"ListModels", Bind(models_, &ModelHandlers::ListModels)},
      {"DeleteModel", Bind(models_, &ModelHandlers::DeleteModel)},
      {"CreateEndpointConfig", Bind(models_, &ModelHandlers::CreateEndpointConfig)},
      {"DescribeEndpointConfig", Bind(models_, &ModelHandlers::DescribeEndpointConfig)},
      {"ListEndpointConfigs", Bind(models_, &ModelHandlers::ListEndpointConfigs)},
      {"DeleteEndpointConfig", Bind(models_, &ModelHandlers::DeleteEndpointConfig)},
      {"CreateEndpoint", Bind(endpoints_, &EndpointHandlers::Create)},
      {"DescribeEndpoint", Bind(endpoints_, &EndpointHandlers::Describe)},
      {"ListEndpoints", Bind(endpoints_, &EndpointHandlers::List)},
      {"UpdateEndpoint", Bind(endpoints_, &EndpointHandlers::Update)},
      {"UpdateEndpointWeightsAndCapacities", Bind(endpoints_, &EndpointHandlers::UpdateWeightsAndCapacities)},
      {"DeleteEndpoint", Bind(endpoints_, &EndpointHandlers::Delete)},
      {"AddTags", Bind(tags_, &TagHandlers::Add)},
      {"ListTags", Bind(tags_, &TagHandlers::List)},
      {"DeleteTags", Bind(tags_, &TagHandlers::Delete)},
  };
}

Result<json::Value> SageMakerService::Handle(const RequestContext& context, std::string_view operation, const json::Value& input) {
  const auto found = operations_.find(operation);
  const aws::OperationRule* rule = aws::FindOperation(sm::OperationRules(), operation);
  if (found == operations_.end() || rule == nullptr) return Unimplemented("Operation is not offered: " + std::string(operation));
  SAGESPARK_RETURN_IF_ERROR(aws::Validate(*rule->input, input));
  return found->second(context, input);
}

Offered SageMakerService::offered() const {
  Offered offered{.service = "sagemaker"};
  for (const auto& [name, operation] : operations_) offered.operations.push_back(name);
  return offered;
}

}  // namespace sagespark::server
