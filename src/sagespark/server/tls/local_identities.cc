#include "sagespark/server/tls/local_identities.h"

#include <re2/re2.h>

#include <set>

namespace sagespark::server {

bool IsServedAwsHost(const std::string& host) {
  static const RE2 kHosts(
      R"(([a-z0-9.-]+\.)?s3([.-](dualstack\.)?[a-z0-9-]+)?\.amazonaws\.com(\.cn)?)"
      R"(|((api|runtime)\.sagemaker|logs|sts)\.[a-z0-9-]+\.amazonaws\.com(\.cn)?)"
      R"(|(sts|iam|iam\.[a-z0-9-]+)\.amazonaws\.com(\.cn)?)");
  return host.size() < 256 && RE2::FullMatch(host, kHosts);
}

http::TlsIdentities LocalIdentities(std::shared_ptr<const CertificateAuthority> authority, const std::string& listen_host) {
  return [authority = std::move(authority), listen_host](const std::string& host) -> Result<http::TlsIdentity> {
    // Virtual-hosted buckets are names below localhost.
    if (host.empty() || host == "localhost" || host.ends_with(".localhost")) {
      std::set<std::string> addresses{"127.0.0.1", "::1", listen_host};
      std::vector<std::string> names{"localhost", "*.localhost", "*.s3.localhost"};
      if (!host.empty()) names.push_back(host);
      return authority->Issue(names, {addresses.begin(), addresses.end()});
    }
    if (IsServedAwsHost(host)) return authority->Issue({host}, {});
    return NotFound("No service of the local cloud has this host name: " + host);
  };
}

}  // namespace sagespark::server
