#pragma once

#include <memory>
#include <string>

#include "sagespark/aws/client/client_context.h"

namespace sagespark::aws {

/// Whose credentials these are.
struct CallerIdentity {
  std::string account;  ///< Twelve digits.
  std::string arn;
  std::string user_id;
};

/// Of AWS STS what names the caller. Thread-safe.
class StsClient {
 public:
  virtual ~StsClient() = default;
  virtual Result<CallerIdentity> GetCallerIdentity(const CallOptions& options = {}) = 0;
};

std::shared_ptr<StsClient> MakeStsClient(std::shared_ptr<const ClientContext> context);

}  // namespace sagespark::aws
