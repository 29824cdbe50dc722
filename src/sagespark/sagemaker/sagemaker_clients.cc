#include "sagespark/sagemaker/sagemaker_clients.h"

#include "sagespark/base/exception.h"

namespace sagespark::sagemaker {

std::shared_ptr<aws::SageMakerClient> SageMakerClients::createSageMakerClient(const std::string& region) {
  return aws::MakeSageMakerClient(DefaultClientContext(region));
}

std::shared_ptr<aws::S3Client> SageMakerClients::createS3DefaultClient(const std::string& region) {
  return aws::MakeS3Client(DefaultClientContext(region));
}

std::shared_ptr<aws::StsClient> SageMakerClients::createStsDefaultClient(const std::string& region) {
  return aws::MakeStsClient(DefaultClientContext(region));
}

std::shared_ptr<const aws::ClientContext> DefaultClientContext(const std::string& region) {
  aws::ConfigOverrides overrides;
  if (!region.empty()) overrides.region = region;
  return aws::MakeClientContext(OrThrow(aws::LoadClientConfig(overrides)));
}

}  // namespace sagespark::sagemaker
