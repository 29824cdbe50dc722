#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "sagespark/base/cancellation.h"
#include "sagespark/base/result.h"

namespace sagespark::staging {

/// Limits of one request, and who is told about it.
struct InvokeOptions {
  CancellationToken cancellation;
  std::function<void()> on_throttle{};  ///< Called, on the invoking thread, for each attempt that is throttled.
};

/// A hosted model: answers one request body with one reply body. Thread-safe.
class ModelEndpoint {
 public:
  virtual ~ModelEndpoint() = default;

  /// For messages.
  virtual const std::string& name() const = 0;

  /// Sends `body` and returns the reply's body, after its own retries. Fails with kModelError when the model's container answered
  /// with an error, kNotFound when the endpoint does not exist, and what a network brings.
  virtual Result<std::string> Invoke(std::string body, std::string_view content_type, std::string_view accept,
                                     const InvokeOptions& options) = 0;
};

}  // namespace sagespark::staging
