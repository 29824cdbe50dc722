#include "sagespark/sagemaker/hosting.h"

#include "sagespark/aws/model/sagemaker_rules.h"
#include "sagespark/aws/model/validation.h"
#include "sagespark/sagemaker/polling.h"
#include "sagespark/sagemaker/resource_cleanup.h"

namespace sagespark::sagemaker {
namespace {

constexpr auto kEndpointCreationTimeout = std::chrono::minutes(30);

struct HostingRequests {
  aws::sagemaker::CreateModelRequest model;
  aws::sagemaker::CreateEndpointConfigRequest endpoint_config;
  aws::sagemaker::CreateEndpointRequest endpoint;
};

HostingRequests MakeRequests(const HostingSpec& spec, const NamePolicy& names) {
  const auto tags = ToRequest(spec.tags);
  return {
      .model = ModelRequest(spec, names.modelName()),
      .endpoint_config = {.endpoint_config_name = names.endpointConfigName(),
                          .production_variants = {{.variant_name = "AllRequests",
                                                   .model_name = names.modelName(),
                                                   .initial_instance_count = spec.instance_count,
                                                   .instance_type = spec.instance_type}},
                          .tags = tags,
                          .kms_key_id = spec.volume_kms_key_id},
      .endpoint = {.endpoint_name = names.endpointName(), .endpoint_config_name = names.endpointConfigName(), .tags = tags},
  };
}

Status Check(std::string_view operation, const json::Value& request) {
  const aws::OperationRule* rule = aws::FindOperation(aws::sagemaker::OperationRules(), operation);
  const Status status = aws::Validate(*rule->input, request);
  if (!status.ok()) return status.error().WithContext(operation);
  return Status::Ok();
}

Status WaitForEndpoint(const HostingContext& context, const std::string& name, PollSchedule& schedule) {
  const Deadline deadline = Deadline::After(kEndpointCreationTimeout, context.clock);
  int failed_polls = 0;
  while (!deadline.passed(context.clock)) {
    const auto endpoint = context.client.DescribeEndpoint({.endpoint_name = name}, {.cancellation = context.cancellation});
    if (endpoint.ok()) {
      failed_polls = 0;
      const std::string& status = endpoint->endpoint_status;
      if (status == aws::sagemaker::endpoint_status::kInService) return Status::Ok();
      if (status != aws::sagemaker::endpoint_status::kCreating) {
        return Error(ErrorKind::kModelError, "Endpoint did not come up: \"" + name + "\" is " + status + ": " +
                                                 endpoint->failure_reason.value_or("no reason given"));
      }
    } else if (!IsPassing(endpoint.error()) || ++failed_polls == kMostFailedPolls) {
      return endpoint.error();
    }
    SAGESPARK_RETURN_IF_ERROR(schedule.Wait(context.clock, context.cancellation));
  }
  return TimedOut("Endpoint did not come up within 30 minutes: \"" + name + "\"");
}

/// Makes one thing and notes its name, also when it may have been made: a reply can get lost on the way, and then a retry finds
/// what the first attempt made.
template <typename Call>
Status CreateOne(const HostingContext& context, const std::string& name, std::optional<std::string>& created, Call call) {
  bool in_doubt = false;
  const auto reply = call(aws::CallOptions{.cancellation = context.cancellation, .in_doubt = &in_doubt});
  if (reply.ok() || in_doubt) created = name;
  if (reply.ok() || (in_doubt && reply.error().kind() == ErrorKind::kAlreadyExists)) return Status::Ok();
  return reply.error();
}

/// Adds to `created` as it goes.
Status Create(const HostingContext& context, const HostingRequests& requests, CreatedResources& created) {
  auto& client = context.client;
  SAGESPARK_RETURN_IF_ERROR(CreateOne(context, requests.model.model_name, created.modelName,
                                      [&](const auto& options) { return client.CreateModel(requests.model, options); }));
  SAGESPARK_RETURN_IF_ERROR(
      CreateOne(context, requests.endpoint_config.endpoint_config_name, created.endpointConfigName,
                [&](const auto& options) { return client.CreateEndpointConfig(requests.endpoint_config, options); }));
  SAGESPARK_RETURN_IF_ERROR(CreateOne(context, requests.endpoint.endpoint_name, created.endpointName,
                                      [&](const auto& options) { return client.CreateEndpoint(requests.endpoint, options); }));
  if (context.progress) {
    context.progress(StatusLine(context.clock.Now(), "Creating", "endpoint " + requests.endpoint.endpoint_name));
  }
  PollSchedule schedule = PollSchedule::For(context.config);
  SAGESPARK_RETURN_IF_ERROR(WaitForEndpoint(context, requests.endpoint.endpoint_name, schedule));
  if (context.progress) {
    context.progress(StatusLine(context.clock.Now(), "InService",
                                "endpoint " + requests.endpoint.endpoint_name + ", " + WaitedText(schedule)));
  }
  return Status::Ok();
}

}  // namespace

aws::sagemaker::CreateModelRequest ModelRequest(const HostingSpec& spec, const std::string& name) {
  return {.model_name = name,
          .primary_container = aws::sagemaker::ContainerDefinition{.container_hostname = name,
                                                                   .image = spec.model_image,
                                                                   .model_data_url = spec.model_path.toS3UriString(),
                                                                   .environment = spec.environment},
          .execution_role_arn = spec.role_arn,
          .tags = ToRequest(spec.tags),
          .vpc_config = ToRequest(spec.vpc),
          .enable_network_isolation = IfTrue(spec.network_isolation)};
}

Status CheckModel(const HostingSpec& spec, const std::string& name) {
  return Check("CreateModel", ToJson(ModelRequest(spec, name)));
}

Status CheckHosting(const HostingSpec& spec, const NamePolicy& names) {
  const HostingRequests requests = MakeRequests(spec, names);
  SAGESPARK_RETURN_IF_ERROR(Check("CreateModel", ToJson(requests.model)));
  SAGESPARK_RETURN_IF_ERROR(Check("CreateEndpointConfig", ToJson(requests.endpoint_config)));
  return Check("CreateEndpoint", ToJson(requests.endpoint));
}

Result<CreatedResources> CreateHosting(const HostingContext& context, const HostingSpec& spec, const NamePolicy& names) {
  SAGESPARK_RETURN_IF_ERROR(CheckHosting(spec, names));
  CreatedResources created;
  const Status status = Create(context, MakeRequests(spec, names), created);
  if (status.ok()) return created;
  const Status cleaned = DeleteResources(context.client, created);
  const Error& error = status.error();
  if (cleaned.ok()) return error;
  return Error(error.kind(), error.message() + "; and cleaning up failed: " + cleaned.error().message(), error.code());
}

}  // namespace sagespark::sagemaker
