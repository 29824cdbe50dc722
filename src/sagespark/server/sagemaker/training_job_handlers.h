#pragma once

#include "sagespark/aws/model/sagemaker.h"
#include "sagespark/server/jobs/training_jobs.h"
#include "sagespark/server/records/record_store.h"
#include "sagespark/server/service.h"

namespace sagespark::server {

/// Training jobs: what a request asks for is checked and recorded here, and run by TrainingJobs.
class TrainingJobHandlers {
 public:
  TrainingJobHandlers(RecordStore& records, TrainingJobs& jobs, ObjectAccess& objects, const ContainerImages& images)
      : records_(records), jobs_(jobs), objects_(objects), images_(images) {}

  Result<aws::sagemaker::CreateTrainingJobResponse> Create(const RequestContext& context,
                                                           const aws::sagemaker::CreateTrainingJobRequest& request);
  Result<json::Value> Describe(const RequestContext& context, const aws::sagemaker::DescribeTrainingJobRequest& request);
  Result<aws::sagemaker::ListTrainingJobsResponse> List(const aws::sagemaker::ListTrainingJobsRequest& request);
  Status Stop(const RequestContext& context, const aws::sagemaker::StopTrainingJobRequest& request);
  Status Delete(const RequestContext& context, const aws::sagemaker::DeleteTrainingJobRequest& request);

 private:
  Status CheckCanRun(const aws::sagemaker::CreateTrainingJobRequest& request);

  RecordStore& records_;
  TrainingJobs& jobs_;
  ObjectAccess& objects_;
  const ContainerImages& images_;
};

}  // namespace sagespark::server
