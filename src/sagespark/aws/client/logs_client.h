#pragma once

#include <memory>

#include "sagespark/aws/client/client_context.h"
#include "sagespark/aws/model/logs.h"

namespace sagespark::aws {

/// Of Amazon CloudWatch Logs what tails a training job. Thread-safe. Errors as SageMakerClient's.
class LogsClient {
 public:
  virtual ~LogsClient() = default;

  virtual Result<logs::DescribeLogStreamsResponse> DescribeLogStreams(const logs::DescribeLogStreamsRequest& request,
                                                                      const CallOptions& options = {}) = 0;
  virtual Result<logs::GetLogEventsResponse> GetLogEvents(const logs::GetLogEventsRequest& request,
                                                          const CallOptions& options = {}) = 0;
};

std::shared_ptr<LogsClient> MakeLogsClient(std::shared_ptr<const ClientContext> context);

}  // namespace sagespark::aws
