#include "sagespark/sagemaker/sagemaker_estimator.h"

#include <mutex>

#include "sagespark/base/exception.h"
#include "sagespark/ml/identifiable.h"
#include "sagespark/sagemaker/sagemaker_clients.h"
#include "sagespark/sagemaker/training_run.h"
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
struct SageMakerEstimator::LatestTrainingJob {
  std::mutex mutex;
  std::optional<std::string> name;
};

SageMakerEstimator::SageMakerEstimator(SageMakerEstimatorOptions options)
    : Estimator(options.uid ? *options.uid : ml::randomUID("SageMakerEstimator")),
      options_(std::move(options)),
      context_(FillClients(options_)),
      latest_training_job_(std::make_shared<LatestTrainingJob>()) {}

SageMakerModel SageMakerEstimator::fit(const sql::DataFrame& dataset) const {
  CheckRequiredParams();
  const auto& columns = options_.trainingProjectedColumns;
  const auto names = options_.namePolicyFactory->createNamePolicy();
  TrainingRun run({.options = options_,
                   .config = context_->config,
                   .hyper_parameters = makeHyperParameters(),
                   .names = *names,
                   .training_data = columns && !columns->empty() ? dataset.select(*columns) : dataset,
                   .on_job_created = [&] {
                     std::lock_guard lock(latest_training_job_->mutex);
                     latest_training_job_->name = names->trainingJobName();
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
                           .progress = options_.progress});
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
                                     .options = {.prepend_rows = options_.modelPrependInputRowsToTransformationRows}};
  return sql::OrThrowAnalysis(staging::PredictedSchema(inference, schema));
}

std::shared_ptr<ml::PipelineStage> SageMakerEstimator::copyStage(const ml::ParamMap& extra) const {
  auto copy = std::make_shared<SageMakerEstimator>(*this);
  copy->setAll(extra);
  return copy;
}

std::optional<std::string> SageMakerEstimator::latestTrainingJob() const {
  std::lock_guard lock(latest_training_job_->mutex);
  return latest_training_job_->name;
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
