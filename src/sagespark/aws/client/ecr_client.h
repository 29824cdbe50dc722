#pragma once

#include <memory>
#include <string>

#include "sagespark/aws/client/client_context.h"

namespace sagespark::aws {

/// An image of Amazon's container registry.
struct EcrImage {
  std::string registry_id;  ///< The account: twelve digits.
  std::string repository;
  std::string tag;     ///< Either this
  std::string digest;  ///< or this.
};

/// Of Amazon ECR what tells whether an image is there. Thread-safe.
class EcrClient {
 public:
  virtual ~EcrClient() = default;

  /// Ok when the image can be pulled by these credentials. Fails with kNotFound (code ImageNotFound or
  /// RepositoryNotFoundException), kPermissionDenied.
  virtual Status BatchGetImage(const EcrImage& image, const CallOptions& options = {}) = 0;
};

std::shared_ptr<EcrClient> MakeEcrClient(std::shared_ptr<const ClientContext> context);

}  // namespace sagespark::aws
