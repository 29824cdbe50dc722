#include "sagespark/aws/client/sagemaker_client.h"

#include "sagespark/aws/client/json_client.h"

namespace sagespark::aws {
namespace {

class Client final : public SageMakerClient {
 public:
  explicit Client(std::shared_ptr<const ClientContext> context)
      : client_(std::move(context), Service::kSageMaker, sagemaker::kTargetPrefix) {}

  Result<sagemaker::CreateTrainingJobResponse> CreateTrainingJob(const sagemaker::CreateTrainingJobRequest& request,
      const CallOptions& options) override {
    return client_.Call<sagemaker::CreateTrainingJobResponse>("CreateTrainingJob", request, options);
  }

  Result<sagemaker::DescribeTrainingJobResponse> DescribeTrainingJob(const sagemaker::DescribeTrainingJobRequest& request,
      const CallOptions& options) override {
    return client_.Call<sagemaker::DescribeTrainingJobResponse>("DescribeTrainingJob", request, options);
  }

  Result<sagemaker::ListTrainingJobsResponse> ListTrainingJobs(const sagemaker::ListTrainingJobsRequest& request,
      const CallOptions& options) override {
    return client_.Call<sagemaker::ListTrainingJobsResponse>("ListTrainingJobs", request, options);
  }

  Status StopTrainingJob(const sagemaker::StopTrainingJobRequest& request, const CallOptions& options) override {
    return client_.Call("StopTrainingJob", ToJson(request), options).status();
  }

  Result<sagemaker::CreateTransformJobResponse> CreateTransformJob(const sagemaker::CreateTransformJobRequest& request,
      const CallOptions& options) override {
    return client_.Call<sagemaker::CreateTransformJobResponse>("CreateTransformJob", request, options);
  }

  Result<sagemaker::DescribeTransformJobResponse> DescribeTransformJob(const sagemaker::DescribeTransformJobRequest& request,
      const CallOptions& options) override {
    return client_.Call<sagemaker::DescribeTransformJobResponse>("DescribeTransformJob", request, options);
  }

  Result<sagemaker::ListTransformJobsResponse> ListTransformJobs(const sagemaker::ListTransformJobsRequest& request,
      const CallOptions& options) override {
    return client_.Call<sagemaker::ListTransformJobsResponse>("ListTransformJobs", request, options);
  }

  Status StopTransformJob(const sagemaker::StopTransformJobRequest& request, const CallOptions& options) override {
    return client_.Call("StopTransformJob", ToJson(request), options).status();
  }

  Result<sagemaker::CreateModelResponse> CreateModel(const sagemaker::CreateModelRequest& request,
      const CallOptions& options) override {
    return client_.Call<sagemaker::CreateModelResponse>("CreateModel", request, options);
  }

  Result<sagemaker::DescribeModelResponse> DescribeModel(const sagemaker::DescribeModelRequest& request,
      const CallOptions& options) override {
    return client_.Call<sagemaker::DescribeModelResponse>("DescribeModel", request, options);
  }

  Result<sagemaker::ListModelsResponse> ListModels(const sagemaker::ListModelsRequest& request,
      const CallOptions& options) override {
    return client_.Call<sagemaker::ListModelsResponse>("ListModels", request, options);
  }

  Status DeleteModel(const sagemaker::DeleteModelRequest& request, const CallOptions& options) override {
    return client_.Call("DeleteModel", ToJson(request), options).status();
  }

  Result<sagemaker::CreateEndpointConfigResponse> CreateEndpointConfig(const sagemaker::CreateEndpointConfigRequest& request,
      const CallOptions& options) override {
    return client_.Call<sagemaker::CreateEndpointConfigResponse>("CreateEndpointConfig", request, options);
  }

  Result<sagemaker::DescribeEndpointConfigResponse> DescribeEndpointConfig(const sagemaker::DescribeEndpointConfigRequest& request,
      const CallOptions& options) override {
    return client_.Call<sagemaker::DescribeEndpointConfigResponse>("DescribeEndpointConfig", request, options);
  }

  Result<sagemaker::ListEndpointConfigsResponse> ListEndpointConfigs(const sagemaker::ListEndpointConfigsRequest& request,
      const CallOptions& options) override {
    return client_.Call<sagemaker::ListEndpointConfigsResponse>("ListEndpointConfigs", request, options);
  }

  Status DeleteEndpointConfig(const sagemaker::DeleteEndpointConfigRequest& request, const CallOptions& options) override {
    return client_.Call("DeleteEndpointConfig", ToJson(request), options).status();
  }

  Result<sagemaker::CreateEndpointResponse> CreateEndpoint(const sagemaker::CreateEndpointRequest& request,
      const CallOptions& options) override {
    return client_.Call<sagemaker::CreateEndpointResponse>("CreateEndpoint", request, options);
  }

  Result<sagemaker::DescribeEndpointResponse> DescribeEndpoint(const sagemaker::DescribeEndpointRequest& request,
      const CallOptions& options) override {
    return client_.Call<sagemaker::DescribeEndpointResponse>("DescribeEndpoint", request, options);
  }

  Result<sagemaker::ListEndpointsResponse> ListEndpoints(const sagemaker::ListEndpointsRequest& request,
      const CallOptions& options) override {
    return client_.Call<sagemaker::ListEndpointsResponse>("ListEndpoints", request, options);
  }

  Status DeleteEndpoint(const sagemaker::DeleteEndpointRequest& request, const CallOptions& options) override {
    return client_.Call("DeleteEndpoint", ToJson(request), options).status();
  }

  Result<sagemaker::ListTagsResponse> ListTags(const sagemaker::ListTagsRequest& request,
      const CallOptions& options) override {
    return client_.Call<sagemaker::ListTagsResponse>("ListTags", request, options);
  }

 private:
  JsonClient client_;
};

}  // namespace

std::shared_ptr<SageMakerClient> MakeSageMakerClient(std::shared_ptr<const ClientContext> context) {
  return std::make_shared<Client>(std::move(context));
}

}  // namespace sagespark::aws
