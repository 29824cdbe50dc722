#include "sagespark/staging/runtime_model_endpoint.h"

#include <utility>

namespace sagespark::staging {
namespace {

class RuntimeModelEndpoint final : public ModelEndpoint {
 public:
  RuntimeModelEndpoint(std::shared_ptr<aws::SageMakerRuntimeClient> client, std::string name, const aws::InvokeLimits& limits)
      : client_(std::move(client)), name_(std::move(name)), limits_(limits) {}

  const std::string& name() const override { return name_; }

  Result<std::string> Invoke(std::string body, std::string_view content_type, std::string_view accept,
                             const InvokeOptions& options) override {
    SAGESPARK_ASSIGN_OR_RETURN(auto reply, client_->InvokeEndpoint({.endpoint_name = name_,
                                                                    .body = std::move(body),
                                                                    .content_type = std::string(content_type),
                                                                    .accept = std::string(accept)},
                                                                   limits_,
                                                                   {.cancellation = options.cancellation,
                                                                    .on_throttle = options.on_throttle}));
    return std::move(reply.body);
  }

 private:
  const std::shared_ptr<aws::SageMakerRuntimeClient> client_;
  const std::string name_;
  const aws::InvokeLimits limits_;
};

}  // namespace

std::shared_ptr<ModelEndpoint> MakeRuntimeModelEndpoint(std::shared_ptr<aws::SageMakerRuntimeClient> client, std::string name,
                                                        const aws::InvokeLimits& limits) {
  return std::make_shared<RuntimeModelEndpoint>(std::move(client), std::move(name), limits);
}

}  // namespace sagespark::staging
