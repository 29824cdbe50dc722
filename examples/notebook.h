#pragma once

#include <deque>
#include <functional>
#include <string>

#include "sagespark/base/cancellation.h"
#include "sagespark/sagemaker/sagemaker_model.h"
#include "sagespark/sql/data_frame.h"
#include "sagespark/sql/spark_session.h"

namespace examples {

/// What the notebooks on MNIST have in common.

/// An environment variable's value; `otherwise` when it is not set or empty.
std::string FromEnvironment(const char* name, const std::string& otherwise);

/// AWS_REGION or AWS_DEFAULT_REGION, by default us-east-1.
std::string Region();

/// SAGEMAKER_ROLE: the ARN of a role that SageMaker may take on. The local cloud takes any.
std::string Role();

void PrintHeading(const std::string& text);

/// Amazon's sample data in `region`: `part` is "train" or "test", `vectorType` "sparse" or "dense".
sagespark::sql::DataFrame LoadDigits(const sagespark::sql::SparkSession& spark, const std::string& region,
                                     const std::string& part, const std::string& vectorType);

/// Every model made here, so that what they created is deleted however the program ends.
class CreatedModels {
 public:
  const sagespark::sagemaker::SageMakerModel& Add(sagespark::sagemaker::SageMakerModel model) {
    return models_.emplace_back(std::move(model));
  }

  ~CreatedModels();

 private:
  std::deque<sagespark::sagemaker::SageMakerModel> models_;
};

/// The main function: runs `notebook` with a token that SIGINT and SIGTERM cancel. Returns the exit code: 0, 130 when interrupted, or 1
/// with the error on standard error.
int RunNotebook(const std::string& name, const std::function<void(const sagespark::CancellationToken&)>& notebook);

}  // namespace examples
