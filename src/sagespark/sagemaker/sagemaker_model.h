#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "sagespark/aws/client/client_context.h"
#include "sagespark/aws/client/sagemaker_client.h"
#include "sagespark/aws/client/sagemaker_runtime_client.h"
#include "sagespark/base/cancellation.h"
#include "sagespark/ml/pipeline_stage.h"
#include "sagespark/sagemaker/batch_transform.h"
#include "sagespark/sagemaker/created_resources.h"
#include "sagespark/sagemaker/endpoint_creation_policy.h"
#include "sagespark/sagemaker/name_policy.h"
#include "sagespark/sagemaker/progress.h"
#include "sagespark/sagemaker/request_options.h"
#include "sagespark/sagemaker/resource_options.h"
#include "sagespark/sagemaker/s3_resource.h"
#include "sagespark/sagemaker/saved_stages.h"
#include "sagespark/sagemaker/serializers.h"
#include "sagespark/sql/data_frame.h"

namespace sagespark::sagemaker {

struct HostingSpec;

/// The arguments of SageMakerModel, under the names and with the defaults of SageMaker Spark. A client that is not given is made with
/// the environment's settings.
struct SageMakerModelOptions {
  std::optional<std::string> endpointInstanceType = {};
  std::optional<int> endpointInitialInstanceCount = {};
  RequestRowSerializer requestRowSerializer;
  ResponseRowDeserializer responseRowDeserializer;
  std::optional<std::string> existingEndpointName = {};  ///< Goes with DO_NOT_CREATE.
  std::optional<std::string> modelImage = {};
  std::optional<S3DataPath> modelPath = {};
  std::map<std::string, std::string> modelEnvironmentVariables = {};
  std::optional<std::string> modelExecutionRoleARN = {};
  EndpointCreationPolicy endpointCreationPolicy = EndpointCreationPolicy::CREATE_ON_CONSTRUCT;
  std::shared_ptr<aws::SageMakerClient> sagemakerClient = nullptr;
  bool prependResultRows = true;
  SharedHandle<NamePolicy> namePolicy = RandomNamePolicy();
  std::optional<std::string> uid = {};
  std::shared_ptr<aws::SageMakerRuntimeClient> sagemakerRuntimeClient = nullptr;  ///< Calls the endpoint.
  CancellationToken cancellation = {};          ///< Ends waiting for the endpoint; what was created is deleted then.
  ProgressListener progress = PrintProgress();  ///< May be null.

  // Beyond SageMaker Spark's.
  RequestOptions requestOptions = {};
  Tags tags = {};                         ///< Of what the model creates, beside the tag of its run.
  std::optional<std::string> runId = {};  ///< See SageMakerEstimatorOptions; a new one without it.
  std::optional<VpcConfig> vpcConfig = {};
  std::optional<std::string> endpointVolumeKmsKeyId = {};
  bool enableNetworkIsolation = false;
  std::map<std::string, double> trainingMetrics = {};  ///< What trainingMetrics() tells.
};

/// For fromTrainingJob.
struct TrainingJobModelOptions {
  std::string trainingJobName;
  std::string modelImage;
  std::string modelExecutionRoleARN;
  std::string endpointInstanceType;
  int endpointInitialInstanceCount = 1;
  RequestRowSerializer requestRowSerializer;
  ResponseRowDeserializer responseRowDeserializer;
  std::map<std::string, std::string> modelEnvironmentVariables = {};
  EndpointCreationPolicy endpointCreationPolicy = EndpointCreationPolicy::CREATE_ON_CONSTRUCT;
  std::shared_ptr<aws::SageMakerClient> sagemakerClient = nullptr;
  bool prependResultRows = true;
  SharedHandle<NamePolicy> namePolicy = RandomNamePolicy();
  std::optional<std::string> uid = {};
  std::shared_ptr<aws::SageMakerRuntimeClient> sagemakerRuntimeClient = nullptr;
  CancellationToken cancellation = {};
  ProgressListener progress = PrintProgress();
  RequestOptions requestOptions = {};
  Tags tags = {};
  std::optional<std::string> runId = {};
  std::optional<VpcConfig> vpcConfig = {};
  std::optional<std::string> endpointVolumeKmsKeyId = {};
  bool enableNetworkIsolation = false;
};

/// For fromModelS3Path.
struct ModelS3PathOptions {
  std::string modelPath;  ///< "s3://bucket/path/model.tar.gz".
  std::string modelImage;
  std::string modelExecutionRoleARN;
  std::string endpointInstanceType;
  int endpointInitialInstanceCount = 1;
  RequestRowSerializer requestRowSerializer;
  ResponseRowDeserializer responseRowDeserializer;
  std::map<std::string, std::string> modelEnvironmentVariables = {};
  EndpointCreationPolicy endpointCreationPolicy = EndpointCreationPolicy::CREATE_ON_CONSTRUCT;
  std::shared_ptr<aws::SageMakerClient> sagemakerClient = nullptr;
  bool prependResultRows = true;
  SharedHandle<NamePolicy> namePolicy = RandomNamePolicy();
  std::optional<std::string> uid = {};
  std::shared_ptr<aws::SageMakerRuntimeClient> sagemakerRuntimeClient = nullptr;
  CancellationToken cancellation = {};
  ProgressListener progress = PrintProgress();
  RequestOptions requestOptions = {};
  Tags tags = {};
  std::optional<std::string> runId = {};
  std::optional<VpcConfig> vpcConfig = {};
  std::optional<std::string> endpointVolumeKmsKeyId = {};
  bool enableNetworkIsolation = false;
};

/// For fromEndpoint.
struct EndpointModelOptions {
  std::string endpointName;
  RequestRowSerializer requestRowSerializer;
  ResponseRowDeserializer responseRowDeserializer;
  std::map<std::string, std::string> modelEnvironmentVariables = {};
  std::shared_ptr<aws::SageMakerClient> sagemakerClient = nullptr;
  bool prependResultRows = true;
  SharedHandle<NamePolicy> namePolicy = RandomNamePolicy();
  std::optional<std::string> uid = {};
  std::shared_ptr<aws::SageMakerRuntimeClient> sagemakerRuntimeClient = nullptr;
  RequestOptions requestOptions = {};
};

/// Predicts the rows of DataFrames with a SageMaker endpoint, which it creates or finds. Copies share what was created.
class SageMakerModel : public ml::Model {
 public:
  /// Throws kInvalidArgument when the options do not fit each other, before anything is created. With CREATE_ON_CONSTRUCT it
  /// creates the endpoint and waits for it; when that fails it throws, and what was created is deleted.
  explicit SageMakerModel(SageMakerModelOptions options);

  /// A model of a training job that is Completed or Stopped.
  static SageMakerModel fromTrainingJob(const TrainingJobModelOptions& options);

  /// A model of data in S3.
  static SageMakerModel fromModelS3Path(const ModelS3PathOptions& options);

  /// A model of an endpoint that is InService.
  static SageMakerModel fromEndpoint(const EndpointModelOptions& options);

  /// The model that was saved in a folder, with the endpoint that it had created; see ml::LoadStage. Nothing is created, and nobody is
  /// asked whether the endpoint is still there.
  static SageMakerModel load(const std::string& path);

  /// A model that has created `created`, with options as options() gives them.
  static SageMakerModel restore(SageMakerModelOptions options, CreatedResources created);

  /// The existing endpoint, or the one created; none before that.
  std::optional<std::string> endpointName() const;

  /// What this model and its copies created; never an existing endpoint that it was given.
  CreatedResources getCreatedResources() const;

  /// The final metrics of the training job by name ("test:msd"); empty when it had none or the model is of no training job.
  const std::map<std::string, double>& trainingMetrics() const { return options_.trainingMetrics; }

  /// The id of the run whose tag is on what this model creates.
  const std::string& runId() const { return *options_.runId; }

  /// Appends the prediction columns, or with prependResultRows false replaces all columns by them. Lazy, but for the endpoint of
  /// CREATE_ON_TRANSFORM, which is created by the first call. Throws when the columns do not fit or there is no endpoint.
  sql::DataFrame transform(const sql::DataFrame& dataset) const override;

  /// Predicts the rows of `dataset` by a transform job, without an endpoint: stages them in S3 as the model's serializer writes them,
  /// waits for the job, and deletes what it staged. The DataFrame reads the predictions from S3, in row order, with the columns of
  /// transform. The rows of `dataset` are computed again when it is read; when they are other rows than before, that is an error
  /// (kConflict). Throws kModelError with the job's FailureReason when the job fails; nothing is left then.
  ///
  /// The job runs on a model of its own, or on that of the existing endpoint.
  sql::DataFrame batchTransform(const sql::DataFrame& dataset, const BatchTransformOptions& options = {}) const;

  /// The same for objects in S3, all of a prefix; returns the folder of the predictions: each object's name with ".out" behind it.
  S3DataPath batchTransform(const S3DataPath& input, const BatchTransformOptions& options = {}) const;

  /// Throws kSchemaMismatch when the serializer refuses `schema`.
  data::Schema transformSchema(const data::Schema& schema) const override;

  /// The copy uses this model's endpoint and creates none.
  std::shared_ptr<ml::PipelineStage> copyStage(const ml::ParamMap& extra) const override;

  /// Deletes what was created. Says what, and where the model's data are.
  std::string abandon() const override;

  const SageMakerModelOptions& options() const { return options_; }
  const std::optional<std::string>& endpointInstanceType() const { return options_.endpointInstanceType; }
  const std::optional<int>& endpointInitialInstanceCount() const { return options_.endpointInitialInstanceCount; }
  const RequestRowSerializer& requestRowSerializer() const { return options_.requestRowSerializer; }
  const ResponseRowDeserializer& responseRowDeserializer() const { return options_.responseRowDeserializer; }
  const std::optional<std::string>& existingEndpointName() const { return options_.existingEndpointName; }
  const std::optional<std::string>& modelImage() const { return options_.modelImage; }
  const std::optional<S3DataPath>& modelPath() const { return options_.modelPath; }
  const std::map<std::string, std::string>& modelEnvironmentVariables() const { return options_.modelEnvironmentVariables; }
  const std::optional<std::string>& modelExecutionRoleARN() const { return options_.modelExecutionRoleARN; }
  EndpointCreationPolicy endpointCreationPolicy() const { return options_.endpointCreationPolicy; }
  const std::shared_ptr<aws::SageMakerClient>& sagemakerClient() const { return options_.sagemakerClient; }
  bool prependResultRows() const { return options_.prependResultRows; }
  const NamePolicy& namePolicy() const { return *options_.namePolicy; }
  const RequestOptions& requestOptions() const { return options_.requestOptions; }
  const Tags& tags() const { return options_.tags; }
  const std::optional<VpcConfig>& vpcConfig() const { return options_.vpcConfig; }
  const std::optional<std::string>& endpointVolumeKmsKeyId() const { return options_.endpointVolumeKmsKeyId; }
  bool enableNetworkIsolation() const { return options_.enableNetworkIsolation; }

 private:
  struct Hosting;
  class BatchTransform;

  void CheckOptions() const;
  HostingSpec MakeHostingSpec() const;
  void CreateHostingOnce() const;

  SageMakerModelOptions options_;
  std::shared_ptr<const aws::ClientContext> context_;
  std::shared_ptr<Hosting> hosting_;
};

}  // namespace sagespark::sagemaker
