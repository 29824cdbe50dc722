#pragma once

#include <functional>

#include "sagespark/aws/model/sagemaker.h"
#include "sagespark/server/hosting/endpoints.h"
#include "sagespark/server/records/record_store.h"
#include "sagespark/server/service.h"

namespace sagespark::server {

/// Endpoints: recorded here, hosted by Endpoints.
class EndpointHandlers {
 public:
  EndpointHandlers(RecordStore& records, Endpoints& endpoints) : records_(records), endpoints_(endpoints) {}

  Result<aws::sagemaker::CreateEndpointResponse> Create(const RequestContext& context, const aws::sagemaker::CreateEndpointRequest& request);
  Result<json::Value> Describe(const RequestContext& context, const aws::sagemaker::DescribeEndpointRequest& request);
  Result<aws::sagemaker::ListEndpointsResponse> List(const aws::sagemaker::ListEndpointsRequest& request);
  Result<aws::sagemaker::UpdateEndpointResponse> Update(const RequestContext& context, const aws::sagemaker::UpdateEndpointRequest& request);
  Result<aws::sagemaker::UpdateEndpointWeightsAndCapacitiesResponse> UpdateWeightsAndCapacities(
      const RequestContext& context, const aws::sagemaker::UpdateEndpointWeightsAndCapacitiesRequest& request);
  Status Delete(const RequestContext& context, const aws::sagemaker::DeleteEndpointRequest& request);

 private:
  Result<aws::sagemaker::ProductionVariantSummary> SummaryOf(const RequestContext& context,
                                                             const aws::sagemaker::ProductionVariant& variant);
  /// Marks the endpoint as Updating to what `plan` makes of it as it is. Fails as `plan`, or in AWS's words when it is not in service.
  Result<Record> BeginUpdate(const RequestContext& context, const std::string& name,
                             const std::function<Result<aws::sagemaker::PendingDeploymentSummary>(const aws::sagemaker::DescribeEndpointResponse&)>& plan);

  RecordStore& records_;
  Endpoints& endpoints_;
};

}  // namespace sagespark::server
