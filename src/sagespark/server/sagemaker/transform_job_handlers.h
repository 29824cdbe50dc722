#pragma once

#include "sagespark/aws/model/sagemaker.h"
#include "sagespark/server/records/record_store.h"
#include "sagespark/server/service.h"
#include "sagespark/server/transform/transform_jobs.h"

namespace sagespark::server {

/// Batch transform jobs: what a request asks for is checked and recorded here, and run by TransformJobs.
class TransformJobHandlers {
 public:
  TransformJobHandlers(RecordStore& records, TransformJobs& jobs, ObjectAccess& objects) : records_(records), jobs_(jobs), objects_(objects) {}

  Result<aws::sagemaker::CreateTransformJobResponse> Create(const RequestContext& context,
                                                            const aws::sagemaker::CreateTransformJobRequest& request);
  Result<json::Value> Describe(const RequestContext& context, const aws::sagemaker::DescribeTransformJobRequest& request);
  Result<aws::sagemaker::ListTransformJobsResponse> List(const aws::sagemaker::ListTransformJobsRequest& request);
  Status Stop(const RequestContext& context, const aws::sagemaker::StopTransformJobRequest& request);

 private:
  RecordStore& records_;
  TransformJobs& jobs_;
  ObjectAccess& objects_;
};

}  // namespace sagespark::server
