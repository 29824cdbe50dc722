#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sagespark/sagemaker/sagemaker_estimator.h"

namespace sagespark::sagemaker {

/// Where an algorithm reads the rows that it measures its model on: "validation", or its constant kValidationChannelName.
template <typename Algorithm>
constexpr const char* ValidationChannelName() {
  if constexpr (requires { Algorithm::kValidationChannelName; }) {
    return Algorithm::kValidationChannelName;
  } else {
    return "validation";
  }
}

/// The arguments of an estimator of one of Amazon's algorithms, as SageMaker Spark has them: those of SageMakerEstimatorOptions
/// but the images and hyperparameters, which `Algorithm` gives, with its defaults:
///   static RequestRowSerializer defaultRequestRowSerializer();
///   static ResponseRowDeserializer defaultResponseRowDeserializer();
///   static constexpr const char* kTrainingSparkDataFormat;
template <typename Algorithm>
struct AlgorithmEstimatorOptions {
  IAMRoleResource sagemakerRole = IAMRoleFromConfig();
  std::string trainingInstanceType;
  int trainingInstanceCount = 1;
  std::string endpointInstanceType;
  int endpointInitialInstanceCount = 1;
  RequestRowSerializer requestRowSerializer = Algorithm::defaultRequestRowSerializer();
  ResponseRowDeserializer responseRowDeserializer = Algorithm::defaultResponseRowDeserializer();
  S3Resource trainingInputS3DataPath = S3AutoCreatePath();
  S3Resource trainingOutputS3DataPath = S3AutoCreatePath();
  int trainingInstanceVolumeSizeInGB = 1024;
  std::optional<std::vector<std::string>> trainingProjectedColumns = {};
  std::string trainingChannelName = "train";
  std::optional<std::string> trainingContentType = {};
  std::string trainingS3DataDistribution = "ShardedByS3Key";
  std::string trainingSparkDataFormat = Algorithm::kTrainingSparkDataFormat;
  std::map<std::string, std::string> trainingSparkDataFormatOptions = {};
  std::string trainingInputMode = "File";
  std::optional<std::string> trainingCompressionCodec = {};
  int trainingMaxRuntimeInSeconds = 24 * 60 * 60;
  std::optional<std::string> trainingKmsKeyId = {};
  std::map<std::string, std::string> modelEnvironmentVariables = {};
  EndpointCreationPolicy endpointCreationPolicy = EndpointCreationPolicy::CREATE_ON_CONSTRUCT;
  std::shared_ptr<aws::SageMakerClient> sagemakerClient = nullptr;
  std::optional<std::string> region = {};  ///< Of the images and of clients made here; by default the environment's.
  std::shared_ptr<aws::S3Client> s3Client = nullptr;
  std::shared_ptr<aws::StsClient> stsClient = nullptr;
  bool modelPrependInputRowsToTransformationRows = true;
  bool deleteStagingDataAfterTraining = true;
  SharedHandle<NamePolicyFactory> namePolicyFactory = RandomNamePolicyFactory();
  std::optional<std::string> uid = {};

  // Beyond SageMaker Spark's; see SageMakerEstimatorOptions.
  std::shared_ptr<aws::SageMakerRuntimeClient> sagemakerRuntimeClient = nullptr;
  std::shared_ptr<aws::LogsClient> logsClient = nullptr;
  CancellationToken cancellation = {};
  ProgressListener progress = PrintProgress();

  std::map<std::string, TrainingChannel> additionalChannels = {};
  std::string validationChannelName = ValidationChannelName<Algorithm>();
  std::optional<int> trainingTimeoutInSeconds = {};
  Tags tags = {};
  std::optional<std::string> runId = {};
  std::optional<VpcConfig> vpcConfig = {};
  std::optional<std::string> trainingVolumeKmsKeyId = {};
  std::optional<std::string> endpointVolumeKmsKeyId = {};
  bool enableManagedSpotTraining = false;
  std::optional<int> trainingMaxWaitTimeInSeconds = {};
  std::optional<CheckpointConfig> checkpointConfig = {};
  bool enableNetworkIsolation = false;
  bool enableInterContainerTrafficEncryption = false;
  std::map<std::string, std::string> trainingEnvironmentVariables = {};
  RequestOptions requestOptions = {};
};

/// The same arguments for SageMakerEstimator, with `image` for training and hosting.
template <typename Algorithm>
SageMakerEstimatorOptions WithImage(AlgorithmEstimatorOptions<Algorithm> options, const std::string& image,
                                    std::string uid) {
  return {.trainingImage = image,
          .modelImage = image,
          .sagemakerRole = std::move(options.sagemakerRole),
          .trainingInstanceType = std::move(options.trainingInstanceType),
          .trainingInstanceCount = options.trainingInstanceCount,
          .endpointInstanceType = std::move(options.endpointInstanceType),
          .endpointInitialInstanceCount = options.endpointInitialInstanceCount,
          .requestRowSerializer = std::move(options.requestRowSerializer),
          .responseRowDeserializer = std::move(options.responseRowDeserializer),
          .trainingInputS3DataPath = std::move(options.trainingInputS3DataPath),
          .trainingOutputS3DataPath = std::move(options.trainingOutputS3DataPath),
          .trainingInstanceVolumeSizeInGB = options.trainingInstanceVolumeSizeInGB,
          .trainingProjectedColumns = std::move(options.trainingProjectedColumns),
          .trainingChannelName = std::move(options.trainingChannelName),
          .trainingContentType = std::move(options.trainingContentType),
          .trainingS3DataDistribution = std::move(options.trainingS3DataDistribution),
          .trainingSparkDataFormat = std::move(options.trainingSparkDataFormat),
          .trainingSparkDataFormatOptions = std::move(options.trainingSparkDataFormatOptions),
          .trainingInputMode = std::move(options.trainingInputMode),
          .trainingCompressionCodec = std::move(options.trainingCompressionCodec),
          .trainingMaxRuntimeInSeconds = options.trainingMaxRuntimeInSeconds,
          .trainingKmsKeyId = std::move(options.trainingKmsKeyId),
          .modelEnvironmentVariables = std::move(options.modelEnvironmentVariables),
          .endpointCreationPolicy = options.endpointCreationPolicy,
          .sagemakerClient = std::move(options.sagemakerClient),
          .region = std::move(options.region),
          .s3Client = std::move(options.s3Client),
          .stsClient = std::move(options.stsClient),
          .modelPrependInputRowsToTransformationRows = options.modelPrependInputRowsToTransformationRows,
          .deleteStagingDataAfterTraining = options.deleteStagingDataAfterTraining,
          .namePolicyFactory = std::move(options.namePolicyFactory),
          .uid = std::move(uid),
          .sagemakerRuntimeClient = std::move(options.sagemakerRuntimeClient),
          .logsClient = std::move(options.logsClient),
          .cancellation = std::move(options.cancellation),
          .progress = std::move(options.progress),
          .additionalChannels = std::move(options.additionalChannels),
          .validationChannelName = std::move(options.validationChannelName),
          .trainingTimeoutInSeconds = options.trainingTimeoutInSeconds,
          .tags = std::move(options.tags),
          .runId = std::move(options.runId),
          .vpcConfig = std::move(options.vpcConfig),
          .trainingVolumeKmsKeyId = std::move(options.trainingVolumeKmsKeyId),
          .endpointVolumeKmsKeyId = std::move(options.endpointVolumeKmsKeyId),
          .enableManagedSpotTraining = options.enableManagedSpotTraining,
          .trainingMaxWaitTimeInSeconds = options.trainingMaxWaitTimeInSeconds,
          .checkpointConfig = std::move(options.checkpointConfig),
          .enableNetworkIsolation = options.enableNetworkIsolation,
          .enableInterContainerTrafficEncryption = options.enableInterContainerTrafficEncryption,
          .trainingEnvironmentVariables = std::move(options.trainingEnvironmentVariables),
          .requestOptions = std::move(options.requestOptions)};
}

}  // namespace sagespark::sagemaker
