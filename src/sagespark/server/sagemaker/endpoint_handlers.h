#pragma once

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
  Status Delete(const RequestContext& context, const aws::sagemaker::DeleteEndpointRequest& request);

 private:
  Result<aws::sagemaker::ProductionVariantSummary> SummaryOf(const RequestContext& context,
                                                             const aws::sagemaker::ProductionVariant& variant);

  RecordStore& records_;
  Endpoints& endpoints_;
};

}  // namespace sagespark::server
