// K-means clustering of handwritten digits: the notebook "SageMaker PySpark K-Means Clustering MNIST Example" in C++.
//
// It runs against whatever the environment's AWS settings point at: the local cloud (make demo does all of it), or AWS, where it
// costs money. SAGEMAKER_ROLE is the ARN of a role that SageMaker may take on; the local cloud takes any.

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include "digit_grid.h"
#include "notebook.h"
#include "sagespark/sagemaker/kmeans_sagemaker_estimator.h"
#include "sagespark/sagemaker/sagemaker_model.h"
#include "sagespark/sql/data_frame.h"
#include "sagespark/sql/spark_session.h"

using namespace sagespark::sagemaker;
using examples::CreatedModels;
using examples::LoadDigits;
using examples::PrintHeading;
using sagespark::CancellationToken;
using sagespark::sql::DataFrame;
using sagespark::sql::Row;
using sagespark::sql::SparkSession;
using sagespark::sql::Vector;

namespace {

constexpr int kClusters = 10;

/// One picture a cluster with its digits among the first 250 rows.
void DrawClusters(const DataFrame& transformed) {
  std::array<std::vector<examples::Digit>, kClusters> digits;
  for (const Row& row : transformed.select("features", "closest_cluster").take(250)) {
    const auto cluster = static_cast<size_t>(row.getDouble(1));
    digits.at(cluster).push_back(row.getAs<Vector>(0).ToArray());
  }
  for (size_t cluster = 0; cluster < digits.size(); ++cluster) {
    const char letter = static_cast<char>('A' + cluster);
    const std::string path = std::string("out/kmeans_mnist/cluster_") + letter + ".png";
    examples::WriteDigitGrid(path, digits[cluster]);
    std::printf("Cluster %c: %3zu digits of the first 250, %s\n", letter, digits[cluster].size(), path.c_str());
  }
}

/// The part of the rows whose label is their cluster's most frequent one.
void PrintPurity(const DataFrame& transformed) {
  std::array<std::array<int, 10>, kClusters> counts{};
  int rows = 0;
  for (const Row& row : transformed.select("label", "closest_cluster").collect()) {
    ++counts.at(static_cast<size_t>(row.getDouble(1))).at(static_cast<size_t>(row.getDouble(0)));
    ++rows;
  }
  int majority = 0;
  for (const auto& labels : counts) majority += *std::max_element(labels.begin(), labels.end());
  std::printf("Purity of the clusters on %d test rows: %.4f\n", rows, static_cast<double>(majority) / rows);
}

void Run(const CancellationToken& interrupted) {
  const auto continue_or_stop = [&] { sagespark::OrThrow(interrupted.Check()); };
  const std::string region = examples::Region();
  SparkSession spark = SparkSession::builder().appName("kmeans_mnist").master("local[*]").getOrCreate();

  PrintHeading("Loading the data");
  const DataFrame trainingData = LoadDigits(spark, region, "train", "sparse");
  const DataFrame testData = LoadDigits(spark, region, "test", "sparse");
  trainingData.show();
  continue_or_stop();

  PrintHeading("Training with k-means and hosting a model");
  auto estimator = KMeansSageMakerEstimator({.sagemakerRole = IAMRole(examples::Role()),
                                             .trainingInstanceType = "ml.m4.xlarge",
                                             .trainingInstanceCount = 1,
                                             .endpointInstanceType = "ml.t2.large",
                                             .endpointInitialInstanceCount = 1,
                                             .namePolicyFactory = RandomNamePolicyFactory("sparksm-1a-"),
                                             .cancellation = interrupted});
  estimator.setFeatureDim(784);
  estimator.setK(kClusters);
  CreatedModels models;
  const SageMakerModel& initialModel = models.Add(estimator.fit(trainingData));
  const std::string initialModelEndpointName = initialModel.endpointName().value();
  std::printf("%s\n", initialModelEndpointName.c_str());

  PrintHeading("Inference");
  const DataFrame transformedData = initialModel.transform(testData);
  transformedData.show();
  continue_or_stop();
  DrawClusters(transformedData);
  PrintPurity(transformedData);
  continue_or_stop();

  PrintHeading("Re-using the endpoint");
  const SageMakerModel attachedModel({.requestRowSerializer = ProtobufRequestRowSerializer{.featuresColumnName = "features"},
                                      .responseRowDeserializer =
                                          KMeansProtobufResponseRowDeserializer{
                                              .distanceToClusterColumnName = "distance_to_cluster",
                                              .closestClusterColumnName = "closest_cluster"},
                                      .existingEndpointName = initialModelEndpointName,
                                      .endpointCreationPolicy = EndpointCreationPolicy::DO_NOT_CREATE});
  attachedModel.transform(testData).show();
  continue_or_stop();

  PrintHeading("Creating a model and an endpoint from model data in S3");
  const S3DataPath modelS3Path = initialModel.modelPath().value();
  std::printf("%s\n", modelS3Path.toS3UriString().c_str());
  const SageMakerModel& retrievedModel =
      models.Add(SageMakerModel({.endpointInstanceType = "ml.t2.medium",
                                 .endpointInitialInstanceCount = 1,
                                 .requestRowSerializer = ProtobufRequestRowSerializer(),
                                 .responseRowDeserializer = KMeansProtobufResponseRowDeserializer(),
                                 .modelImage = initialModel.modelImage(),
                                 .modelPath = modelS3Path,
                                 .modelExecutionRoleARN = initialModel.modelExecutionRoleARN(),
                                 .endpointCreationPolicy = EndpointCreationPolicy::CREATE_ON_TRANSFORM,
                                 .namePolicy = RandomNamePolicy("sparksm-1b-"),
                                 .cancellation = interrupted}));
  retrievedModel.transform(testData).show();
  continue_or_stop();

  PrintHeading("Creating a model and an endpoint from a training job");
  const std::string trainingJobName = estimator.latestTrainingJob().value();
  std::printf("%s\n", trainingJobName.c_str());
  const SageMakerModel& modelFromJob =
      models.Add(SageMakerModel::fromTrainingJob({.trainingJobName = trainingJobName,
                                                  .modelImage = initialModel.modelImage().value(),
                                                  .modelExecutionRoleARN = initialModel.modelExecutionRoleARN().value(),
                                                  .endpointInstanceType = "ml.t2.medium",
                                                  .endpointInitialInstanceCount = 1,
                                                  .requestRowSerializer = ProtobufRequestRowSerializer(),
                                                  .responseRowDeserializer = KMeansProtobufResponseRowDeserializer(),
                                                  .endpointCreationPolicy = EndpointCreationPolicy::CREATE_ON_TRANSFORM,
                                                  .namePolicy = RandomNamePolicy("sparksm-1c-"),
                                                  .cancellation = interrupted}));
  modelFromJob.transform(testData).show();
}

}  // namespace

int main() { return examples::RunNotebook("kmeans_mnist", Run); }
