#pragma once

#include <memory>

#include "sagespark/aws/client/config.h"
#include "sagespark/base/cancellation.h"
#include "sagespark/base/result.h"

namespace sagespark::aws {

/// Gives credentials that are good now. Thread-safe.
class CredentialsProvider {
 public:
  virtual ~CredentialsProvider() = default;

  /// Fails with kUnauthenticated when there are none.
  virtual Result<Credentials> Get(const CancellationToken& cancellation = {}) = 0;
};

/// Always the same ones.
std::shared_ptr<CredentialsProvider> MakeStaticCredentials(Credentials credentials);

/// The default chain, of which the first that has credentials is used: environment variables; the profile (keys,
/// assumed role, process, web identity); web identity of the environment; SSO; container or instance metadata (not
/// with AWS_EC2_METADATA_DISABLED=true). Cached, and renewed before they expire. Made at the first Get, hence after a
/// fork. The error names what was tried.
std::shared_ptr<CredentialsProvider> MakeDefaultCredentials(const ClientConfig& config);

/// Static ones when the configuration has them, else the default chain.
std::shared_ptr<CredentialsProvider> MakeCredentials(const ClientConfig& config);

}  // namespace sagespark::aws
