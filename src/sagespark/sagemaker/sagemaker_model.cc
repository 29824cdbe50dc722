#include "sagespark/sagemaker/sagemaker_model.h"

#include <mutex>
#include <utility>

#include "sagespark/base/exception.h"
#include "sagespark/cleanup/run_tags.h"
#include "sagespark/ml/identifiable.h"
#include "sagespark/sagemaker/hosting.h"
#include "sagespark/sagemaker/resource_cleanup.h"
#include "sagespark/sagemaker/sagemaker_clients.h"
#include "sagespark/sagemaker/training_metrics.h"
#include "sagespark/staging/inference.h"
#include "sagespark/staging/runtime_model_endpoint.h"

namespace sagespark::sagemaker {
namespace {

void RequireCreation(EndpointCreationPolicy policy, const char* maker) {
  if (policy != EndpointCreationPolicy::DO_NOT_CREATE) return;
  throw Exception(InvalidArgument(std::string("endpointCreationPolicy must not be DO_NOT_CREATE in ") + maker));
}

std::shared_ptr<aws::SageMakerClient> OrDefault(std::shared_ptr<aws::SageMakerClient> client) {
  return client != nullptr ? std::move(client) : SageMakerClients::createSageMakerClient();
}

/// The members that both kinds of options have and SageMakerModelOptions takes as they are.
template <typename Options>
SageMakerModelOptions HostedModelOptions(const Options& options, S3DataPath model_path,
                                         std::shared_ptr<aws::SageMakerClient> client) {
  return {.endpointInstanceType = options.endpointInstanceType,
          .endpointInitialInstanceCount = options.endpointInitialInstanceCount,
          .requestRowSerializer = options.requestRowSerializer,
          .responseRowDeserializer = options.responseRowDeserializer,
          .modelImage = options.modelImage,
          .modelPath = std::move(model_path),
          .modelEnvironmentVariables = options.modelEnvironmentVariables,
          .modelExecutionRoleARN = options.modelExecutionRoleARN,
          .endpointCreationPolicy = options.endpointCreationPolicy,
          .sagemakerClient = std::move(client),
          .prependResultRows = options.prependResultRows,
          .namePolicy = options.namePolicy,
          .uid = options.uid,
          .sagemakerRuntimeClient = options.sagemakerRuntimeClient,
          .cancellation = options.cancellation,
          .progress = options.progress,
          .requestOptions = options.requestOptions,
          .tags = options.tags,
          .runId = options.runId,
          .vpcConfig = options.vpcConfig,
          .endpointVolumeKmsKeyId = options.endpointVolumeKmsKeyId,
          .enableNetworkIsolation = options.enableNetworkIsolation};
}

}  // namespace

/// What copies of a model share.
struct SageMakerModel::Hosting {
  std::mutex creating;  ///< Held by whoever creates, so that two transforms create one endpoint.
  std::mutex mutex;     ///< Of `created`.
  CreatedResources created;
};

SageMakerModel::SageMakerModel(SageMakerModelOptions options)
    : Transformer(options.uid ? *options.uid : ml::randomUID("SageMakerModel")),
      options_(std::move(options)),
      hosting_(std::make_shared<Hosting>()) {
  if (!options_.runId) options_.runId = cleanup::MakeRunId();
  CheckOptions();
  context_ = DefaultClientContext();
  if (options_.sagemakerClient == nullptr) options_.sagemakerClient = aws::MakeSageMakerClient(context_);
  if (options_.sagemakerRuntimeClient == nullptr) {
    options_.sagemakerRuntimeClient = aws::MakeSageMakerRuntimeClient(context_);
  }
  if (options_.endpointCreationPolicy == EndpointCreationPolicy::CREATE_ON_CONSTRUCT) CreateHostingOnce();
}

SageMakerModel SageMakerModel::fromTrainingJob(const TrainingJobModelOptions& options) {
  RequireCreation(options.endpointCreationPolicy, "fromTrainingJob");
  auto client = OrDefault(options.sagemakerClient);
  const auto job = OrThrow(client->DescribeTrainingJob({.training_job_name = options.trainingJobName}));
  if (job.training_job_status != aws::sagemaker::training_job_status::kCompleted &&
      job.training_job_status != aws::sagemaker::training_job_status::kStopped) {
    throw Exception(Conflict("Training job is neither Completed nor Stopped: \"" + options.trainingJobName + "\" is " +
                             job.training_job_status));
  }
  auto path = S3DataPath::fromS3URI(job.model_artifacts.s3_model_artifacts);
  SageMakerModelOptions model = HostedModelOptions(options, std::move(path), std::move(client));
  model.trainingMetrics = FinalMetrics(job);
  return SageMakerModel(std::move(model));
}

SageMakerModel SageMakerModel::fromModelS3Path(const ModelS3PathOptions& options) {
  RequireCreation(options.endpointCreationPolicy, "fromModelS3Path");
  auto path = S3DataPath::fromS3URI(options.modelPath);
  return SageMakerModel(HostedModelOptions(options, std::move(path), OrDefault(options.sagemakerClient)));
}

SageMakerModel SageMakerModel::fromEndpoint(const EndpointModelOptions& options) {
  auto client = OrDefault(options.sagemakerClient);
  const auto endpoint = OrThrow(client->DescribeEndpoint({.endpoint_name = options.endpointName}));
  if (endpoint.endpoint_status != aws::sagemaker::endpoint_status::kInService) {
    throw Exception(Conflict("Endpoint is not InService: \"" + options.endpointName + "\" is " + endpoint.endpoint_status));
  }
  return SageMakerModel({.requestRowSerializer = options.requestRowSerializer,
                         .responseRowDeserializer = options.responseRowDeserializer,
                         .existingEndpointName = options.endpointName,
                         .modelEnvironmentVariables = options.modelEnvironmentVariables,
                         .endpointCreationPolicy = EndpointCreationPolicy::DO_NOT_CREATE,
                         .sagemakerClient = std::move(client),
                         .prependResultRows = options.prependResultRows,
                         .namePolicy = options.namePolicy,
                         .uid = options.uid,
                         .sagemakerRuntimeClient = options.sagemakerRuntimeClient,
                         .requestOptions = options.requestOptions});
}

SageMakerModel SageMakerModel::restore(SageMakerModelOptions options, CreatedResources created) {
  const EndpointCreationPolicy policy = std::exchange(options.endpointCreationPolicy, EndpointCreationPolicy::DO_NOT_CREATE);
  SageMakerModel model(std::move(options));
  model.options_.endpointCreationPolicy = policy;
  model.CheckOptions();
  model.hosting_->created = std::move(created);
  return model;
}

void SageMakerModel::CheckOptions() const {
  OrThrow(CheckRequestOptions(options_.requestOptions));
  OrThrow(WithRunTag(options_.tags, *options_.runId).status());
  const bool creates = options_.endpointCreationPolicy != EndpointCreationPolicy::DO_NOT_CREATE;
  if (options_.existingEndpointName && creates) {
    throw Exception(InvalidArgument("endpointCreationPolicy must be DO_NOT_CREATE with an existingEndpointName: \"" +
                                    *options_.existingEndpointName + "\""));
  }
  if (!creates) return;
  std::string missing;
  const auto require = [&](bool is_set, const char* name) {
    if (!is_set) missing += (missing.empty() ? "" : ", ") + std::string(name);
  };
  require(options_.modelImage.has_value(), "modelImage");
  require(options_.modelPath.has_value(), "modelPath");
  require(options_.modelExecutionRoleARN.has_value(), "modelExecutionRoleARN");
  require(options_.endpointInstanceType.has_value(), "endpointInstanceType");
  require(options_.endpointInitialInstanceCount.has_value(), "endpointInitialInstanceCount");
  if (!missing.empty()) throw Exception(InvalidArgument("Options that creating an endpoint needs are not set: " + missing));
}

HostingSpec SageMakerModel::MakeHostingSpec() const {
  return {.model_image = *options_.modelImage,
          .model_path = *options_.modelPath,
          .environment = options_.modelEnvironmentVariables,
          .role_arn = *options_.modelExecutionRoleARN,
          .instance_type = *options_.endpointInstanceType,
          .instance_count = *options_.endpointInitialInstanceCount,
          .tags = OrThrow(WithRunTag(options_.tags, *options_.runId)),
          .vpc = options_.vpcConfig,
          .volume_kms_key_id = options_.endpointVolumeKmsKeyId,
          .network_isolation = options_.enableNetworkIsolation};
}

void SageMakerModel::CreateHostingOnce() const {
  std::lock_guard creating(hosting_->creating);
  if (endpointName()) return;
  const HostingContext context{.client = *options_.sagemakerClient,
                               .config = context_->config,
                               .progress = options_.progress,
                               .cancellation = options_.cancellation};
  CreatedResources created = OrThrow(CreateHosting(context, MakeHostingSpec(), *options_.namePolicy));
  std::lock_guard lock(hosting_->mutex);
  hosting_->created = std::move(created);
}

std::optional<std::string> SageMakerModel::endpointName() const {
  if (options_.existingEndpointName) return options_.existingEndpointName;
  std::lock_guard lock(hosting_->mutex);
  return hosting_->created.endpointName;
}

CreatedResources SageMakerModel::getCreatedResources() const {
  std::lock_guard lock(hosting_->mutex);
  return hosting_->created;
}

std::string SageMakerModel::abandon() const {
  std::string told = "stage " + uid() + " was trained";
  if (options_.modelPath) told += ": " + options_.modelPath->toS3UriString();
  const CreatedResources created = getCreatedResources();
  if (created.empty()) return told;
  const std::string endpoint = ", its endpoint " + created.endpointName.value_or("");
  if (const Status deleted = DeleteResources(*options_.sagemakerClient, created); !deleted.ok()) {
    return told + endpoint + " may be left: " + deleted.error().message();
  }
  std::lock_guard lock(hosting_->mutex);
  hosting_->created = {};
  return told + endpoint + " is deleted";
}

sql::DataFrame SageMakerModel::transform(const sql::DataFrame& dataset) const {
  data::Schema schema = transformSchema(dataset.schema());
  if (options_.endpointCreationPolicy == EndpointCreationPolicy::CREATE_ON_TRANSFORM) CreateHostingOnce();
  const std::optional<std::string> endpoint = endpointName();
  if (!endpoint) throw Exception(InvalidArgument("Model has no endpoint to transform with: endpointCreationPolicy is DO_NOT_CREATE"));
  auto inference = std::make_shared<const staging::Inference>(
      staging::Inference{.endpoint = staging::MakeRuntimeModelEndpoint(options_.sagemakerRuntimeClient, *endpoint,
                                                                             ToInvokeLimits(options_.requestOptions)),
                         .serializer = options_.requestRowSerializer.pointer(),
                         .deserializer = options_.responseRowDeserializer.pointer(),
                         .options = ToInferenceOptions(options_.requestOptions, options_.prependResultRows)});
  auto predict = [inference](std::unique_ptr<data::BatchStream> input, const plan::TaskContext& task) {
    return staging::Predict(inference, std::move(input), task.partition, task.cancellation);
  };
  return dataset.mapBatches("SageMakerModel.transform", std::move(schema), std::move(predict));
}

data::Schema SageMakerModel::transformSchema(const data::Schema& schema) const {
  const staging::Inference inference{.endpoint = nullptr,
                                     .serializer = options_.requestRowSerializer.pointer(),
                                     .deserializer = options_.responseRowDeserializer.pointer(),
                                     .options = ToInferenceOptions(options_.requestOptions, options_.prependResultRows)};
  return sql::OrThrowAnalysis(staging::PredictedSchema(inference, schema));
}

std::shared_ptr<ml::PipelineStage> SageMakerModel::copyStage(const ml::ParamMap& extra) const {
  auto copy = std::make_shared<SageMakerModel>(*this);
  copy->setAll(extra);
  return copy;
}

}  // namespace sagespark::sagemaker
