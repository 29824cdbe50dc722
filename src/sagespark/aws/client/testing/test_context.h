#pragma once

// For tests of this folder: a context whose services are one scripted server.

#include "sagespark/aws/client/client_context.h"
#include "sagespark/testing/scripted_server.h"

namespace sagespark::aws {

inline ClientConfig ConfigOf(const std::string& url) {
  ClientConfig config{.region = "us-east-1", .credentials = Credentials{"AKIDEXAMPLE", "secret", ""}};
  for (const auto service : {Service::kS3, Service::kSts, Service::kSageMaker, Service::kSageMakerRuntime, Service::kLogs, Service::kIam,
                             Service::kEcr, Service::kServiceQuotas}) {
    config.endpoints[service] = url;
  }
  return config;
}

/// Waits of retries are those of `clock`, half of their longest.
inline std::shared_ptr<const ClientContext> ContextOf(const ClientConfig& config, const Clock& clock) {
  auto context = std::make_shared<ClientContext>(*MakeClientContext(config));
  context->clock = &clock;
  context->random = [] { return 0.5; };
  return context;
}

inline std::shared_ptr<const ClientContext> ContextOf(const testing_server::ScriptedServer& server, const Clock& clock) {
  return ContextOf(ConfigOf(server.url()), clock);
}

}  // namespace sagespark::aws
