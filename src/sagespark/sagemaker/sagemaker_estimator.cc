#include "sagespark/sagemaker/sagemaker_estimator.h"

#include <mutex>

#include "sagespark/base/exception.h"
#include "sagespark/cleanup/run_tags.h"
#include "sagespark/ml/identifiable.h"
#include "sagespark/sagemaker/sagemaker_clients.h"
#include "sagespark/sagemaker/training_run.h"
#include "sagespark/source/format.h"
#include "sagespark/staging/inference.h"

namespace sagespark::sagemaker {
namespace {

/// Makes the clients that are missing, which share connections and credentials.
std::shared_ptr<const aws::ClientContext> FillClients(SageMakerEstimatorOptions& options) {
  auto context = DefaultClientContext(options.region.value_or(""));
  if (options.sagemakerClient == nullptr) options.sagemakerClient = aws::MakeSageMakerClient(context);
  if (options.s3Client == nullptr) options.s3Client = aws::MakeS3Client(context);
  if (options.stsClient == nullptr) options.stsClient = aws::MakeStsClient(context);
  if (options.sagemakerRuntimeClient == nullptr) options.sagemakerRuntimeClient = aws::MakeSageMakerRuntimeClient(context);
  if (options.logsClient == nullptr) options.logsClient = aws::MakeLogsClient(context);
  return context;
}

}  // namespace

/// What copies of an estimator share.
struct SageMakerEstimator::LatestRun {
  std::mutex mutex;
  std::optional<std::string> training_job;
  std::optional<std::string> run_id;
};

SageMakerEstimator::SageMakerEstimator(SageMakerEstimatorOptions options)
    : Estimator(options.uid ? *options.uid : ml::randomUID("SageMakerEstimator")),
      options_(std::move(options)),
      context_(FillClients(options_)),
      latest_run_(std::make_shared<LatestRun>()) {}

SageMakerModel SageMakerEstimator::fit(const sql::DataFrame& dataset) const {
  return FitOnChannels(dataset, options_.additionalChannels);
}

SageMakerModel SageMakerEstimator::fit(const sql::DataFrame& training, const sql::DataFrame& validation) const {
  auto channels = options_.additionalChannels;
  if (!channels.emplace(options_.validationChannelName, TrainingChannel{.data = validation}).second) {
    throw Exception(InvalidArgument("Channel is among additionalChannels already: \"" + options_.validationChannelName + "\""));
  }
  return FitOnChannels(training, channels);
}

SageMakerModel SageMakerEstimator::FitOnChannels(const sql::DataFrame& dataset,
                                                 const std::map<std::string, TrainingChannel>& channels) const {
  CheckRequiredParams();
  const auto names = options_.namePolicyFactory->createNamePolicy();
  const std::string run_id = options_.runId.value_or(cleanup::MakeRunId());
  {
    std::lock_guard lock(latest_run_->mutex);
    latest_run_->run_id = run_id;
  }
  TrainingRun run({.options = options_,
                   .config = context_->config,
                   .hyper_parameters = makeHyperParameters(),
                   .names = *names,
                   .run_id = run_id,
                   .training_data = dataset,
                   .channels = channels,
                   .on_job_created = [&] {
                     std::lock_guard lock(latest_run_->mutex);
                     latest_run_->training_job = names->trainingJobName();
                   }});
  const TrainedModel trained = OrThrow(run.Run());
  try {
    return SageMakerModel({.endpointInstanceType = options_.endpointInstanceType,
                           .endpointInitialInstanceCount = options_.endpointInitialInstanceCount,
                           .requestRowSerializer = options_.requestRowSerializer,
                           .responseRowDeserializer = options_.responseRowDeserializer,
                           .modelImage = options_.modelImage,
                           .modelPath = trained.artifact,
                           .modelEnvironmentVariables = options_.modelEnvironmentVariables,
                           .modelExecutionRoleARN = trained.role_arn,
                           .endpointCreationPolicy = options_.endpointCreationPolicy,
                           .sagemakerClient = options_.sagemakerClient,
                           .prependResultRows = options_.modelPrependInputRowsToTransformationRows,
                           .namePolicy = names,
                           .uid = uid(),
                           .sagemakerRuntimeClient = options_.sagemakerRuntimeClient,
                           .cancellation = options_.cancellation,
                           .progress = options_.progress,
                           .requestOptions = options_.requestOptions,
                           .tags = options_.tags,
                           .runId = run_id,
                           .vpcConfig = options_.vpcConfig,
                           .endpointVolumeKmsKeyId = options_.endpointVolumeKmsKeyId,
                           .enableNetworkIsolation = options_.enableNetworkIsolation,
                           .trainingMetrics = trained.metrics});
  } catch (const Exception& exception) {
    // The training is not lost: fromModelS3Path takes it from here.
    throw Exception(exception.error().WithContext("Model was trained (" + trained.artifact.toS3UriString() +
                                                  "), but is not hosted"));
  }
}

data::Schema SageMakerEstimator::transformSchema(const data::Schema& schema) const {
  const staging::Inference inference{.endpoint = nullptr,
                                     .serializer = options_.requestRowSerializer.pointer(),
                                     .deserializer = options_.responseRowDeserializer.pointer(),
                                     .options = ToInferenceOptions(options_.requestOptions,
                                                                   options_.modelPrependInputRowsToTransformationRows)};
  return sql::OrThrowAnalysis(staging::PredictedSchema(inference, schema));
}

void SageMakerEstimator::checkFit(const data::Schema& schema) const {
  CheckRequiredParams();
  data::Schema rows = schema;
  if (const auto& columns = options_.trainingProjectedColumns; columns && !columns->empty()) {
    std::vector<data::Field> fields;
    for (const std::string& column : *columns) fields.push_back(schema.fields()[sql::OrThrowAnalysis(schema.IndexOf(column))]);
    rows = data::Schema(std::move(fields));
  }
  const auto& format_options = options_.trainingSparkDataFormatOptions;
  const auto writer = sql::OrThrowAnalysis(
      source::MakeFormatWriter(options_.trainingSparkDataFormat, Options(format_options.begin(), format_options.end())));
  sql::OrThrowAnalysis(writer->CheckSchema(rows));
  transformSchema(schema);
}

std::shared_ptr<ml::PipelineStage> SageMakerEstimator::copyStage(const ml::ParamMap& extra) const {
  auto copy = std::make_shared<SageMakerEstimator>(*this);
  copy->setAll(extra);
  return copy;
}

std::optional<std::string> SageMakerEstimator::latestTrainingJob() const {
  std::lock_guard lock(latest_run_->mutex);
  return latest_run_->training_job;
}

std::optional<std::string> SageMakerEstimator::latestRunId() const {
  std::lock_guard lock(latest_run_->mutex);
  return latest_run_->run_id;
}

std::map<std::string, std::string> SageMakerEstimator::makeHyperParameters() const {
  std::map<std::string, std::string> texts = options_.hyperParameters;
  const ml::ParamMap params = extractParamMap();
  for (const auto& [key, value] : params.values()) texts[key.second] = ml::ToString(value);
  return texts;
}

void SageMakerEstimator::CheckRequiredParams() const {
  std::string missing;
  for (const ml::ParamBase* param : requiredParams()) {
    if (isDefined(*param) || options_.hyperParameters.count(param->name()) > 0) continue;
    missing += (missing.empty() ? "" : ", ") + param->name();
  }
  if (!missing.empty()) throw Exception(InvalidArgument("Required hyperparameters are not set: " + missing));
}

}  // namespace sagespark::sagemaker
