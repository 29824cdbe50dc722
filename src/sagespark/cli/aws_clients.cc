#include "sagespark/cli/aws_clients.h"

#include "sagespark/aws/client/client_context.h"

namespace sagespark::cli {

Result<AwsClients> MakeAwsClients() {
  SAGESPARK_ASSIGN_OR_RETURN(aws::ClientConfig config, aws::LoadClientConfig());
  AwsClients clients{.region = config.region};
  const auto local = config.endpoints.find(aws::Service::kSageMaker);
  if (local != config.endpoints.end()) clients.sagemaker_url = local->second;
  const auto context = aws::MakeClientContext(std::move(config));
  clients.sagemaker = aws::MakeSageMakerClient(context);
  clients.runtime = aws::MakeSageMakerRuntimeClient(context);
  clients.s3 = aws::MakeS3Client(context);
  clients.sts = aws::MakeStsClient(context);
  clients.logs = aws::MakeLogsClient(context);
  return clients;
}

}  // namespace sagespark::cli
