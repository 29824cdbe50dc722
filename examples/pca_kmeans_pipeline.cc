// Pipelines of native and SageMaker stages: the two pipeline examples of "SageMaker Spark" in C++, and what is saved of them.
//
// It runs against whatever the environment's AWS settings point at: the local cloud (tools/demo pca_kmeans_pipeline does all of it),
// or AWS, where it costs money. SAGEMAKER_ROLE is the ARN of a role that SageMaker may take on; the local cloud takes any.

#include <cstdio>
#include <memory>
#include <string>

#include "notebook.h"
#include "sagespark/ml/pca.h"
#include "sagespark/ml/pipeline.h"
#include "sagespark/sagemaker/kmeans_sagemaker_estimator.h"
#include "sagespark/sagemaker/pca_sagemaker_estimator.h"
#include "sagespark/sagemaker/sagemaker_model.h"
#include "sagespark/sql/data_frame.h"
#include "sagespark/sql/spark_session.h"

using namespace examples;
using namespace sagespark::ml;
using namespace sagespark::sagemaker;
using sagespark::CancellationToken;
using sagespark::sql::DataFrame;
using sagespark::sql::SparkSession;

namespace {

/// Notes the SageMaker models among a pipeline's stages, for the clean-up.
void Note(const PipelineModel& pipelineModel, CreatedModels& models) {
  for (const auto& stage : pipelineModel.stages()) {
    if (const auto* model = dynamic_cast<const SageMakerModel*>(stage.get())) models.Add(*model);
  }
}

void Run(const CancellationToken& interrupted) {
  const auto continue_or_stop = [&] { sagespark::OrThrow(interrupted.Check()); };
  const std::string role = Role();
  SparkSession spark = SparkSession::builder().appName("pca_kmeans_pipeline").master("local[*]").getOrCreate();
  const DataFrame trainingData = LoadDigits(spark, Region(), "train", "sparse");
  CreatedModels models;

  PrintHeading("Spark's PCA here, k-means on SageMaker");
  const auto pcaEstimator = PCA()
      .setInputCol("features")
      .setOutputCol("projectedFeatures")
      .setK(50);

  const auto kMeansSageMakerEstimator = KMeansSageMakerEstimator({
      .sagemakerRole = IAMRole(role),
      .trainingInstanceType = "ml.p2.xlarge",
      .trainingInstanceCount = 1,
      .endpointInstanceType = "ml.c4.xlarge",
      .endpointInitialInstanceCount = 1,
      .requestRowSerializer = ProtobufRequestRowSerializer{.featuresColumnName = "projectedFeatures"},
      .trainingSparkDataFormatOptions = {{"featuresColumnName", "projectedFeatures"}},
      .namePolicyFactory = RandomNamePolicyFactory("sparksm-2a-"),
      .cancellation = interrupted})
      .setK(10).setFeatureDim(50);

  const auto pipeline = Pipeline().setStages({pcaEstimator, kMeansSageMakerEstimator});
  const PipelineModel pipelineModel = pipeline.fit(trainingData);
  Note(pipelineModel, models);
  const DataFrame transformedData = pipelineModel.transform(trainingData);
  transformedData.show();
  continue_or_stop();

  PrintHeading("Saving the pipeline's model and loading it");
  const auto& kMeansModel = dynamic_cast<const SageMakerModel&>(*pipelineModel.stages().back());
  const std::string path = "s3a://" + kMeansModel.modelPath().value().bucket + "/pipelines/pca_kmeans";
  pipelineModel.write().overwrite().save(path);
  std::printf("%s\n", path.c_str());
  PipelineModel::load(path).transform(trainingData).show();
  continue_or_stop();

  PrintHeading("PCA and k-means on SageMaker");
  // A dataset with 50 dimensions: the projections from above.
  const DataFrame dataset = transformedData.select("label", "projectedFeatures").withColumnRenamed("projectedFeatures", "features");
  const std::string trainingBucket = kMeansModel.modelPath().value().bucket;

  const auto pcaSageMakerEstimator = PCASageMakerEstimator({
      .sagemakerRole = IAMRole(role),
      .trainingInstanceType = "ml.p2.xlarge",
      .trainingInstanceCount = 1,
      .endpointInstanceType = "ml.c4.xlarge",
      .endpointInitialInstanceCount = 1,
      .responseRowDeserializer = PCAProtobufResponseRowDeserializer{.projectionColumnName = "projectionDim20"},
      .trainingInputS3DataPath = S3DataPath(trainingBucket, "pca_kmeans/input"),
      .trainingOutputS3DataPath = S3DataPath(trainingBucket, "pca_kmeans/output"),
      .endpointCreationPolicy = EndpointCreationPolicy::CREATE_ON_TRANSFORM,
      .namePolicyFactory = RandomNamePolicyFactory("sparksm-2b-"),
      .cancellation = interrupted})
      .setNumComponents(20).setFeatureDim(50);

  const auto kMeansEstimator = KMeansSageMakerEstimator({
      .sagemakerRole = IAMRole(role),
      .trainingInstanceType = "ml.p2.xlarge",
      .trainingInstanceCount = 1,
      .endpointInstanceType = "ml.c4.xlarge",
      .endpointInitialInstanceCount = 1,
      .requestRowSerializer = ProtobufRequestRowSerializer{.featuresColumnName = "projectionDim20"},
      .responseRowDeserializer = KMeansProtobufResponseRowDeserializer(),
      .trainingInputS3DataPath = S3DataPath(trainingBucket, "pca_kmeans/input"),
      .trainingOutputS3DataPath = S3DataPath(trainingBucket, "pca_kmeans/output"),
      .trainingSparkDataFormatOptions = {{"featuresColumnName", "projectionDim20"}},
      .endpointCreationPolicy = EndpointCreationPolicy::CREATE_ON_TRANSFORM,
      .namePolicyFactory = RandomNamePolicyFactory("sparksm-2c-"),
      .cancellation = interrupted})
      .setK(10).setFeatureDim(20);

  const PipelineModel model = Pipeline().setStages({pcaSageMakerEstimator, kMeansEstimator}).fit(dataset);
  Note(model, models);
  // For expediency, transforming the training dataset:
  model.transform(dataset).show();
}

}  // namespace

int main() { return RunNotebook("pca_kmeans_pipeline", Run); }
