// Handwritten digits classified by XGBoost: the notebook "SageMaker PySpark XGBoost MNIST Example" in C++.
//
// It runs against whatever the environment's AWS settings point at: the local cloud (`sagespark data mnist` puts the digits there), or
// AWS, where it costs money.

#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include "digit_grid.h"
#include "notebook.h"
#include "sagespark/sagemaker/xgboost_sagemaker_estimator.h"

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

constexpr int kClasses = 10;

/// One picture a class with the digits that the model takes for it among the first 250 rows.
void DrawPredictions(const DataFrame& transformed) {
  std::array<std::vector<examples::Digit>, kClasses> digits;
  for (const Row& row : transformed.select("features", "prediction").take(250)) {
    digits.at(static_cast<size_t>(row.getDouble(1))).push_back(row.getAs<Vector>(0).ToArray());
  }
  for (size_t label = 0; label < digits.size(); ++label) {
    const std::string path = "out/xgboost_mnist/predicted_" + std::to_string(label) + ".png";
    examples::WriteDigitGrid(path, digits[label]);
    std::printf("Predicted %zu: %3zu digits of the first 250, %s\n", label, digits[label].size(), path.c_str());
  }
}

void PrintError(const DataFrame& transformed) {
  int rows = 0;
  int wrong = 0;
  for (const Row& row : transformed.select("label", "prediction").collect()) {
    ++rows;
    wrong += row.getDouble(0) != row.getDouble(1) ? 1 : 0;
  }
  std::printf("Error on %d test rows: %.4f\n", rows, static_cast<double>(wrong) / rows);
}

void Run(const CancellationToken& interrupted) {
  const auto continue_or_stop = [&] { sagespark::OrThrow(interrupted.Check()); };
  const std::string region = examples::Region();
  SparkSession spark = SparkSession::builder().appName("xgboost_mnist").master("local[*]").getOrCreate();

  PrintHeading("Loading the data");
  const DataFrame trainingData = LoadDigits(spark, region, "train", "dense");
  const DataFrame testData = LoadDigits(spark, region, "test", "dense");
  trainingData.show();
  continue_or_stop();

  PrintHeading("Training with XGBoost and hosting a model");
  auto estimator = XGBoostSageMakerEstimator({.sagemakerRole = IAMRole(examples::Role()),
                                              .trainingInstanceType = "ml.m4.xlarge",
                                              .trainingInstanceCount = 1,
                                              .endpointInstanceType = "ml.m4.xlarge",
                                              .endpointInitialInstanceCount = 1,
                                              .namePolicyFactory = RandomNamePolicyFactory("sparksm-2-"),
                                              .cancellation = interrupted});
  estimator.setEta(0.2);
  estimator.setGamma(4);
  estimator.setMinChildWeight(6);
  estimator.setSilent(0);
  estimator.setObjective("multi:softmax");
  estimator.setNumClasses(kClasses);
  estimator.setNumRound(10);
  CreatedModels models;
  const SageMakerModel& model = models.Add(estimator.fit(trainingData));

  PrintHeading("Inference");
  const DataFrame transformedData = model.transform(testData);
  transformedData.show();
  continue_or_stop();
  DrawPredictions(transformedData);
  PrintError(transformedData);
}

}  // namespace

int main() { return examples::RunNotebook("xgboost_mnist", Run); }
