#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "sagespark/server/sagemaker/endpoint_handlers.h"
#include "sagespark/server/sagemaker/model_handlers.h"
#include "sagespark/server/sagemaker/tag_handlers.h"
#include "sagespark/server/sagemaker/training_job_handlers.h"
#include "sagespark/server/sagemaker/transform_job_handlers.h"
#include "sagespark/server/service.h"

namespace sagespark::server {

/// Amazon SageMaker's control plane. Requests are checked against the service's own model before a handler sees them.
class SageMakerService final : public JsonService {
 public:
  /// What is given must outlive the service.
  SageMakerService(RecordStore& records, TrainingJobs& jobs, TransformJobs& transforms, Endpoints& endpoints, ObjectAccess& objects,
                   const ContainerImages& images);

  Result<json::Value> Handle(const RequestContext& context, std::string_view operation, const json::Value& input) override;
  Offered offered() const override;

 private:
  using Operation = std::function<Result<json::Value>(const RequestContext& context, const json::Value& input)>;

  TrainingJobHandlers jobs_;
  TransformJobHandlers transforms_;
  ModelHandlers models_;
  EndpointHandlers endpoints_;
  TagHandlers tags_;
  std::map<std::string, Operation, std::less<>> operations_;
};

}  // namespace sagespark::server
