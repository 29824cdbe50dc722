#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sagespark::container {

/// A POST /invocations: headers as sent, empty where absent.
struct InvocationRequest {
  std::string_view content_type;
  std::string_view accept;
  std::string_view body;
  std::string_view default_accept;  ///< SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT; empty means the model's own default.
};

struct InvocationAnswer {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;  ///< The message when `status` is an error.
};

/// A loaded model that reads request bodies and writes answers in its own way. Thread safety: const methods may run
/// concurrently.
class RequestAnswerer {
 public:
  virtual ~RequestAnswerer() = default;

  virtual InvocationAnswer Answer(const InvocationRequest& request) const = 0;

  /// The longest request body unless the environment says otherwise.
  virtual uint64_t default_max_payload_bytes() const { return uint64_t{25} << 20; }
};

}  // namespace sagespark::container
