#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "sagespark/base/cancellation.h"
#include "sagespark/base/result.h"
#include "sagespark/container/algorithm.h"
#include "sagespark/container/media_type.h"

namespace sagespark::container {

/// How a model is served.
struct ServingOptions {
  std::string host = "127.0.0.1";  ///< A numeric address; a container on AWS needs 0.0.0.0.
  uint16_t port = 8080;            ///< 0 takes any free one.
  /// The answers' type when a request has no Accept, or */*; empty leaves it to the model.
  std::string default_accept = {};
  /// A longer request body is answered 413; nullopt leaves it to the model.
  std::optional<uint64_t> max_payload_bytes = std::nullopt;

  /// From SAGESPARK_BIND_HOST, SAGEMAKER_BIND_TO_PORT, SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT and, for batch transform,
  /// SAGEMAKER_MAX_PAYLOAD_IN_MB. Fails with kInvalidArgument, naming the variable.
  static Result<ServingOptions> FromEnvironment();
};

/// The options with another port. Fails with kInvalidArgument when it is none.
Result<ServingOptions> WithPort(ServingOptions options, std::string_view port);

/// Loads a model and serves it until the token is cancelled; running requests are answered first. Writes
/// "listening on http://HOST:PORT" to `out` when it is ready. Returns the exit code: 0, or 1 when the model cannot be
/// loaded or the port not be had, with a line that says why.
/// Source: "Use Your Own Inference Code with Hosting Services", Amazon SageMaker guide.
int RunServing(const Algorithm& algorithm, const std::filesystem::path& model_directory, const ServingOptions& options,
               std::ostream& out, const CancellationToken& cancellation);

}  // namespace sagespark::container
