// Trains XGBoost through the facade on LibSVM data, once for each training format, and prints a line of JSON for each: the format and
// the vectors of probabilities that its endpoint predicts for the same rows.
//
//   xgboost_probe s3a://bucket/train NUM_FEATURES NUM_CLASSES FORMAT...
#include <cstdio>
#include <exception>
#include <string>

#include "sagespark/base/json/value.h"
#include "sagespark/sagemaker/resource_cleanup.h"
#include "sagespark/sagemaker/sagemaker_model.h"
#include "sagespark/sagemaker/xgboost_sagemaker_estimator.h"
#include "sagespark/sql/data_frame.h"
#include "sagespark/sql/spark_session.h"

namespace {

using namespace sagespark::sagemaker;
using sagespark::sql::DataFrame;
using sagespark::sql::Row;
namespace json = sagespark::json;

json::Array Probabilities(const DataFrame& transformed) {
  json::Array rows;
  for (const Row& row : transformed.select("probabilities").collect()) {
    json::Array numbers;
    for (const double number : row.getAs<sagespark::sql::Vector>(0).ToArray()) numbers.emplace_back(number);
    rows.emplace_back(std::move(numbers));
  }
  return rows;
}

void Probe(const DataFrame& data, int classes, const std::string& format) {
  auto estimator = XGBoostSageMakerEstimator(
      {.sagemakerRole = IAMRole("arn:aws:iam::000000000000:role/test"),
       .trainingInstanceType = "ml.m4.xlarge",
       .endpointInstanceType = "ml.m4.xlarge",
       .responseRowDeserializer = XGBoostCSVVectorRowDeserializer{.predictionColumnName = "probabilities"},
       .trainingSparkDataFormat = format});
  estimator.setObjective("multi:softprob").setNumClasses(classes).setNumRound(6).setMaxDepth(4).setNThread(1);
  const SageMakerModel model = estimator.fit(data);
  const json::Object line = {{"format", format}, {"probabilities", Probabilities(model.transform(data))}};
  std::printf("%s\n", json::Dump(line).c_str());
  SageMakerResourceCleanup(model.sagemakerClient()).deleteResources(model.getCreatedResources());
}

}  // namespace

int main(int argc, char** argv) {
  try {
    auto spark = sagespark::sql::SparkSession::builder().appName("xgboost_probe").master("local[2]").getOrCreate();
    const DataFrame data = spark.read().format("libsvm").option("numFeatures", argv[2]).option("vectorType", "dense").load(argv[1]);
    for (int i = 4; i < argc; ++i) Probe(data, std::stoi(argv[3]), argv[i]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "xgboost_probe: %s\n", error.what());
    return 1;
  }
  return 0;
}
