#pragma once

#include <functional>
#include <memory>

#include "sagespark/aws/client/config.h"
#include "sagespark/aws/client/credentials.h"
#include "sagespark/aws/client/http_client.h"
#include "sagespark/base/clock.h"

namespace sagespark::aws {

/// What the clients of one program share: settings, connections and credentials.
struct ClientContext {
  ClientConfig config;
  std::shared_ptr<HttpClient> http;
  std::shared_ptr<CredentialsProvider> credentials;
  const Clock* clock = &Clock::System();
  std::function<double()> random;  ///< For the retries' waits, in [0, 1); by default seeded by the system.
};

/// Makes what the settings ask for; nothing is sent or looked up yet.
std::shared_ptr<const ClientContext> MakeClientContext(ClientConfig config);

}  // namespace sagespark::aws
