#pragma once

#include <functional>
#include <memory>
#include <string>

#include "sagespark/aws/client/client_context.h"

namespace sagespark::aws {

struct ServiceQuota {
  std::string code;  ///< "L-1B2C3D4E".
  std::string name;  ///< "ml.m4.xlarge for training job usage".
  double value = 0;
};

/// Of AWS Service Quotas what lists them. Thread-safe.
class ServiceQuotasClient {
 public:
  virtual ~ServiceQuotasClient() = default;

  /// Calls `visit` with each quota of a service ("sagemaker") that is in force in the account, until it returns false. Those that nobody has
  /// changed or used may be missing: then AWS's default holds.
  virtual Status ListServiceQuotas(const std::string& service, const std::function<bool(const ServiceQuota&)>& visit,
                                   const CallOptions& options = {}) = 0;

  /// The same for AWS's defaults.
  virtual Status ListAWSDefaultServiceQuotas(const std::string& service, const std::function<bool(const ServiceQuota&)>& visit,
                                             const CallOptions& options = {}) = 0;
};

std::shared_ptr<ServiceQuotasClient> MakeServiceQuotasClient(std::shared_ptr<const ClientContext> context);

}  // namespace sagespark::aws
