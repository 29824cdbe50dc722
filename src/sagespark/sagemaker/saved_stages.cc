#include "sagespark/sagemaker/saved_stages.h"

#include "sagespark/ml/saved_stage.h"
#include "sagespark/sagemaker/factorization_machines_estimators.h"
#include "sagespark/sagemaker/kmeans_sagemaker_estimator.h"
#include "sagespark/sagemaker/lda_sagemaker_estimator.h"
#include "sagespark/sagemaker/linear_learner_sagemaker_estimator.h"
#include "sagespark/sagemaker/pca_sagemaker_estimator.h"
#include "sagespark/sagemaker/sagemaker_estimator.h"
#include "sagespark/sagemaker/sagemaker_model.h"
#include "sagespark/sagemaker/saved_options.h"
#include "sagespark/sagemaker/xgboost_sagemaker_estimator.h"

namespace sagespark::sagemaker {
namespace {

constexpr char kPackage[] = "com.amazonaws.services.sagemaker.sparksdk.";
constexpr char kOptions[] = "options";
constexpr char kCreated[] = "createdResources";

const json::Object& ExtraObject(const ml::StageMetadata& metadata, const char* name) {
  const auto found = metadata.extra.find(name);
  if (found != metadata.extra.end() && found->second.if_object() != nullptr) return *found->second.if_object();
  throw Exception(CorruptData(std::string("Saved stage has no object ") + name));
}

template <typename Stage>
const Stage& As(const ml::PipelineStage& stage) {
  return dynamic_cast<const Stage&>(stage);
}

ml::StageFormat EstimatorFormat() {
  return {.save =
              [](const ml::PipelineStage& stage, const sql::SparkSession&, ml::StageFiles&, ml::StageMetadata& metadata) {
                metadata.extra[kOptions] = SaveEstimatorOptions(As<SageMakerEstimator>(stage).options());
              },
          .load = [](const ml::StageFolder&, ml::StageMetadata& metadata) -> std::shared_ptr<ml::PipelineStage> {
            SageMakerEstimatorOptions options = LoadEstimatorOptions(ExtraObject(metadata, kOptions));
            options.uid = metadata.uid;
            return std::make_shared<SageMakerEstimator>(std::move(options));
          }};
}

/// For the estimators of Amazon's algorithms, which find their image by themselves.
template <typename Estimator, typename Algorithm>
ml::StageFormat AlgorithmFormat() {
  return {.save =
              [](const ml::PipelineStage& stage, const sql::SparkSession&, ml::StageFiles&, ml::StageMetadata& metadata) {
                metadata.extra[kOptions] = SaveAlgorithmOptions(As<SageMakerEstimator>(stage).options());
              },
          .load = [](const ml::StageFolder&, ml::StageMetadata& metadata) -> std::shared_ptr<ml::PipelineStage> {
            AlgorithmEstimatorOptions<Algorithm> options;
            LoadAlgorithmOptions(ExtraObject(metadata, kOptions), options);
            options.uid = metadata.uid;
            return std::make_shared<Estimator>(std::move(options));
          }};
}

ml::StageFormat ModelFormat() {
  return {.save =
              [](const ml::PipelineStage& stage, const sql::SparkSession&, ml::StageFiles&, ml::StageMetadata& metadata) {
                const auto& model = As<SageMakerModel>(stage);
                metadata.extra[kOptions] = SaveModelOptions(model.options());
                metadata.extra[kCreated] = SaveCreatedResources(model.getCreatedResources());
              },
          .load = [](const ml::StageFolder&, ml::StageMetadata& metadata) -> std::shared_ptr<ml::PipelineStage> {
            SageMakerModelOptions options = LoadModelOptions(ExtraObject(metadata, kOptions));
            options.uid = metadata.uid;
            return std::make_shared<SageMakerModel>(
                SageMakerModel::restore(std::move(options), LoadCreatedResources(ExtraObject(metadata, kCreated))));
          }};
}

template <typename Estimator, typename Algorithm>
void RegisterAlgorithm(const std::string& name) {
  ml::registerStageFormat(typeid(Estimator), kPackage + ("algorithms." + name), AlgorithmFormat<Estimator, Algorithm>());
}

}  // namespace

bool RegisterSageMakerStages() {
  static const bool registered = [] {
    ml::registerStageFormat(typeid(SageMakerEstimator), std::string(kPackage) + "SageMakerEstimator", EstimatorFormat());
    ml::registerStageFormat(typeid(SageMakerModel), std::string(kPackage) + "SageMakerModel", ModelFormat());
    RegisterAlgorithm<FactorizationMachinesBinaryClassifier, FactorizationMachinesBinaryClassifierAlgorithm>("FactorizationMachinesBinaryClassifier");
    RegisterAlgorithm<FactorizationMachinesRegressor, FactorizationMachinesRegressorAlgorithm>("FactorizationMachinesRegressor");
    RegisterAlgorithm<KMeansSageMakerEstimator, KMeansAlgorithm>("KMeansSageMakerEstimator");
    RegisterAlgorithm<LDASageMakerEstimator, LDAAlgorithm>("LDASageMakerEstimator");
    RegisterAlgorithm<LinearLearnerBinaryClassifier, LinearLearnerBinaryClassifierAlgorithm>("LinearLearnerBinaryClassifier");
    RegisterAlgorithm<LinearLearnerMultiClassClassifier, LinearLearnerMultiClassClassifierAlgorithm>("LinearLearnerMultiClassClassifier");
    RegisterAlgorithm<LinearLearnerRegressor, LinearLearnerRegressorAlgorithm>("LinearLearnerRegressor");
    RegisterAlgorithm<PCASageMakerEstimator, PCAAlgorithm>("PCASageMakerEstimator");
    RegisterAlgorithm<XGBoostSageMakerEstimator, XGBoostAlgorithm>("XGBoostSageMakerEstimator");
    return true;
  }();
  return registered;
}

SageMakerEstimator SageMakerEstimator::load(const std::string& path) { return ml::LoadStageAs<SageMakerEstimator>(path); }
SageMakerModel SageMakerModel::load(const std::string& path) { return ml::LoadStageAs<SageMakerModel>(path); }
KMeansSageMakerEstimator KMeansSageMakerEstimator::load(const std::string& path) {
  return ml::LoadStageAs<KMeansSageMakerEstimator>(path);
}
LDASageMakerEstimator LDASageMakerEstimator::load(const std::string& path) { return ml::LoadStageAs<LDASageMakerEstimator>(path); }
PCASageMakerEstimator PCASageMakerEstimator::load(const std::string& path) {
  return ml::LoadStageAs<PCASageMakerEstimator>(path);
}
XGBoostSageMakerEstimator XGBoostSageMakerEstimator::load(const std::string& path) {
  return ml::LoadStageAs<XGBoostSageMakerEstimator>(path);
}

}  // namespace sagespark::sagemaker
