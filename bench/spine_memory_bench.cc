// One step of a user's program on LibSVM rows of 784 features, against the cloud that the environment names. Prints a line of
// JSON with the process's peak memory. bench/spine_memory.py compares it for few and many rows.
// usage: spine_memory_bench write ROWS S3_FOLDER | fit ROWS | transform ROWS ENDPOINT

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "peak_memory.h"
#include "sagespark/sagemaker/kmeans_sagemaker_estimator.h"
#include "sagespark/sagemaker/sagemaker_model.h"
#include "sagespark/sql/data_frame.h"
#include "sagespark/sql/spark_session.h"

namespace sagespark::bench {
namespace {

using namespace sagespark::sagemaker;

void Write(const sql::DataFrame& rows, const std::string& folder) {
  rows.write().format("sagemaker").mode("overwrite").save(folder);
  std::printf("{\"peak_kib\": %jd}\n", PeakMemoryKib());
}

void Fit(const sql::DataFrame& rows) {
  auto estimator = KMeansSageMakerEstimator({.sagemakerRole = IAMRole("arn:aws:iam::000000000000:role/SageMakerRole"),
                                             .trainingInstanceType = "ml.m4.xlarge",
                                             .trainingInstanceCount = 1,
                                             .endpointInstanceType = "ml.t2.large",
                                             .endpointInitialInstanceCount = 1});
  estimator.setFeatureDim(784);
  estimator.setK(10);
  const SageMakerModel model = estimator.fit(rows);
  std::printf("{\"peak_kib\": %jd, \"endpoint\": \"%s\"}\n", PeakMemoryKib(), model.endpointName().value().c_str());
}

/// Counts the predicted rows without keeping them.
void Transform(const sql::DataFrame& rows, const std::string& endpoint) {
  const SageMakerModel model =
      SageMakerModel::fromEndpoint({.endpointName = endpoint,
                                    .requestRowSerializer = ProtobufRequestRowSerializer(),
                                    .responseRowDeserializer = KMeansProtobufResponseRowDeserializer()});
  const int64_t count = model.transform(rows).count();
  std::printf("{\"peak_kib\": %jd, \"rows\": %jd}\n", PeakMemoryKib(), count);
}

int Main(const std::vector<std::string>& arguments) {
  if (arguments.size() < 2) return 64;
  const std::string& step = arguments[0];
  auto spark = sql::SparkSession::builder().appName("spine_memory").master("local[2]").getOrCreate();
  const sql::DataFrame rows = spark.read().format("libsvm").option("numFeatures", "784").load(arguments[1]);
  if (step == "write" && arguments.size() == 3) {
    Write(rows, arguments[2]);
  } else if (step == "fit" && arguments.size() == 2) {
    Fit(rows);
  } else if (step == "transform" && arguments.size() == 3) {
    Transform(rows, arguments[2]);
  } else {
    return 64;
  }
  return 0;
}

}  // namespace
}  // namespace sagespark::bench

int main(int argc, char** argv) {
  try {
    return sagespark::bench::Main({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "spine_memory_bench: %s\n", error.what());
    return 1;
  }
}
