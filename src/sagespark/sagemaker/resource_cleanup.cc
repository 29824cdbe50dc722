#include "sagespark/sagemaker/resource_cleanup.h"

#include "sagespark/base/exception.h"

namespace sagespark::sagemaker {
namespace {

/// AWS answers ValidationException, "Could not find ...", for what does not exist.
bool DoesNotExist(const Error& error) {
  return error.kind() == ErrorKind::kNotFound || error.kind() == ErrorKind::kInvalidArgument;
}

/// Deletes what `describe` finds.
template <typename Describe, typename Delete>
Status DeleteIfFound(const std::string& what, Describe describe, Delete delete_it) {
  if (const auto found = describe(); !found.ok()) {
    if (DoesNotExist(found.error())) return Status::Ok();
    return found.error().WithContext("Cannot delete " + what);
  }
  if (const auto deleted = delete_it(); !deleted.ok() && !DoesNotExist(deleted.error())) {
    return deleted.error().WithContext("Cannot delete " + what);
  }
  return Status::Ok();
}

Status DeleteEndpoint(aws::SageMakerClient& client, const std::string& name) {
  return DeleteIfFound(
      "endpoint \"" + name + "\"", [&] { return client.DescribeEndpoint({.endpoint_name = name}); },
      [&] { return client.DeleteEndpoint({.endpoint_name = name}); });
}

Status DeleteEndpointConfig(aws::SageMakerClient& client, const std::string& name) {
  return DeleteIfFound(
      "endpoint configuration \"" + name + "\"",
      [&] { return client.DescribeEndpointConfig({.endpoint_config_name = name}); },
      [&] { return client.DeleteEndpointConfig({.endpoint_config_name = name}); });
}

Status DeleteModel(aws::SageMakerClient& client, const std::string& name) {
  return DeleteIfFound(
      "model \"" + name + "\"", [&] { return client.DescribeModel({.model_name = name}); },
      [&] { return client.DeleteModel({.model_name = name}); });
}

}  // namespace

Status DeleteResources(aws::SageMakerClient& client, const CreatedResources& resources) {
  if (resources.endpointName) SAGESPARK_RETURN_IF_ERROR(DeleteEndpoint(client, *resources.endpointName));
  if (resources.endpointConfigName) {
    SAGESPARK_RETURN_IF_ERROR(DeleteEndpointConfig(client, *resources.endpointConfigName));
  }
  if (resources.modelName) SAGESPARK_RETURN_IF_ERROR(DeleteModel(client, *resources.modelName));
  return Status::Ok();
}

void SageMakerResourceCleanup::deleteResources(const CreatedResources& resources) const {
  OrThrow(DeleteResources(*client_, resources));
}

void SageMakerResourceCleanup::deleteEndpoint(const std::string& name) const {
  OrThrow(DeleteEndpoint(*client_, name));
}

void SageMakerResourceCleanup::deleteEndpointConfig(const std::string& name) const {
  OrThrow(DeleteEndpointConfig(*client_, name));
}

void SageMakerResourceCleanup::deleteModel(const std::string& name) const { OrThrow(DeleteModel(*client_, name)); }

}  // namespace sagespark::sagemaker
