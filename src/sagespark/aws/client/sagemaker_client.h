#pragma once

#include <memory>

#include "sagespark/aws/client/client_context.h"
#include "sagespark/aws/model/sagemaker.h"

namespace sagespark::aws {

/// Amazon SageMaker's control plane, each method one operation with its own retries. Thread-safe.
///
/// Errors begin with the operation's name and keep the service's code: kNotFound (a job, model, configuration or
/// endpoint that does not exist), kAlreadyExists (a name that is taken; also after a create whose first reply was
/// lost), kInvalidArgument, kResourceLimit, kPermissionDenied, kUnauthenticated, kThrottled, kUnavailable, kTimeout,
/// kCancelled.
class SageMakerClient {
 public:
  virtual ~SageMakerClient() = default;

  virtual Result<sagemaker::CreateTrainingJobResponse> CreateTrainingJob(
      const sagemaker::CreateTrainingJobRequest& request, const CallOptions& options = {}) = 0;
  virtual Result<sagemaker::DescribeTrainingJobResponse> DescribeTrainingJob(
      const sagemaker::DescribeTrainingJobRequest& request, const CallOptions& options = {}) = 0;
  virtual Result<sagemaker::ListTrainingJobsResponse> ListTrainingJobs(
      const sagemaker::ListTrainingJobsRequest& request, const CallOptions& options = {}) = 0;
  virtual Status StopTrainingJob(const sagemaker::StopTrainingJobRequest& request,
                                 const CallOptions& options = {}) = 0;

  virtual Result<sagemaker::CreateTransformJobResponse> CreateTransformJob(
      const sagemaker::CreateTransformJobRequest& request, const CallOptions& options = {}) = 0;
  virtual Result<sagemaker::DescribeTransformJobResponse> DescribeTransformJob(
      const sagemaker::DescribeTransformJobRequest& request, const CallOptions& options = {}) = 0;
  virtual Result<sagemaker::ListTransformJobsResponse> ListTransformJobs(
      const sagemaker::ListTransformJobsRequest& request, const CallOptions& options = {}) = 0;
  virtual Status StopTransformJob(const sagemaker::StopTransformJobRequest& request,
                                  const CallOptions& options = {}) = 0;

  virtual Result<sagemaker::CreateModelResponse> CreateModel(const sagemaker::CreateModelRequest& request,
                                                             const CallOptions& options = {}) = 0;
  virtual Result<sagemaker::DescribeModelResponse> DescribeModel(const sagemaker::DescribeModelRequest& request,
                                                                 const CallOptions& options = {}) = 0;
  virtual Result<sagemaker::ListModelsResponse> ListModels(const sagemaker::ListModelsRequest& request,
                                                           const CallOptions& options = {}) = 0;
  virtual Status DeleteModel(const sagemaker::DeleteModelRequest& request, const CallOptions& options = {}) = 0;

  virtual Result<sagemaker::CreateEndpointConfigResponse> CreateEndpointConfig(
      const sagemaker::CreateEndpointConfigRequest& request, const CallOptions& options = {}) = 0;
  virtual Result<sagemaker::DescribeEndpointConfigResponse> DescribeEndpointConfig(
      const sagemaker::DescribeEndpointConfigRequest& request, const CallOptions& options = {}) = 0;
  virtual Result<sagemaker::ListEndpointConfigsResponse> ListEndpointConfigs(
      const sagemaker::ListEndpointConfigsRequest& request, const CallOptions& options = {}) = 0;
  virtual Status DeleteEndpointConfig(const sagemaker::DeleteEndpointConfigRequest& request,
                                      const CallOptions& options = {}) = 0;

  virtual Result<sagemaker::CreateEndpointResponse> CreateEndpoint(const sagemaker::CreateEndpointRequest& request,
                                                                   const CallOptions& options = {}) = 0;
  virtual Result<sagemaker::DescribeEndpointResponse> DescribeEndpoint(
      const sagemaker::DescribeEndpointRequest& request, const CallOptions& options = {}) = 0;
  virtual Result<sagemaker::ListEndpointsResponse> ListEndpoints(const sagemaker::ListEndpointsRequest& request,
                                                                 const CallOptions& options = {}) = 0;
  virtual Status DeleteEndpoint(const sagemaker::DeleteEndpointRequest& request, const CallOptions& options = {}) = 0;

  /// The tags of what the ARN names, a page at a time.
  virtual Result<sagemaker::ListTagsResponse> ListTags(const sagemaker::ListTagsRequest& request,
                                                       const CallOptions& options = {}) = 0;
};

std::shared_ptr<SageMakerClient> MakeSageMakerClient(std::shared_ptr<const ClientContext> context);

}  // namespace sagespark::aws
