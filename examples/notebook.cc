#include "notebook.h"

#include <cstdio>
#include <cstdlib>
#include <exception>

#include "sagespark/base/signal_watcher.h"
#include "sagespark/sagemaker/resource_cleanup.h"

namespace examples {

using sagespark::sagemaker::CreatedResources;
using sagespark::sagemaker::SageMakerModel;
using sagespark::sagemaker::SageMakerResourceCleanup;

namespace {

constexpr char kDefaultRole[] = "arn:aws:iam::000000000000:role/SageMakerRole";

void CleanUp(const SageMakerModel& model) {
  const CreatedResources created = model.getCreatedResources();
  if (!created.endpointName) return;
  try {
    SageMakerResourceCleanup(model.sagemakerClient()).deleteResources(created);
    std::printf("deleted endpoint %s, its configuration and its model\n", created.endpointName->c_str());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
  }
}

}  // namespace

std::string FromEnvironment(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : otherwise;
}

std::string Region() { return FromEnvironment("AWS_REGION", FromEnvironment("AWS_DEFAULT_REGION", "us-east-1")); }

std::string Role() { return FromEnvironment("SAGEMAKER_ROLE", kDefaultRole); }

void PrintHeading(const std::string& text) { std::printf("\n== %s\n", text.c_str()); }

sagespark::sql::DataFrame LoadDigits(const sagespark::sql::SparkSession& spark, const std::string& region,
                                     const std::string& part, const std::string& vectorType) {
  return spark.read()
      .format("libsvm")
      .option("numFeatures", "784")
      .option("vectorType", vectorType)
      .load("s3a://sagemaker-sample-data-" + region + "/spark/mnist/" + part + "/");
}

CreatedModels::~CreatedModels() {
  PrintHeading("Clean-up");
  for (const SageMakerModel& model : models_) CleanUp(model);
}

int RunNotebook(const std::string& name, const std::function<void(const sagespark::CancellationToken&)>& notebook) {
  const sagespark::SignalWatcher signals;
  std::setvbuf(stdout, nullptr, _IOLBF, 1 << 16);
  try {
    notebook(signals.token());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", name.c_str(), error.what());
    return signals.token().cancelled() ? 130 : 1;
  }
  return signals.token().cancelled() ? 130 : 0;
}

}  // namespace examples
