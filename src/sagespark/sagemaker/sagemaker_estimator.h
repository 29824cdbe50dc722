#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sagespark/aws/client/client_context.h"
#include "sagespark/aws/client/logs_client.h"
#include "sagespark/aws/client/s3_client.h"
#include "sagespark/aws/client/sagemaker_client.h"
#include "sagespark/aws/client/sagemaker_runtime_client.h"
#include "sagespark/aws/client/sts_client.h"
#include "sagespark/base/cancellation.h"
#include "sagespark/ml/pipeline_stage.h"
#include "sagespark/sagemaker/endpoint_creation_policy.h"
#include "sagespark/sagemaker/iam_role_resource.h"
#include "sagespark/sagemaker/name_policy.h"
#include "sagespark/sagemaker/progress.h"
#include "sagespark/sagemaker/request_options.h"
#include "sagespark/sagemaker/resource_options.h"
#include "sagespark/sagemaker/s3_resource.h"
#include "sagespark/sagemaker/sagemaker_model.h"
#include "sagespark/sagemaker/saved_stages.h"
#include "sagespark/sagemaker/serializers.h"
#include "sagespark/sagemaker/training_channel.h"
#include "sagespark/sql/data_frame.h"

namespace sagespark::sagemaker {

/// The arguments of SageMakerEstimator, under the names and with the defaults of SageMaker Spark. Clients that are not given are
/// made with the environment's settings when the estimator is.
struct SageMakerEstimatorOptions {
  std::string trainingImage;
  std::string modelImage;
  IAMRoleResource sagemakerRole = IAMRoleFromConfig();
  std::string trainingInstanceType;
  int trainingInstanceCount = 1;
  std::string endpointInstanceType;
  int endpointInitialInstanceCount = 1;
  RequestRowSerializer requestRowSerializer;
  ResponseRowDeserializer responseRowDeserializer;
  S3Resource trainingInputS3DataPath = S3AutoCreatePath();
  S3Resource trainingOutputS3DataPath = S3AutoCreatePath();
  int trainingInstanceVolumeSizeInGB = 1024;
  std::optional<std::vector<std::string>> trainingProjectedColumns = {};  ///< All columns without it.
  std::string trainingChannelName = "train";
  std::optional<std::string> trainingContentType = {};
  std::string trainingS3DataDistribution = "ShardedByS3Key";
  std::string trainingSparkDataFormat = "sagemaker";
  std::map<std::string, std::string> trainingSparkDataFormatOptions = {};
  std::string trainingInputMode = "File";
  std::optional<std::string> trainingCompressionCodec = {};  ///< "None" or nothing: data are written without compression.
  int trainingMaxRuntimeInSeconds = 24 * 60 * 60;
  std::optional<std::string> trainingKmsKeyId = {};
  std::map<std::string, std::string> modelEnvironmentVariables = {};
  EndpointCreationPolicy endpointCreationPolicy = EndpointCreationPolicy::CREATE_ON_CONSTRUCT;
  std::shared_ptr<aws::SageMakerClient> sagemakerClient = nullptr;
  std::optional<std::string> region = {};  ///< Before the environment's, for clients made here.
  std::shared_ptr<aws::S3Client> s3Client = nullptr;    ///< Makes the bucket of S3AutoCreatePath.
  std::shared_ptr<aws::StsClient> stsClient = nullptr;  ///< Tells the account for S3AutoCreatePath.
  bool modelPrependInputRowsToTransformationRows = true;
  bool deleteStagingDataAfterTraining = true;
  SharedHandle<NamePolicyFactory> namePolicyFactory = RandomNamePolicyFactory();
  std::optional<std::string> uid = {};
  std::map<std::string, std::string> hyperParameters = {};

  // Beyond SageMaker Spark's.
  std::shared_ptr<aws::SageMakerRuntimeClient> sagemakerRuntimeClient = nullptr;  ///< Calls the models' endpoints.
  std::shared_ptr<aws::LogsClient> logsClient = nullptr;                          ///< Tails the training job's log.
  CancellationToken cancellation = {};          ///< Ends a fit: its training job is stopped, its staging data are deleted.
  ProgressListener progress = PrintProgress();  ///< Status changes and metric lines of a fit; may be null.

  // What users need beyond it.
  /// Further channels by name, for every fit; see also fit(training, validation).
  std::map<std::string, TrainingChannel> additionalChannels = {};
  std::string validationChannelName = "validation";  ///< Where fit(training, validation) puts its second argument.
  /// A fit waits so long for its training job, waiting for instances included, and then stops it; without it, as long as it takes.
  std::optional<int> trainingTimeoutInSeconds = {};
  Tags tags = {};  ///< Of all that a fit creates, beside the tag of its run.
  std::optional<std::string> runId = {};  ///< Marks what a fit creates (`sagespark clean --run ID`); a new one for each fit without it.
  std::optional<VpcConfig> vpcConfig = {};                          ///< Of training job and model.
  std::optional<std::string> trainingVolumeKmsKeyId = {};           ///< trainingKmsKeyId is the model artifact's.
  std::optional<std::string> endpointVolumeKmsKeyId = {};
  bool enableManagedSpotTraining = false;
  std::optional<int> trainingMaxWaitTimeInSeconds = {};  ///< For spot capacity and training together; by default trainingMaxRuntimeInSeconds.
  std::optional<CheckpointConfig> checkpointConfig = {};
  bool enableNetworkIsolation = false;                 ///< Of training job and model.
  bool enableInterContainerTrafficEncryption = false;  ///< Of training jobs on several instances.
  std::map<std::string, std::string> trainingEnvironmentVariables = {};
  RequestOptions requestOptions = {};  ///< Of the models' transform.
};

/// Trains a model by a SageMaker training job on a DataFrame's rows.
class SageMakerEstimator : public ml::Estimator<SageMakerModel> {
 public:
  /// Throws kInvalidArgument when a client has to be made and the environment's settings do not fit.
  explicit SageMakerEstimator(SageMakerEstimatorOptions options);

  /// Writes the rows (of trainingProjectedColumns) to S3 as trainingSparkDataFormat, runs a training job on them and makes a model
  /// of what it left; by the default policy with an endpoint.
  ///
  /// Options, hyperparameters, columns and the requests' shapes are checked before anything is created. Throws when the job fails
  /// (kModelError, with its FailureReason and the last lines of its log) or the endpoint does; the staging data, exactly the
  /// files written, are deleted in any case, unless deleteStagingDataAfterTraining is false.
  SageMakerModel fit(const sql::DataFrame& dataset) const override;
  using Estimator::fit;

  /// The same with the rows of `validation` as the channel validationChannelName, which the algorithm measures its model on. They
  /// have the same columns.
  SageMakerModel fit(const sql::DataFrame& training, const sql::DataFrame& validation) const;

  /// The columns that the model's transform gives.
  data::Schema transformSchema(const data::Schema& schema) const override;

  /// Required parameters, and the columns that the training data need.
  void checkFit(const data::Schema& schema) const override;

  std::shared_ptr<ml::PipelineStage> copyStage(const ml::ParamMap& extra) const override;

  /// The id of the run that fit made last, on this estimator or a copy of it: what `sagespark clean --run ID` takes.
  std::optional<std::string> latestRunId() const;

  /// The training job that fit created last, on this estimator or a copy of it; also when it failed.
  std::optional<std::string> latestTrainingJob() const;

  /// The estimator that was saved in a folder; see ml::LoadStage. Clients are made anew with the environment's settings.
  static SageMakerEstimator load(const std::string& path);

  /// What fit sends: the option hyperParameters, overlaid by the parameters that are set or have defaults, all as texts.
  std::map<std::string, std::string> makeHyperParameters() const;

  const SageMakerEstimatorOptions& options() const { return options_; }
  const std::string& trainingImage() const { return options_.trainingImage; }
  const std::string& modelImage() const { return options_.modelImage; }
  const IAMRoleResource& sagemakerRole() const { return options_.sagemakerRole; }
  const std::string& trainingInstanceType() const { return options_.trainingInstanceType; }
  int trainingInstanceCount() const { return options_.trainingInstanceCount; }
  const std::string& endpointInstanceType() const { return options_.endpointInstanceType; }
  int endpointInitialInstanceCount() const { return options_.endpointInitialInstanceCount; }
  const RequestRowSerializer& requestRowSerializer() const { return options_.requestRowSerializer; }
  const ResponseRowDeserializer& responseRowDeserializer() const { return options_.responseRowDeserializer; }
  const S3Resource& trainingInputS3DataPath() const { return options_.trainingInputS3DataPath; }
  const S3Resource& trainingOutputS3DataPath() const { return options_.trainingOutputS3DataPath; }
  int trainingInstanceVolumeSizeInGB() const { return options_.trainingInstanceVolumeSizeInGB; }
  const std::optional<std::vector<std::string>>& trainingProjectedColumns() const { return options_.trainingProjectedColumns; }
  const std::string& trainingChannelName() const { return options_.trainingChannelName; }
  const std::optional<std::string>& trainingContentType() const { return options_.trainingContentType; }
  const std::string& trainingS3DataDistribution() const { return options_.trainingS3DataDistribution; }
  const std::string& trainingSparkDataFormat() const { return options_.trainingSparkDataFormat; }
  const std::map<std::string, std::string>& trainingSparkDataFormatOptions() const {
    return options_.trainingSparkDataFormatOptions;
  }
  const std::string& trainingInputMode() const { return options_.trainingInputMode; }
  const std::optional<std::string>& trainingCompressionCodec() const { return options_.trainingCompressionCodec; }
  int trainingMaxRuntimeInSeconds() const { return options_.trainingMaxRuntimeInSeconds; }
  const std::optional<std::string>& trainingKmsKeyId() const { return options_.trainingKmsKeyId; }
  const std::map<std::string, std::string>& modelEnvironmentVariables() const { return options_.modelEnvironmentVariables; }
  EndpointCreationPolicy endpointCreationPolicy() const { return options_.endpointCreationPolicy; }
  const std::shared_ptr<aws::SageMakerClient>& sagemakerClient() const { return options_.sagemakerClient; }
  const std::shared_ptr<aws::S3Client>& s3Client() const { return options_.s3Client; }
  const std::shared_ptr<aws::StsClient>& stsClient() const { return options_.stsClient; }
  bool modelPrependInputRowsToTransformationRows() const { return options_.modelPrependInputRowsToTransformationRows; }
  bool deleteStagingDataAfterTraining() const { return options_.deleteStagingDataAfterTraining; }
  const NamePolicyFactory& namePolicyFactory() const { return *options_.namePolicyFactory; }
  const std::map<std::string, std::string>& hyperParameters() const { return options_.hyperParameters; }
  const std::map<std::string, TrainingChannel>& additionalChannels() const { return options_.additionalChannels; }
  const std::string& validationChannelName() const { return options_.validationChannelName; }
  const std::optional<int>& trainingTimeoutInSeconds() const { return options_.trainingTimeoutInSeconds; }
  const Tags& tags() const { return options_.tags; }
  const std::optional<std::string>& runId() const { return options_.runId; }
  const std::optional<VpcConfig>& vpcConfig() const { return options_.vpcConfig; }
  const std::optional<std::string>& trainingVolumeKmsKeyId() const { return options_.trainingVolumeKmsKeyId; }
  const std::optional<std::string>& endpointVolumeKmsKeyId() const { return options_.endpointVolumeKmsKeyId; }
  bool enableManagedSpotTraining() const { return options_.enableManagedSpotTraining; }
  const std::optional<int>& trainingMaxWaitTimeInSeconds() const { return options_.trainingMaxWaitTimeInSeconds; }
  const std::optional<CheckpointConfig>& checkpointConfig() const { return options_.checkpointConfig; }
  bool enableNetworkIsolation() const { return options_.enableNetworkIsolation; }
  bool enableInterContainerTrafficEncryption() const { return options_.enableInterContainerTrafficEncryption; }
  const std::map<std::string, std::string>& trainingEnvironmentVariables() const {
    return options_.trainingEnvironmentVariables;
  }
  const RequestOptions& requestOptions() const { return options_.requestOptions; }

 protected:
  /// The parameters that a fit needs a value for.
  virtual std::vector<const ml::ParamBase*> requiredParams() const { return {}; }

 private:
  struct LatestRun;

  SageMakerModel FitOnChannels(const sql::DataFrame& dataset, const std::map<std::string, TrainingChannel>& channels) const;
  void CheckRequiredParams() const;

  SageMakerEstimatorOptions options_;
  std::shared_ptr<const aws::ClientContext> context_;
  std::shared_ptr<LatestRun> latest_run_;
};

}  // namespace sagespark::sagemaker
