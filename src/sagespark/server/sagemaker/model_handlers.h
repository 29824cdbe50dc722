#pragma once

#include "sagespark/aws/model/sagemaker.h"
#include "sagespark/server/jobs/container_images.h"
#include "sagespark/server/records/record_store.h"
#include "sagespark/server/service.h"

namespace sagespark::server {

/// Models and endpoint configurations: records, checked when they are made.
class ModelHandlers {
 public:
  ModelHandlers(RecordStore& records, const ContainerImages& images) : records_(records), images_(images) {}

  Result<aws::sagemaker::CreateModelResponse> CreateModel(const RequestContext& context, const aws::sagemaker::CreateModelRequest& request);
  Result<json::Value> DescribeModel(const RequestContext& context, const aws::sagemaker::DescribeModelRequest& request);
  Result<aws::sagemaker::ListModelsResponse> ListModels(const aws::sagemaker::ListModelsRequest& request);
  Status DeleteModel(const RequestContext& context, const aws::sagemaker::DeleteModelRequest& request);

  Result<aws::sagemaker::CreateEndpointConfigResponse> CreateEndpointConfig(const RequestContext& context,
                                                                            const aws::sagemaker::CreateEndpointConfigRequest& request);
  Result<json::Value> DescribeEndpointConfig(const RequestContext& context,
                                             const aws::sagemaker::DescribeEndpointConfigRequest& request);
  Result<aws::sagemaker::ListEndpointConfigsResponse> ListEndpointConfigs(const aws::sagemaker::ListEndpointConfigsRequest& request);
  Status DeleteEndpointConfig(const RequestContext& context, const aws::sagemaker::DeleteEndpointConfigRequest& request);

 private:
  Status CheckContainer(const aws::sagemaker::ContainerDefinition& container);
  Status CheckContainers(const aws::sagemaker::CreateModelRequest& request);
  Status CheckVariant(const RequestContext& context, const aws::sagemaker::ProductionVariant& variant);

  RecordStore& records_;
  const ContainerImages& images_;
};

}  // namespace sagespark::server
