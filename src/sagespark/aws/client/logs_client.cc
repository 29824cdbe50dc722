#include "sagespark/aws/client/logs_client.h"

#include "sagespark/aws/client/json_client.h"

namespace sagespark::aws {
namespace {

class Client final : public LogsClient {
 public:
  explicit Client(std::shared_ptr<const ClientContext> context)
      : client_(std::move(context), Service::kLogs, logs::kTargetPrefix) {}

  Result<logs::DescribeLogStreamsResponse> DescribeLogStreams(const logs::DescribeLogStreamsRequest& request,
                                                              const CallOptions& options) override {
    return client_.Call<logs::DescribeLogStreamsResponse>("DescribeLogStreams", request, options);
  }

  Result<logs::GetLogEventsResponse> GetLogEvents(const logs::GetLogEventsRequest& request,
                                                  const CallOptions& options) override {
    return client_.Call<logs::GetLogEventsResponse>("GetLogEvents", request, options);
  }

 private:
  JsonClient client_;
};

}  // namespace

std::shared_ptr<LogsClient> MakeLogsClient(std::shared_ptr<const ClientContext> context) {
  return std::make_shared<Client>(std::move(context));
}

}  // namespace sagespark::aws
